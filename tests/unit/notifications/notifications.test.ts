import { expect, test } from 'vitest';
import { isQuiet } from '../../../electron/core/notifications/quiet-hours.ts';
import { createRouter } from '../../../electron/rpc/router.ts';
import type { ContractEvent } from '../../../shared/contract/handlers.ts';
import type { Input, MethodName, Output } from '../../../shared/contract/methods.ts';
import { MAX_NOTICES } from '../../../shared/notifications.ts';
import { fakeKey } from '../../support/fake-keys.ts';
import { credentialInput, PASSWORD, startUnlockedApp } from '../../support/test-app.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

async function withInbox() {
  const t = await startUnlockedApp('window');
  t.app.lockPolicy.close(); // what it does to an idle vault has tests of its own
  const shown: string[] = [];
  t.shell.notify = (...words: string[]) => void shown.push(words.join(': '));
  const { notifications } = t.app;
  const route = createRouter(t.app);
  const call = <M extends MethodName>(method: M, params: Input<M>): Promise<Output<M>> =>
    route({ caller: 'window', connection: 'test', method, params }) as Promise<Output<M>>;
  /** It is written down when this returns. */
  const happens = (event: ContractEvent): void => {
    t.app.emit(event);
    t.clock.advance(50);
  };
  const client = (name: string): ContractEvent => ({ event: 'client.created', data: { id: name, name, by: 'cli' } });
  const quota = (percent: number, id = 'q1'): ContractEvent => ({
    event: 'quota.warning',
    data: {
      id,
      name: 'Team budget',
      percent,
      counts: 'requests',
      used: 91,
      limit: 100,
      resetsAt: '2030-02-01T00:00:00.000Z',
    },
  });
  const add = (label: string, expiresAt: string) =>
    t.app.credentials.add(
      credentialInput({ provider: 'openai', label, fields: { api_key: fakeKey('openai', 'project') }, expiresAt }),
      'cli',
    );
  const lines = (view: 'inbox' | 'unread' | 'snoozed' = 'inbox') => notifications.inbox.list({ view }).notices;
  const titles = () => lines().map(({ title }) => title);
  return { ...t, notifications, shown, call, happens, client, quota, add, lines, titles };
}

test('an event becomes a line that leads somewhere, and is told on the desktop without name or figure', async () => {
  const t = await withInbox();
  t.notifications.setPreferences({ zone: 'UTC' }, 'ui');
  t.happens(t.quota(90));
  expect(t.lines()).toMatchObject([
    {
      id: 1,
      kind: 'quota.warning',
      severity: 'warning',
      title: 'The quota “Team budget” passed 90 %.',
      detail: 'Used: 91 of 100 requests. It begins anew on 1 February 2030, 00:00.',
      readAt: null,
      snoozedUntil: null,
      link: { to: 'quota', id: 'q1' },
    },
  ]);
  expect(t.shown).toEqual(['Keyharbor: A quota passed a warning level. Open Keyharbor to see more.']);
  expect(t.heard.some(({ event }) => event === 'notifications.changed')).toBe(true);
});

test('a limit that Keyharbor set itself is told with its reason; figures are grouped and the unit stands once', async () => {
  const t = await withInbox();
  const because = 'The most in 6 periods was 1,400 tokens, usually 900 tokens.';
  const data = { id: 'q1', name: 'Team', counts: 'tokens', from: 1000, to: 1500, because } as const;
  t.happens({ event: 'quota.adjusted', data });
  t.happens({
    event: 'quota.warning',
    data: {
      ...{ id: 'q1', name: 'Team', percent: 100, counts: 'tokens' },
      used: 1100,
      limit: 1000,
      resetsAt: '2030-02-01T00:00:00.000Z',
    },
  });
  expect(t.lines()).toMatchObject([
    { kind: 'quota.exceeded', detail: expect.stringContaining('Used: 1,100 of 1,000 tokens.') as string },
    {
      kind: 'quota.adjusted',
      severity: 'info',
      title: 'The limit of the quota “Team” was set from 1,000 to 1,500 tokens.',
      detail: because,
      link: { to: 'quota', id: 'q1' },
    },
  ]);
});

test('the same thing is told once, also after its line is dismissed; the next period is another thing', async () => {
  const t = await withInbox();
  t.happens(t.quota(90));
  t.notifications.inbox.dismiss({ ids: [1] });
  t.happens(t.quota(90));
  expect(t.lines()).toEqual([]);
  const next = t.quota(100);
  t.happens(next);
  t.happens(next);
  expect(t.lines()).toMatchObject([{ kind: 'quota.exceeded', severity: 'problem' }]);
});

test('names stand on the desktop only where the owner wants that, and never behind a locked window', async () => {
  const t = await withInbox();
  t.notifications.setPreferences({ desktopDetails: true }, 'ui');
  t.happens(t.quota(75));
  await t.app.endpoint.on({ port: 0, actor: 'cli' });
  t.app.settings.set({ vault: { workBehindLockHours: 2 } }, 'ui');
  t.app.lockPolicy.lockFromWindow();
  expect([t.app.vault.state, t.app.lockPolicy.windowLocked]).toEqual(['unlocked', true]);
  t.clock.advance(30_000);
  t.happens(t.quota(90));
  expect(t.shown).toEqual([
    'Keyharbor: The quota “Team budget” passed 75 %.',
    'Keyharbor: A quota passed a warning level. Open Keyharbor to see more.',
  ]);
});

test('kinds that are not wanted and quiet hours keep the desktop silent; the inbox has all', async () => {
  const t = await withInbox();
  t.clock.wallMs = Date.UTC(2030, 0, 15, 21, 30); // 22:30 in Berlin
  t.notifications.setPreferences({ zone: 'Europe/Berlin', quietHours: { from: '22:00', to: '07:00' } }, 'ui');
  t.happens(t.client('at night'));
  t.clock.wallMs = Date.UTC(2030, 0, 16, 6, 0);
  t.happens({ event: 'usage.unknownModel', data: { provider: 'openai', model: 'gpt-new' } });
  expect(t.shown).toEqual([]);
  expect(t.titles()).toEqual(['The price of gpt-new at OpenAI is not known.', 'The client “at night” was let in.']);
  t.happens(t.client('by day'));
  expect(t.shown).toHaveLength(1);
});

test('windows are told at once that the owner chose otherwise', async () => {
  const t = await withInbox();
  const count = () => t.heard.filter(({ event }) => event === 'notifications.changed').length;
  t.clock.advance(10_000);
  const before = count();
  t.notifications.setPreferences({ desktopDetails: true }, 'cli');
  expect(count()).toBe(before + 1);
});

test('what comes together comes up as one', async () => {
  const t = await withInbox();
  for (const name of ['a', 'b', 'c']) t.app.emit(t.client(name));
  t.clock.advance(50);
  t.happens(t.client('d'));
  t.happens(t.client('e'));
  expect(t.shown).toEqual(['Keyharbor: 3 things need a look. Open Keyharbor to see them.']);
  t.clock.advance(30_000);
  expect(t.shown[1]).toBe('Keyharbor: 2 things need a look. Open Keyharbor to see them.');
  expect(t.shown).toHaveLength(2);
});

test('what waits to come up does not do so once the quiet hours have begun; the inbox has it', async () => {
  const t = await withInbox();
  t.clock.wallMs = Date.UTC(2030, 0, 15, 21, 59, 50);
  t.notifications.setPreferences({ zone: 'UTC', quietHours: { from: '22:00', to: '07:00' } }, 'ui');
  t.happens(t.client('first'));
  t.happens(t.client('second'));
  expect(t.shown).toHaveLength(1);
  t.clock.advance(30_000);
  expect(t.shown).toHaveLength(1);
  expect(t.lines('unread')).toHaveLength(2);
  t.clock.advance(9 * HOUR_MS);
  t.happens(t.client('in the morning'));
  expect(t.shown).toHaveLength(2);
  expect(t.shown[1]).not.toContain('things');
});

test('keys near their end are told 14 days before and again when it has come, each once', async () => {
  const t = await withInbox();
  const end = new Date(t.clock.now() + 15 * DAY_MS).toISOString();
  t.add('work', end);
  t.clock.advance(HOUR_MS);
  expect(t.lines()).toEqual([]);
  t.clock.advance(DAY_MS);
  expect(t.lines()).toMatchObject([{ kind: 'key.expiring', title: expect.stringContaining('openai/work') as string }]);
  t.app.vault.lock('asked');
  await t.app.vault.unlock(PASSWORD, 'ui');
  t.clock.advance(2 * HOUR_MS);
  expect(t.lines()).toHaveLength(1);
  t.clock.advance(14 * DAY_MS);
  expect(t.lines().map(({ kind }) => kind)).toEqual(['key.expired', 'key.expiring']);
});

test('what the owner did in the window just now is a line that is read already, and nothing on the desktop', async () => {
  const t = await withInbox();
  const wanted = { name: 'tool', grants: ['keys:list'], expiresInDays: 1, ratePerSecond: null, test: false };
  t.app.clients.create(wanted, 'ui');
  t.clock.advance(50);
  expect([t.lines('unread'), t.lines().length, t.shown]).toEqual([[], 1, []]);
  t.app.clients.create({ ...wanted, name: 'other' }, 'cli');
  t.clock.advance(50);
  expect([t.lines('unread').length, t.shown.length]).toEqual([1, 1]);
});

test('many keys at once make one line', async () => {
  const t = await withInbox();
  for (let at = 0; at < 7; at += 1) t.add(`key${at}`, new Date(t.clock.now() + DAY_MS).toISOString());
  t.clock.advance(HOUR_MS + 50);
  expect(t.lines()).toMatchObject([
    {
      title: '7 keys expire within 14 days.',
      detail: expect.stringContaining(' and 2 more. ') as string,
      link: { to: 'credentials' },
    },
  ]);
});

test('a key that a tool reports as refused is told as the word of that tool, once a day', async () => {
  const t = await withInbox();
  const { id } = t.add('work', '2040-01-01').credential;
  for (let at = 0; at < 3; at += 1) {
    t.app.credentials.report(id, { reason: 'refused', status: 401 }, { id: '0123456789', name: 'editor' });
    t.clock.advance(6 * 60_000);
  }
  t.app.credentials.report(id, { reason: 'exhausted' }, { id: '0123456789', name: 'editor' });
  t.clock.advance(50);
  expect(t.lines()).toMatchObject([
    { kind: 'key.died', severity: 'warning', title: 'The key openai/work no longer works, says “editor”.' },
  ]);
});

test('clients that come and go, and a revoked key, are told; the owner hears of neither a loan nor a rotation', async () => {
  const t = await withInbox();
  const made = t.app.clients.create(
    { name: 'tool', grants: ['keys:list'], expiresInDays: 1, ratePerSecond: null, test: false },
    'ui',
  );
  t.app.clients.rotate('tool', 'ui');
  t.app.clients.revoke('tool', 'ui');
  t.add('work', '2040-01-01');
  t.app.credentials.move({ ref: 'kh://openai/work' }, 'suspend', 'ui');
  t.app.credentials.move({ ref: 'kh://openai/work' }, 'revoke', 'ui');
  t.clock.advance(50);
  expect(t.lines().map(({ kind, link }) => [kind, link])).toEqual([
    ['key.revoked', { to: 'credential', id: t.app.credentials.list({})[0]?.id }],
    ['client.revoked', { to: 'client', id: made.client.id }],
    ['client.created', { to: 'client', id: made.client.id }],
  ]);
});

test('read, snooze, dismiss: through the contract, counted, and a snoozed line comes back unread by itself', async () => {
  const t = await withInbox();
  for (const name of ['a', 'b', 'c']) t.happens(t.client(name));
  expect(await t.call('notifications.mark', { ids: [1, 2] })).toEqual({ unread: 1, inbox: 3, snoozed: 0 });
  const until = new Date(t.clock.now() + 2 * HOUR_MS).toISOString();
  expect(await t.call('notifications.snooze', { ids: [1], until })).toEqual({ unread: 1, inbox: 2, snoozed: 1 });
  expect(await t.call('notifications.dismiss', { ids: [3] })).toEqual({ unread: 0, inbox: 1, snoozed: 1 });
  const heard = t.heard.length;
  t.clock.advance(2 * HOUR_MS);
  expect(t.heard.slice(heard)).toContainEqual({ event: 'notifications.changed', data: {} });
  expect(await t.call('notifications.count', {})).toEqual({ unread: 1, inbox: 2, snoozed: 0 });
  expect((await t.call('notifications.list', { view: 'unread' })).notices.map(({ id }) => id)).toEqual([1]);
  expect(await t.call('notifications.mark', { ids: null })).toMatchObject({ unread: 0 });
  expect(await t.call('notifications.dismiss', { ids: null })).toEqual({ unread: 0, inbox: 0, snoozed: 0 });
});

test('a line that is not there, a time that is over and a zone that does not exist are refused, and nothing changes', async () => {
  const t = await withInbox();
  t.happens(t.client('a'));
  const code = (of: string) => expect.objectContaining({ code: of }) as Error;
  await expect(t.call('notifications.mark', { ids: [1, 99] })).rejects.toThrow(code('not_found'));
  await expect(t.call('notifications.snooze', { ids: [1], until: '2020-01-01T00:00:00Z' })).rejects.toThrow(
    code('invalid_input'),
  );
  await expect(t.call('notifications.setPreferences', { zone: 'Mars/Olympus' })).rejects.toThrow(code('invalid_input'));
  expect(await t.call('notifications.count', {})).toEqual({ unread: 1, inbox: 1, snoozed: 0 });
  expect((await t.call('notifications.preferences', {})).zone).toBeNull();
});

test('the inbox keeps 500 lines, and numbers are not used again', async () => {
  const t = await withInbox();
  for (let at = 0; at < MAX_NOTICES + 20; at += 1) {
    t.app.emit(t.client(`client ${at}`));
    if (at % 100 === 0) t.clock.advance(50);
  }
  t.clock.advance(50);
  const ids = t.lines().map(({ id }) => id);
  expect([ids.length, ids[0], ids.at(-1)]).toEqual([MAX_NOTICES, MAX_NOTICES + 20, 21]);
});

test('lines that were dismissed push none out that was not; their numbers are not used again', async () => {
  const t = await withInbox();
  t.happens(t.client('first'));
  for (let at = 0; at < MAX_NOTICES + 20; at += 1) t.app.emit(t.client(`client ${at}`));
  for (let moments = 0; moments < 3; moments += 1) {
    t.clock.advance(50); // so many are written at once
    const ids = t.lines().flatMap(({ id }) => (id === 1 ? [] : [id]));
    t.notifications.inbox.dismiss({ ids });
  }
  expect(t.titles()).toEqual(['The client “first” was let in.']);
  t.happens(t.client('last'));
  expect(t.lines().map(({ id }) => id)).toEqual([MAX_NOTICES + 22, 1]);
  expect(t.app.vault.opened().db.prepare('SELECT count(*) FROM notice').pluck().get()).toBe(2);
});

test('a window sends events to a new address only after a yes outside the page; a refusal changes nothing', async () => {
  const t = await withInbox();
  const asked: string[] = [];
  let answer = false;
  t.shell.confirm = (...[question]: unknown[]) => {
    asked.push(Object.values(question as Record<string, string>).join(' | '));
    return Promise.resolve(answer);
  };
  const wanted = {
    url: 'https://hooks.example.com/x/T0K3Nabcdef0123456789',
    label: 'ops',
    events: ['key.died'] as const,
  };
  const create = () => t.call('webhooks.create', { ...wanted, events: [...wanted.events] });
  await expect(create()).rejects.toThrow(expect.objectContaining({ code: 'forbidden' }) as Error);
  expect(await t.call('webhooks.list', {})).toEqual([]);
  answer = true;
  const { secret } = await create();
  expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  expect(asked).toHaveLength(2);
  expect(asked[0]).toContain('hooks.example.com');
  expect(asked[0]).not.toContain('T0K3Nabcdef0123456789');
  await t.call('webhooks.edit', { webhook: 'ops', events: ['key.died', 'quota.exceeded'] });
  expect(asked).toHaveLength(2);
  answer = false;
  const moved = t.call('webhooks.edit', { webhook: 'ops', url: 'https://elsewhere.example.com/' });
  await expect(moved).rejects.toThrow(expect.objectContaining({ code: 'forbidden' }) as Error);
  expect(await t.call('webhooks.list', {})).toMatchObject([{ host: 'hooks.example.com' }]);
});

test.each([
  ['22:00', '07:00', '23:59', true],
  ['22:00', '07:00', '06:59', true],
  ['22:00', '07:00', '07:00', false],
  ['22:00', '07:00', '21:59', false],
  ['22:00', '07:00', '22:00', true],
  ['09:00', '17:30', '08:59', false],
  ['09:00', '17:30', '09:00', true],
  ['09:00', '17:30', '17:29', true],
  ['09:00', '17:30', '17:30', false],
  ['00:00', '00:00', '12:00', true],
  ['12:00', '12:00', '11:59', true],
])('quiet from %s to %s: at %s %s', (from, to, time, quiet) => {
  expect(isQuiet(Date.parse(`2030-06-01T${time}:00Z`), { from, to }, 'UTC')).toBe(quiet);
});

test('quiet hours follow the clock of their zone, over a change to summer time too', () => {
  const hours = { from: '22:00', to: '07:00' };
  expect(isQuiet(Date.UTC(2030, 2, 30, 5, 30), hours, 'Europe/Berlin')).toBe(true); // 06:30, winter
  expect(isQuiet(Date.UTC(2030, 2, 31, 5, 30), hours, 'Europe/Berlin')).toBe(false); // 07:30, summer
  expect(isQuiet(Date.UTC(2030, 2, 31, 5, 30), null, 'Europe/Berlin')).toBe(false);
});
