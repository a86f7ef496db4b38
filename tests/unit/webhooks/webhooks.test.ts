import { Webhook } from 'standardwebhooks';
import { expect, test } from 'vitest';
import { readAudit } from '../../../electron/core/audit/audit-log.ts';
import { readWebhookUrl } from '../../../electron/core/webhooks/webhook-url.ts';
import { answeringServer, json } from '../../support/answering-server.ts';
import { filesHolding } from '../../support/files-holding.ts';
import { PASSWORD } from '../../support/test-app.ts';
import { withReceiver } from './webhook-app.ts';

const HOUR_MS = 3_600_000;
const failing = (of: object): Error => expect.objectContaining(of) as Error;

test('an event reaches the receiver signed, as the official library of Standard Webhooks verifies it', async () => {
  const t = await withReceiver();
  const { secret, webhook } = t.add();
  const name = t.happens();
  await t.webhooks.settled();
  const [seen] = t.server.seen;
  const [body] = t.received();
  expect(seen).toMatchObject({ method: 'POST', path: '/hook' });
  expect(t.verified(secret)).toEqual(body);
  expect(body).toEqual({
    id: seen?.headers['webhook-id'],
    type: 'client.created',
    createdAt: expect.stringMatching(/^\d{4}-.+Z$/) as string,
    data: { client: { id: t.app.clients.list()[0]?.id, name } },
  });
  expect(t.deliveries()).toMatchObject([
    {
      id: body?.id,
      webhook: webhook.id,
      label: 'ops',
      state: 'delivered',
      tries: 1,
      nextTryAt: null,
      deadBecause: null,
    },
  ]);
  expect(t.webhooks.list()[0]).toMatchObject({ waiting: 0, dead: 0, lastDeliveredAt: expect.any(String) as string });
});

test('another secret, another body or another id does not verify', async () => {
  const t = await withReceiver();
  const { secret } = t.add();
  t.happens();
  await t.webhooks.settled();
  const headers = t.server.seen[0]?.headers as Record<string, string>;
  const [body = ''] = t.bodies;
  const good = new Webhook(secret);
  expect(() => new Webhook(`whsec_${Buffer.alloc(32, 1).toString('base64')}`).verify(body, headers)).toThrow(
    /No matching/,
  );
  expect(() => good.verify(body.replace('tool', 'fool'), headers)).toThrow(/No matching/);
  expect(() => good.verify(body, { ...headers, 'webhook-id': 'msg_other' })).toThrow(/No matching/);
});

test('an event goes to those that want it and are on, and to no other', async () => {
  const t = await withReceiver();
  t.add({ url: `${t.server.url}/wants` });
  t.add({ url: `${t.server.url}/other`, label: 'other', events: ['quota.exceeded'] });
  t.add({ url: `${t.server.url}/off`, label: 'off' });
  t.webhooks.edit({ webhook: 'off', on: false }, 'cli');
  t.happens();
  await t.webhooks.settled();
  expect(t.server.seen.map(({ path }) => path)).toEqual(['/wants']);
});

test('neither the secret nor the address can be found in the home, in the audit log or in a list', async () => {
  const t = await withReceiver();
  // One looks like a secret; the other does not, and is one.
  const token = 'T0K3Nabcdef0123456789xyz';
  const word = 'pumpernickel';
  const { secret, webhook } = t.add({ url: `${t.server.url}/${word}/${token}?${word}=${token}` });
  t.happens();
  await t.webhooks.settled();
  expect(webhook.shownUrl).toBe(`${t.server.url}/…`);
  const all = JSON.stringify([t.webhooks.list(), t.deliveries(), readAudit(t.app.vault.opened(), { limit: 100 })]);
  const bare = secret.slice('whsec_'.length);
  expect([bare, token, word].filter((text) => all.includes(text) || t.bodies.join('').includes(text))).toEqual([]);
  t.app.vault.lock('asked');
  expect(filesHolding(t.home, [bare, token, word])).toEqual([]);
});

test.each([
  ['https://hooks.example.com', 'https://hooks.example.com'],
  ['https://hooks.example.com:443/', 'https://hooks.example.com'],
  ['https://hooks.example.com:8443/in', 'https://hooks.example.com:8443/…'],
  ['https://hooks.example.com/?k=v', 'https://hooks.example.com/…'],
  ['https://HOOKS.example.com/a/b?c', 'https://hooks.example.com/…'],
])('%s is shown as %s', (url, shown) => {
  expect(readWebhookUrl(url, false)).toMatchObject({ shown, href: new URL(url).href });
});

test('after a rotation both secrets verify, until the overlap is over; then only the new one', async () => {
  const t = await withReceiver();
  const { secret: old } = t.add();
  const { secret, webhook } = t.webhooks.rotate({ webhook: 'ops', overlapHours: 2 }, 'cli');
  expect(webhook.oldSecretUntil).toBe(new Date(t.clock.now() + 2 * HOUR_MS).toISOString());
  t.happens();
  await t.webhooks.settled();
  expect([t.verified(old), t.verified(secret)]).toEqual([t.received()[0], t.received()[0]]);
  t.clock.wallMs += 2 * HOUR_MS;
  t.happens();
  await t.webhooks.settled();
  expect(t.server.seen.at(-1)?.headers['webhook-signature']).toMatch(/^v1,\S+$/);
  expect(t.webhooks.list()[0]?.oldSecretUntil).toBeNull();
  const atOnce = t.webhooks.rotate({ webhook: 'ops', overlapHours: 0 }, 'cli');
  expect(atOnce.webhook.oldSecretUntil).toBeNull();
});

test('the older secret signs until the moment that its overlap ends, and not in it', async () => {
  const t = await withReceiver();
  t.add();
  t.webhooks.rotate({ webhook: 'ops', overlapHours: 2 }, 'cli');
  const signed = async () => {
    await t.webhooks.test('ops', 'cli');
    return t.server.seen.at(-1)?.headers['webhook-signature']?.toString().split(' ').length;
  };
  t.clock.wallMs += 2 * HOUR_MS - 1;
  expect(await signed()).toBe(2);
  t.clock.wallMs += 1;
  expect(await signed()).toBe(1);
});

test('a rotation without an overlap, or a second one during it, ends the older secret at once', async () => {
  const t = await withReceiver();
  const { secret: first } = t.add();
  const { secret: second } = t.webhooks.rotate({ webhook: 'ops', overlapHours: 24 }, 'cli');
  const { secret: third } = t.webhooks.rotate({ webhook: 'ops', overlapHours: 24 }, 'cli');
  await t.webhooks.test('ops', 'cli');
  expect(() => t.verified(first)).toThrow(/No matching/);
  expect([t.verified(second), t.verified(third)]).toEqual([t.received()[0], t.received()[0]]);
  const { secret: fourth } = t.webhooks.rotate({ webhook: 'ops', overlapHours: 0 }, 'cli');
  await t.webhooks.test('ops', 'cli');
  expect(() => t.verified(third)).toThrow(/No matching/);
  expect(t.verified(fourth)).toEqual(t.received()[1]);
});

test('a secret that has come to its end is deleted at the next unlock, and the current one stays', async () => {
  const t = await withReceiver();
  t.add();
  const { secret } = t.webhooks.rotate({ webhook: 'ops', overlapHours: 2 }, 'cli');
  const count = () => t.app.vault.opened().db.prepare('SELECT count(*) FROM webhook_secret').pluck().get();
  const unlockAgain = async () => {
    t.app.vault.lock('asked');
    await t.app.vault.unlock(PASSWORD, 'cli');
  };
  await unlockAgain();
  expect(count()).toBe(2);
  t.clock.wallMs += 2 * HOUR_MS;
  await unlockAgain();
  expect(count()).toBe(1);
  t.clock.wallMs -= 2 * HOUR_MS;
  await t.webhooks.test('ops', 'cli');
  expect(t.verified(secret)).toEqual(t.received()[0]);
});

test('a test is sent once, also to one that is off, and says what became of it', async () => {
  const t = await withReceiver();
  const { secret } = t.add();
  t.webhooks.edit({ webhook: 'ops', on: false }, 'cli');
  expect(await t.webhooks.test('ops', 'cli')).toMatchObject({ type: 'webhook.test', state: 'delivered' });
  expect(t.verified(secret)).toMatchObject({ type: 'webhook.test' });
  t.answerWith((response) => json(response, 500, { no: 'good' }));
  expect(await t.webhooks.test('ops', 'cli')).toMatchObject({
    state: 'dead',
    deadBecause: 'test',
    log: [{ status: 500, problem: 'status' }],
  });
  t.clock.advance(24 * HOUR_MS);
  expect(t.server.seen).toHaveLength(2);
});

test('a receiver that answers a test with 410 is gone, as for any other message', async () => {
  const t = await withReceiver((response) => json(response, 503, {}));
  t.add();
  t.happens();
  await t.webhooks.settled();
  t.answerWith((response) => json(response, 410, {}));
  expect(await t.webhooks.test('ops', 'cli')).toMatchObject({ state: 'dead', deadBecause: 'gone' });
  expect(t.webhooks.list()).toMatchObject([{ on: false, offBecause: 'gone', waiting: 0, dead: 1 }]);
  t.clock.advance(50);
  const told = () =>
    t.app.notifications.inbox.list({ view: 'inbox' }).notices.filter(({ kind }) => kind === 'webhook.failed');
  expect(told()).toMatchObject([{ title: 'The receiver of the webhook “ops” is gone; the webhook is off.' }]);
  // One that is off already stays off as it was.
  t.webhooks.edit({ webhook: 'ops', on: false }, 'cli');
  await t.webhooks.test('ops', 'cli');
  expect(t.webhooks.list()).toMatchObject([{ on: false, offBecause: null }]);
});

test.each([
  [299, null],
  [300, 'redirect'],
  [399, 'redirect'],
  [400, 'status'],
])('an answer with status %i is told as %s', async (status, problem) => {
  const t = await withReceiver((response) => json(response, status, {}));
  t.add();
  expect((await t.webhooks.test('ops', 'cli')).log).toMatchObject([{ status, problem }]);
});

test('a redirect is not followed, and the answer is not kept', async () => {
  const t = await withReceiver();
  const elsewhere = await answeringServer((response) => json(response, 200, {}));
  t.answerWith((response) => response.writeHead(307, { location: `${elsewhere.url}/taken` }).end('answer-of-receiver'));
  t.add();
  const test = await t.webhooks.test('ops', 'cli');
  expect(test.log).toMatchObject([{ status: 307, problem: 'redirect' }]);
  expect(elsewhere.seen).toEqual([]);
  expect(JSON.stringify(t.app.vault.opened().db.prepare('SELECT * FROM webhook_delivery').all())).not.toContain(
    'answer-of-receiver',
  );
});

test.each([
  ['http://hooks.example.com/x', false, 'invalid_input'],
  ['https://127.0.0.1/x', false, 'invalid_input'],
  ['https://10.1.2.3/x', false, 'invalid_input'],
  ['https://[::1]/x', false, 'invalid_input'],
  ['https://localhost/x', false, 'invalid_input'],
  ['https://printer.local/x', false, 'invalid_input'],
  ['https://user:pass@hooks.example.com/x', false, 'invalid_input'],
  ['https://user@hooks.example.com/x', false, 'invalid_input'],
  ['https://:pass@hooks.example.com/x', false, 'invalid_input'],
  ['https://hooks.example.com/x#part', false, 'invalid_input'],
  ['https://hooks.example.com/x#', false, 'invalid_input'],
  ['https://hooks.example.com/a b', false, 'invalid_input'],
  ['https://hooks.example.com\\@example.org/x', false, 'invalid_input'],
  [`https://hooks.example.com/${'x'.repeat(2023)}`, false, 'invalid_input'],
  ['ftp://hooks.example.com/x', false, 'invalid_input'],
  ['javascript:alert(1)', false, 'invalid_input'],
  ['hooks.example.com', false, 'invalid_input'],
  ['http://169.254.169.254/latest', true, 'security_violation'],
  ['http://metadata.google.internal/x', true, 'security_violation'],
  ['https://8.8.8.8/x', true, 'invalid_input'],
])('%s (local: %s) is refused', (url, local, code) => {
  expect(() => readWebhookUrl(url, local)).toThrow(failing({ code }));
});

test('an address may have 2,048 characters', () => {
  const longest = `https://hooks.example.com/${'x'.repeat(2022)}`;
  expect(readWebhookUrl(longest, false).href).toBe(longest);
});

test('a public name that leads to this computer is not connected to', async () => {
  const t = await withReceiver();
  const { port } = new URL(t.server.url);
  // No rule for names can see that this one resolves to loopback: it is judged when the connection is made.
  t.add({ url: `https://localhost.localdomain:${port}/hook`, local: false });
  const { log } = await t.webhooks.test('ops', 'cli');
  expect(['address', 'name']).toContain(log[0]?.problem);
  expect(t.server.seen).toEqual([]);
});

test('a webhook that was made for a local address does not go anywhere when its row says otherwise', async () => {
  const t = await withReceiver();
  t.add();
  const vault = t.app.vault.opened();
  vault.write(() => vault.db.prepare('UPDATE webhook SET local = 0').run());
  expect((await t.webhooks.test('ops', 'cli')).log).toMatchObject([{ problem: 'secret', status: null }]);
  expect(t.server.seen).toEqual([]);
});

test.each([
  ['another host in its row', `UPDATE webhook SET origin = 'http://localhost:1' WHERE label = 'ops'`],
  [
    'the address of another webhook in its row',
    `UPDATE webhook SET (sealed_url, url_data_key) = (SELECT sealed_url, url_data_key FROM webhook WHERE label = 'other')
     WHERE label = 'ops'`,
  ],
  [
    'the secret of another webhook in its row',
    `UPDATE webhook_secret SET (sealed, data_key) = (SELECT s.sealed, s.data_key FROM webhook_secret s JOIN webhook w
     ON w.id = s.webhook_id WHERE w.label = 'other') WHERE webhook_id = (SELECT id FROM webhook WHERE label = 'ops')`,
  ],
  ['no secret', 'DELETE FROM webhook_secret'],
])('a webhook with %s sends nothing', async (_, sql) => {
  const t = await withReceiver();
  t.add();
  t.add({ label: 'other', url: `${t.server.url}/other` });
  const vault = t.app.vault.opened();
  expect(vault.write(() => vault.db.prepare(sql).run().changes)).toBeGreaterThan(0);
  expect((await t.webhooks.test('ops', 'cli')).log).toMatchObject([{ problem: 'secret', status: null }]);
  expect(t.server.seen).toEqual([]);
});

test('the word that an address may be local is of that address: another one needs it anew', async () => {
  const t = await withReceiver();
  t.add();
  const elsewhere = `${t.server.url}/elsewhere`;
  expect(() => t.webhooks.edit({ webhook: 'ops', url: elsewhere }, 'cli')).toThrow(failing({ code: 'invalid_input' }));
  expect(() => t.webhooks.edit({ webhook: 'ops', local: false }, 'cli')).toThrow(failing({ code: 'invalid_input' }));
  expect(t.webhooks.movedTo({ webhook: 'ops', label: 'renamed' })).toBeNull();
  expect(t.webhooks.movedTo({ webhook: 'ops', url: `${t.server.url}/hook`, local: true })).toBeNull();
  expect(t.webhooks.movedTo({ webhook: 'ops', url: elsewhere, local: true })).toMatchObject({
    url: { href: elsewhere },
  });
  expect(t.webhooks.edit({ webhook: 'ops', label: 'renamed' }, 'cli')).toMatchObject({ label: 'renamed', local: true });
});

test('a label that could be taken for an id is none, and there are at most 20 webhooks', async () => {
  const t = await withReceiver();
  expect(() => t.add({ label: '0123456789abcdef'.repeat(2) })).toThrow(failing({ code: 'conflict' }));
  for (let made = 0; made < 20; made += 1) t.add({ label: `ops ${made}` });
  expect(() => t.add({ label: 'one more' })).toThrow(failing({ code: 'conflict' }));
  expect(t.webhooks.list()).toHaveLength(20);
});

test('events are kept once each, in the order of their list', async () => {
  const t = await withReceiver();
  const { webhook } = t.add({ events: ['client.revoked', 'client.created', 'client.revoked'] });
  expect(webhook.events).toEqual(['client.created', 'client.revoked']);
});

test('a lock cuts a test that is on its way', async () => {
  const t = await withReceiver(() => undefined);
  t.add();
  const sent = t.webhooks.test('ops', 'cli');
  await t.came(1);
  t.app.vault.lock('asked');
  await expect(sent).rejects.toMatchObject({ code: 'vault_locked' });
});

test('a changed address takes its secret along; labels are unique; what is removed is gone with its deliveries', async () => {
  const t = await withReceiver();
  const { secret } = t.add();
  t.add({ label: 'second' });
  expect(() => t.webhooks.edit({ webhook: 'second', label: 'ops' }, 'cli')).toThrow(failing({ code: 'conflict' }));
  const { port } = new URL(t.server.url);
  const edited = t.webhooks.edit(
    { webhook: 'ops', url: `http://localhost:${port}/new`, local: true, label: 'renamed' },
    'cli',
  );
  expect(edited).toMatchObject({ label: 'renamed', shownUrl: `http://localhost:${port}/…` });
  await t.webhooks.test('renamed', 'cli');
  expect(t.server.seen[0]?.path).toBe('/new');
  expect(t.verified(secret)).toMatchObject({ type: 'webhook.test' });
  t.webhooks.remove('renamed', 'cli');
  expect(t.deliveries()).toEqual([]);
  expect(() => t.webhooks.remove('renamed', 'cli')).toThrow(failing({ code: 'not_found' }));
});

test('a panic switches all of them off; what happens after the next unlock is not sent', async () => {
  const t = await withReceiver();
  t.add();
  await t.app.panic('cli');
  await t.app.vault.unlock(PASSWORD, 'cli');
  t.happens();
  await t.webhooks.settled();
  expect(t.webhooks.list()).toMatchObject([{ on: false, offBecause: 'panic' }]);
  expect(t.server.seen).toEqual([]);
  expect(t.webhooks.edit({ webhook: 'ops', on: true }, 'cli')).toMatchObject({ on: true, offBecause: null });
});

test('local addresses are for those webhooks only whose owner said so, and no longer than that', async () => {
  const t = await withReceiver();
  const local = () => t.webhooks.list().map((hook) => `${hook.label} ${hook.local}`);
  t.add({ label: 'public', url: 'https://hooks.example.com/a', local: false });
  t.add({ label: 'local', url: 'https://hooks.example.com/b', local: true });
  expect(local().toSorted()).toEqual(['local true', 'public false']);
  expect(t.webhooks.edit({ webhook: 'local', label: 'renamed' }, 'cli').local).toBe(true);
  // Another address is another matter.
  expect(t.webhooks.edit({ webhook: 'renamed', url: 'https://hooks.example.com/c' }, 'cli').local).toBe(false);
  expect(t.webhooks.edit({ webhook: 'renamed', local: true }, 'cli').local).toBe(true);
  expect(t.webhooks.edit({ webhook: 'renamed', local: false }, 'cli').local).toBe(false);
  expect(() => t.webhooks.edit({ webhook: 'renamed', url: t.server.url }, 'cli')).toThrow(
    failing({ code: 'invalid_input' }),
  );
});

test('an edit changes what it is given and nothing else, and is written down', async () => {
  const t = await withReceiver();
  t.add();
  const before = t.webhooks.list()[0];
  const off = t.webhooks.edit({ webhook: 'ops', on: false }, 'cli');
  expect(off).toEqual({ ...before, on: false });
  expect(t.webhooks.edit({ webhook: 'ops', label: 'other' }, 'cli')).toEqual({ ...off, label: 'other' });
  const events = ['client.created' as const];
  expect(t.webhooks.edit({ webhook: 'other', events }, 'cli')).toEqual({ ...off, label: 'other', events });
  expect(t.webhooks.edit({ webhook: 'other', on: true }, 'cli')).toEqual({ ...before, label: 'other', events });
  const acts = t.app.vault.opened().db.prepare("SELECT action FROM audit WHERE action LIKE 'webhook.%'").pluck().all();
  expect(acts).toEqual(['webhook.create', ...Array<string>(4).fill('webhook.edit')]);
});
