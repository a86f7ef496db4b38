import { expect, test } from 'vitest';
import { createRouter } from '../../../electron/rpc/router.ts';
import { fakeKey } from '../../support/fake-keys.ts';
import { credentialInput, startUnlockedApp } from '../../support/test-app.ts';
import { processFacts, TestEvidence, TestPanel } from '../../support/test-panel.ts';

const KEY = fakeKey('openai', 'project');

/** A program in a terminal beside a window, which calls over the agent socket. */
async function setUp() {
  const panel = new TestPanel();
  const evidence = new TestEvidence();
  const { app, clock } = await startUnlockedApp('requests', undefined, { approvals: panel, evidence });
  const route = createRouter(app);
  const peer = evidence.peer([processFacts({ pid: 201 })]);
  let hangUp = (): void => undefined;
  const onClosed = (act: () => void) => {
    hangUp = act;
    return () => undefined;
  };
  const call = (method: string, params: unknown = {}) =>
    route({ caller: 'socket', connection: 'socket-1', method, params, link: { onClosed, peer } }).then(
      () => 'answered',
      (error: unknown) => (error as { code: string }).code,
    );
  /** Lets what was asked come up, and reads it. */
  const read = async () => {
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
    clock.advance(800);
  };
  return { app, panel, evidence, call, read, hangUp: () => hangUp() };
}

test('a list without secrets is free: the owner is not asked', async () => {
  const t = await setUp();
  expect(await t.call('clients.list')).toBe('answered');
  expect(t.panel.shown).toBe(0);
});

test('who answers for the owner is not let in by a question', async () => {
  const t = await setUp();
  expect(await t.call('access.requests')).toBe('forbidden');
  expect(t.panel.shown).toBe(0);
});

test('the question about a program goes with its connection, and nothing is done', async () => {
  const t = await setUp();
  const asked = t.call('settings.set', { app: { theme: 'dark' } });
  await t.read();
  expect(t.panel.open.map(({ wants }) => wants.map(({ form }) => form))).toEqual([['owner']]);
  t.hangUp();
  expect(await asked).toBe('forbidden');
  expect(t.panel.open).toEqual([]);
});

test('what is decided by credential asks about that credential, not about the owner’s command line', async () => {
  const t = await setUp();
  t.app.credentials.add(credentialInput({ provider: 'openai', label: 'work', fields: { api_key: KEY } }), 'cli');
  const asked = t.call('access.ask', {
    refs: ['kh://openai/work'],
    form: 'environment',
    caller: { reason: 'to build' },
  });
  await t.read();
  expect(t.panel.open.map(({ wants }) => wants.map(({ form }) => form))).toEqual([['environment']]);
  t.panel.answer('once');
  expect(await asked).toBe('answered');
});

const READ = { ref: 'kh://openai/work/api_key' };

test.each([
  ['credentials.read', READ],
  ['credentials.environment', { items: [{ name: 'OPENAI_API_KEY', ref: 'kh://openai/work' }] }],
  ['clients.lend', { name: 'tool', refs: ['kh://openai/work'] }],
])('a no to a credential is a no to %s', async (method, params) => {
  const t = await setUp();
  t.app.credentials.add(credentialInput({ provider: 'openai', label: 'work', fields: { api_key: KEY } }), 'cli');
  await t.app.endpoint.on({ port: 0, actor: 'cli' });
  const asked = t.call(method, params);
  await t.read();
  t.panel.answer('deny');
  expect(await asked).toBe('forbidden');
});

test('a reference that means another credential by the time of the yes hands out nothing', async () => {
  const t = await setUp();
  const { credentials } = t.app;
  const input = credentialInput({ provider: 'openai', label: 'work', fields: { api_key: KEY } });
  const { id } = credentials.add(input, 'cli').credential;
  const asked = t.call('credentials.read', READ);
  await t.read();
  credentials.edit({ id }, { label: 'other' }, 'cli');
  credentials.add(input, 'cli');
  t.panel.answer('once');
  expect(await asked).toBe('conflict');
});

test('what was lent is what the owner was asked about, also where its process is slow to look at', async () => {
  const t = await setUp();
  const { credentials } = t.app;
  const input = credentialInput({ provider: 'openai', label: 'work', fields: { api_key: KEY } });
  const { id } = credentials.add(input, 'cli').credential;
  await t.app.endpoint.on({ port: 0, actor: 'cli' });
  const asked = t.call('clients.lend', { name: 'tool', refs: ['kh://openai/work'] });
  await t.read();
  const look = t.evidence.ofPeer.bind(t.evidence);
  t.evidence.ofPeer = (peer) => {
    credentials.edit({ id }, { label: 'before' }, 'cli');
    credentials.add(input, 'cli');
    return look(peer);
  };
  t.panel.answer('once');
  expect(await asked).toBe('answered');
  expect(t.app.loans.list().map(({ grants }) => grants)).toEqual([['proxy:openai/work']]);
  expect(credentials.resolve('openai', 'work').id).toBe(id);
});

test('a program that was not let in changes nothing', async () => {
  const t = await setUp();
  const refused = t.call('settings.set', { app: { theme: 'dark' } });
  await t.read();
  t.panel.answer('deny');
  expect(await refused).toBe('forbidden');
  expect(t.app.settings.get().app.theme).not.toBe('dark');
});
