import { expect, test } from 'vitest';
import { createRouter } from '../../../electron/rpc/router.ts';
import type { ContractEvent } from '../../../shared/contract/handlers.ts';
import type { Caller } from '../../../shared/contract/method.ts';
import type { Input, MethodName, Output } from '../../../shared/contract/methods.ts';
import { fakeKey } from '../../support/fake-keys.ts';
import { credentialInput, PASSWORD, startUnlockedApp } from '../../support/test-app.ts';

const KEY = fakeKey('openai', 'project');

/** A window, a client of the endpoint that may read a key, and the owner's word that it may work on. */
async function setUp(workBehindLockHours = 2) {
  const t = await startUnlockedApp('window');
  const { app } = t;
  app.settings.set({ vault: { workBehindLockHours } }, 'cli');
  app.credentials.add(credentialInput({ provider: 'openai', label: 'work', fields: { api_key: KEY } }), 'cli');
  const made = { expiresInDays: 30, ratePerSecond: null, test: false };
  const { token } = app.clients.create({ name: 'tool', grants: ['keys:read:openai'], ...made }, 'cli');
  const { port } = await app.endpoint.on({ port: 0, actor: 'cli' });
  const route = createRouter(app);
  const call = <M extends MethodName>(caller: Caller, method: M, params: Input<M>) =>
    route({ caller, connection: 'test', method, params }) as Promise<Output<M>>;
  const read = async () => {
    const headers = { authorization: `Bearer ${token}` };
    return (await fetch(`http://127.0.0.1:${port}/v1/keys/openai/work`, { headers })).status;
  };
  const inWindow: ContractEvent[] = [];
  app.onWindowEvent((event) => inWindow.push(event));
  return { ...t, call, read, inWindow };
}

test('behind a locked window its granted client reads on, and the window gets nothing but its lock screen', async () => {
  const t = await setUp();
  expect(await t.call('window', 'vault.lock', {})).toMatchObject({ state: 'locked', credentials: null });
  expect(t.app.vault.state).toBe('unlocked');
  expect(await t.read()).toBe(200);
  expect(t.inWindow.at(-1)?.event).toBe('vault.locked');
  await expect(t.call('window', 'credentials.list', {})).rejects.toMatchObject({ code: 'vault_locked' });
  await expect(t.call('window', 'grants.list', {})).rejects.toMatchObject({ code: 'vault_locked' });
  expect((await t.call('window', 'settings.get', {})).vault).toBeNull();
  await expect(t.call('window', 'settings.set', { vault: { clipboardSeconds: 20 } })).rejects.toMatchObject({
    code: 'vault_locked',
  });
  expect((await t.call('window', 'vault.status', {})).state).toBe('locked');
  expect((await t.call('socket', 'vault.status', {})).state).toBe('unlocked');
  const before = t.inWindow.length;
  t.app.credentials.add(credentialInput({ provider: 'openai', label: 'new', fields: { api_key: KEY } }), 'cli');
  expect(t.inWindow.length).toBe(before);
});

test('behind a locked window nobody is asked: refused at once, and told on the screen once, without a name', async () => {
  const t = await setUp();
  await t.call('window', 'vault.lock', {});
  const told: string[] = [];
  t.shell.notify = (...words: readonly string[]) => void told.push(words.join(' '));
  const ask = () =>
    t.app.gate.admitClient({
      client: {
        id: 'abcdefghij',
        name: 'editor',
        kind: 'live',
        grants: [],
        ratePerSecond: null,
        expiresAtMs: Number.MAX_SAFE_INTEGER,
      },
      credential: t.app.credentials.resolve('openai', 'work'),
      form: 'proxy',
      granted: false,
      reason: '',
      socket: null,
      signal: new AbortController().signal,
    });
  for (let times = 0; times < 3; times += 1) expect(ask).toThrow('the window is locked');
  expect(told).toHaveLength(1);
  expect(told[0]).not.toMatch(/editor|openai|work/);
});

test('only the password opens the window again; five wrong ones lock the vault as well', async () => {
  const t = await setUp();
  await t.call('window', 'vault.lock', {});
  await expect(t.call('window', 'vault.unlock', { password: 'not this one at all' })).rejects.toMatchObject({
    code: 'wrong_password',
  });
  expect((await t.call('window', 'vault.status', {})).state).toBe('locked');
  expect((await t.call('window', 'vault.unlock', { password: PASSWORD })).state).toBe('unlocked');
  expect(t.inWindow.at(-1)?.event).toBe('vault.unlocked');
  expect(await t.call('window', 'credentials.list', {})).toHaveLength(1);

  await t.call('window', 'vault.lock', {});
  for (let attempt = 0; attempt < 5; attempt += 1) {
    await t.call('window', 'vault.unlock', { password: 'not this one at all' }).catch(() => undefined);
    t.clock.advance(60_000);
  }
  expect(t.app.vault.state).toBe('locked');
  expect(await t.read()).toBe(423);
});

test('the vault locks when the client has been quiet for the idle time', async () => {
  const t = await setUp();
  await t.call('window', 'vault.lock', {});
  t.clock.advance(9 * 60_000);
  expect(await t.read()).toBe(200);
  t.clock.advance(9 * 60_000);
  expect(await t.read()).toBe(200);
  t.clock.advance(10 * 60_000);
  expect(t.app.vault.state).toBe('locked');
  expect(await t.read()).toBe(423);
});

test('a lock from the command line is a lock of the vault', async () => {
  const t = await setUp();
  await t.call('window', 'vault.lock', {});
  expect((await t.call('socket', 'vault.lock', {})).state).toBe('locked');
  expect(await t.read()).toBe(423);
});

test('without the setting, and without an endpoint, the window’s lock is the vault’s', async () => {
  const off = await setUp(0);
  await off.call('window', 'vault.lock', {});
  expect(off.app.vault.state).toBe('locked');
  const none = await setUp();
  await none.app.endpoint.off('cli');
  await none.call('window', 'vault.lock', {});
  expect(none.app.vault.state).toBe('locked');
});

test('what lets more in needs a yes outside the page; what is stricter does not', async () => {
  const t = await setUp(1);
  const questions: string[] = [];
  t.shell.confirm = (question?: { title: string }) => {
    questions.push(question?.title ?? '');
    return Promise.resolve(false);
  };
  const set = (vault: Input<'settings.set'>['vault']) => t.call('window', 'settings.set', { vault });
  await expect(set({ workBehindLockHours: 2 })).rejects.toMatchObject({ code: 'forbidden' });
  await expect(set({ askTerminals: 'never' })).rejects.toMatchObject({ code: 'forbidden' });
  expect(questions).toHaveLength(2);
  await set({ workBehindLockHours: 0, askTerminals: 'always', clipboardSeconds: 20 });
  expect(questions).toHaveLength(2);
  expect(t.app.settings.vault()).toMatchObject({ workBehindLockHours: 0, askTerminals: 'always' });
});
