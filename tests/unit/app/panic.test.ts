import { mkdirSync, rmdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readAudit, verifyAudit } from '../../../electron/core/audit/audit-log.ts';
import { parseClientToken } from '../../../electron/core/endpoint/client-token.ts';
import { resolvePaths } from '../../../electron/core/paths.ts';
import { createRouter } from '../../../electron/rpc/router.ts';
import type { Caller } from '../../../shared/contract/method.ts';
import { fakeKey } from '../../support/fake-keys.ts';
import { credentialInput, PASSWORD, startUnlockedApp } from '../../support/test-app.ts';
import { TestEvidence, TestPanel } from '../../support/test-panel.ts';

const KEY = fakeKey('openai', 'project');

/** Two clients, one with a remembered answer, an endpoint that is on. */
async function setUp() {
  const panel = new TestPanel();
  const t = await startUnlockedApp('requests', undefined, { approvals: panel, evidence: new TestEvidence() });
  const { app, clock } = t;
  app.credentials.add(credentialInput({ provider: 'openai', label: 'work', fields: { api_key: KEY } }), 'cli');
  const made = { expiresInDays: 30, ratePerSecond: null, test: false };
  const { token, client } = app.clients.create({ name: 'tool', grants: ['keys:read:openai'], ...made }, 'cli');
  app.clients.create({ name: 'other', grants: ['usage:read'], ...made }, 'cli');
  const { port } = await app.endpoint.on({ port: 0, actor: 'cli' });
  app.settings.setEndpoint({ on: true, port: port ?? 0 });
  const asked = app.gate.admitClient({
    client: {
      id: client.id,
      name: 'tool',
      kind: 'live',
      grants: [],
      ratePerSecond: null,
      expiresAtMs: Number.MAX_SAFE_INTEGER,
    },
    credential: app.credentials.resolve('openai', 'work'),
    form: 'proxy',
    granted: false,
    reason: '',
    socket: null,
    signal: new AbortController().signal,
  });
  for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
  clock.advance(800);
  panel.answer('always');
  await asked;
  const route = createRouter(app);
  const panic = (caller: Caller) => route({ caller, connection: 'test', method: 'app.panic', params: {} });
  const parsed = parseClientToken(token);
  if (parsed === null) throw new Error('no token');
  return { ...t, token: parsed, panic };
}

type Setting = Awaited<ReturnType<typeof setUp>>;

function expectNothingLeft({ app, token }: Setting): void {
  expect(app.clients.list().map(({ state }) => state)).toEqual(['revoked', 'revoked']);
  expect(app.gate.grants.list()).toEqual([]);
  expect(app.clients.verify(token)).toBeNull();
  expect(app.endpoint.status().on).toBe(false);
  expect(app.settings.app().endpointOn).toBe(false);
  expect(verifyAudit(app.vault.opened()).firstBadSeq).toBeNull();
}

test.each(['window', 'socket'] as const)(
  'panic from the %s locks, and leaves nothing that lets anybody in',
  async (caller) => {
    const t = await setUp();
    expect(await t.panic(caller)).toEqual({ grants: 1, clients: 2 });
    expect([t.app.vault.state, t.app.endpoint.status().on]).toEqual(['locked', false]);
    await t.app.vault.unlock(PASSWORD, 'cli');
    expectNothingLeft(t);
    const entries = readAudit(t.app.vault.opened(), { limit: 50 }).filter(({ action }) => action === 'app.panic');
    expect(entries).toMatchObject([{ result: 'ok', meta: { clients: 2, grants: 1, later: false } }]);
  },
);

const toldOf = ({ app }: Setting) =>
  app.notifications.inbox.list({ view: 'unread' }).notices.filter(({ link }) => link.to === 'clients');

test.each(['while unlocked', 'while locked', 'twice while locked'])(
  'a panic %s is one unread line of the inbox: how many lost their access, and what to do',
  async (when) => {
    const t = await setUp();
    if (when !== 'while unlocked') t.app.vault.lock('asked');
    await t.panic('window');
    if (when.startsWith('twice')) await t.panic('socket');
    for (let unlocks = 0; unlocks < 2; unlocks += 1) {
      await t.app.vault.unlock(PASSWORD, 'cli');
      expect(toldOf(t)).toMatchObject([
        {
          kind: 'client.revoked',
          severity: 'warning',
          title: '2 clients lost their access by a panic.',
          detail:
            'The endpoint and all webhooks are off. Make new tokens for the clients that you trust, and switch on what you need.',
        },
      ]);
      t.app.vault.lock('asked');
    }
  },
);

test('the line of a panic that found no client, or one, says so', async () => {
  const t = await setUp();
  await t.panic('window');
  await t.app.vault.unlock(PASSWORD, 'cli');
  await t.panic('window');
  await t.app.vault.unlock(PASSWORD, 'cli');
  const made = { expiresInDays: 30, ratePerSecond: null, test: false };
  t.app.clients.create({ name: 'tool', grants: ['usage:read'], ...made }, 'cli');
  await t.panic('window');
  await t.app.vault.unlock(PASSWORD, 'cli');
  expect(toldOf(t).map(({ title }) => title)).toEqual([
    'One client lost its access by a panic.',
    'A panic ended all access; no client had any.',
    '2 clients lost their access by a panic.',
  ]);
});

/** As a full disk: neither the vault nor the file beside it takes anything, until it is called. */
function full({ app, home }: Setting): () => void {
  const { db } = app.vault.opened();
  const { auditPending } = resolvePaths({ KEYHARBOR_HOME: home });
  db.exec("CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'full'); END");
  mkdirSync(auditPending);
  return () => {
    db.exec('DROP TRIGGER full');
    rmdirSync(auditPending);
  };
}

test('a panic on a full disk is noted in the room that the lock makes', async () => {
  const t = await setUp();
  t.app.vault.onLocking(full(t));
  expect(await t.panic('window')).toEqual({ grants: null, clients: null });
  expect([t.app.vault.state, t.app.endpoint.status().on]).toEqual(['locked', false]);
  await t.app.vault.unlock(PASSWORD, 'cli');
  expectNothingLeft(t);
});

test('a panic that cannot be noted at all shuts what it can, and says what may stand', async () => {
  const t = await setUp();
  full(t);
  await expect(t.panic('window')).rejects.toMatchObject({
    message: expect.stringContaining('tokens and grants may stand') as string,
    hint: expect.stringContaining('again before you unlock') as string,
  });
  expect([t.app.vault.state, t.app.endpoint.status().on, t.app.settings.app().endpointOn]).toEqual([
    'locked',
    false,
    false,
  ]);
});

test('a panic while locked is made up for by the next unlock, before anything is served', async () => {
  const t = await setUp();
  t.app.vault.lock('asked');
  expect(await t.panic('socket')).toEqual({ grants: null, clients: null });
  const seen: (readonly string[])[] = [];
  t.app.vault.onUnlocked(() => seen.push(t.app.clients.list().map(({ state }) => state)));
  await t.app.vault.unlock(PASSWORD, 'cli');
  expect(seen).toEqual([['revoked', 'revoked']]);
  expectNothingLeft(t);
});

test('where the disk does not take it the vault locks all the same, and the mark does the rest', async () => {
  const t = await setUp();
  t.app.vault
    .opened()
    .db.exec("CREATE TEMP TRIGGER full BEFORE UPDATE ON client BEGIN SELECT RAISE(ABORT, 'full'); END");
  t.app.vault
    .opened()
    .db.exec("CREATE TEMP TRIGGER full2 BEFORE INSERT ON client BEGIN SELECT RAISE(ABORT, 'full'); END");
  expect(await t.panic('window')).toEqual({ grants: null, clients: null });
  expect(t.app.vault.state).toBe('locked');
  await t.app.vault.unlock(PASSWORD, 'cli');
  expectNothingLeft(t);
  expect(toldOf(t)).toHaveLength(1);
});
