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
  return { app, panel, call, read, hangUp: () => hangUp() };
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
