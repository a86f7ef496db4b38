import { expect, it, test } from 'vitest';
import { grantsLeft } from '../../../electron/core/endpoint/dropped-grants.ts';
import { formatGrant, parseGrant } from '../../../shared/grant.ts';
import { fakeKey } from '../../support/fake-keys.ts';
import { credentialInput, startUnlockedApp, type TestApp } from '../../support/test-app.ts';

const KEY = fakeKey('openai', 'project');
const DAY_MS = 86_400_000;
const GATEWAY = 'https://gateway.example.com/v1';

function add({ app }: TestApp, label: string): string {
  return app.credentials.add(credentialInput({ provider: 'openai', label, fields: { api_key: KEY } }), 'cli').credential
    .id;
}

function client({ app }: TestApp, name: string, grants: readonly string[]): string {
  const input = { name, grants: [...grants], expiresInDays: 30, ratePerSecond: 20, test: false };
  return app.clients.create(input, 'cli').client.id;
}

const grantsOf = ({ app }: TestApp, id: string) => app.clients.list().find((each) => each.id === id)?.grants;

test('a changed base URL takes the grants on that credential, and no others', async () => {
  const t = await startUnlockedApp();
  const id = add(t, 'work');
  add(t, 'home');
  const named = client(t, 'named', ['keys:read:openai/work', 'keys:read:openai/home', 'usage:read']);
  const wide = client(t, 'wide', ['proxy:openai']);
  const other = client(t, 'other', ['keys:read:anthropic']);
  const cut: string[] = [];
  t.app.clients.onRevoked((each) => cut.push(each));
  const { warnings } = t.app.credentials.edit({ id }, { baseUrl: GATEWAY }, 'cli');
  expect(grantsOf(t, named)).toEqual(['keys:read:openai/home', 'usage:read']);
  expect(grantsOf(t, wide)).toEqual(['proxy:openai/home']);
  expect(grantsOf(t, other)).toEqual(['keys:read:anthropic']);
  expect(cut.toSorted()).toEqual([named, wide].toSorted());
  expect(warnings).toContainEqual({ code: 'grants_dropped', message: expect.stringContaining('2 clients') as string });
});

test('what does not move it takes no grants', async () => {
  const t = await startUnlockedApp();
  const id = add(t, 'work');
  const wide = client(t, 'wide', ['proxy:openai']);
  t.app.credentials.edit({ id }, { note: 'x', fields: { api_key: fakeKey('openai', 'service') } }, 'cli');
  t.app.credentials.edit({ id }, { baseUrl: null }, 'cli');
  expect(grantsOf(t, wide)).toEqual(['proxy:openai']);
});

test('another host in a public field takes them too', async () => {
  const t = await startUnlockedApp();
  const input = credentialInput({ provider: 'azure_openai', fields: { api_key: 'FAKE', resource: 'one' } });
  const { id } = t.app.credentials.add(input, 'cli').credential;
  const named = client(t, 'named', ['keys:list', 'keys:read:azure_openai/default']);
  t.app.credentials.edit({ id }, { fields: { resource: 'two' } }, 'cli');
  // Alone, keys:list would show every credential.
  expect(grantsOf(t, named)).toEqual([]);
});

test('a token already judged does not outlive the change', async () => {
  const t = await startUnlockedApp();
  const id = add(t, 'work');
  const input = { name: 'tool', grants: ['keys:read:openai/work'], expiresInDays: 30, ratePerSecond: 20, test: false };
  const { token } = t.app.clients.create(input, 'cli');
  const [, kind = '', tokenId = '', secret = ''] = /^kh_(live)_(\w{10})_(\w{43})\w{6}$/.exec(token) ?? [];
  const presented = { kind: kind as 'live', id: tokenId, secret };
  expect(t.app.clients.verify(presented)?.grants).toHaveLength(1);
  t.app.credentials.edit({ id }, { baseUrl: GATEWAY }, 'cli');
  expect(t.app.clients.verify(presented)?.grants).toEqual([]);
});

test('a client row that was tampered with is not healed by it', async () => {
  const t = await startUnlockedApp();
  const id = add(t, 'work');
  const wide = client(t, 'wide', ['keys:read:openai/work']);
  const { db } = t.app.vault.opened();
  db.prepare('UPDATE client SET rate_per_second = 9999 WHERE id = ?').run(wide);
  t.app.credentials.edit({ id }, { baseUrl: GATEWAY }, 'cli');
  expect(grantsOf(t, wide)).toEqual(['keys:read:openai/work']);
});

const moved = { id: 'a'.repeat(32), provider: 'openai', labels: ['work', 'job'], others: ['home'] };
it.each([
  [['keys:read:openai/job', 'keys:read:openai/home'], ['keys:read:openai/home']],
  [['keys:read:openai', 'keys:read:openai/home'], ['keys:read:openai/home']],
  [['keys:list', 'proxy:openai/work', 'usage:write'], ['usage:write']],
  [['keys:list'], ['keys:list']],
  [
    ['keys:list', 'proxy:openai'],
    ['keys:list', 'proxy:openai/home'],
  ],
])('of %j it leaves %j', (before, after) => {
  expect(grantsLeft(before.map(parseGrant), moved).map(formatGrant)).toEqual(after);
});

test('the bin is emptied while the vault stays open, and not after a lock', async () => {
  const t = await startUnlockedApp();
  t.app.settings.set({ vault: { autoLockMinutes: 480 } }, 'cli');
  const id = add(t, 'work');
  t.app.credentials.move({ id }, 'delete', 'cli');
  const { db } = t.app.vault.opened();
  db.prepare('UPDATE credential SET binned_at_ms = binned_at_ms - ?').run(29.5 * DAY_MS);
  const pass = (ms: number) => {
    t.app.lockPolicy.activity();
    t.clock.advance(ms);
  };
  for (let hours = 0; hours < 20; hours += 5) pass(5 * 3_600_000);
  expect(t.app.credentials.list({ state: 'binned' })).toHaveLength(1);
  pass(5 * 3_600_000);
  expect(t.app.credentials.list({ state: 'binned' })).toHaveLength(0);
  expect(t.heard).toContainEqual({ event: 'credentials.changed', data: { ids: [id] } });
  t.app.vault.lock('asked');
  expect(() => t.clock.advance(2 * DAY_MS)).not.toThrow();
});
