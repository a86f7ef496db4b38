import { expect, test } from 'vitest';
import { routingRule } from '../../../shared/contract/routing.ts';
import { answeringServer, json } from '../../support/answering-server.ts';
import { fakeKey } from '../../support/fake-keys.ts';
import { credentialInput, PASSWORD, startUnlockedApp } from '../../support/test-app.ts';

const MINUTE_MS = 60_000;

/** A provider whose answers to calls and to tests are told apart, with the whole core before it. */
async function withKey() {
  const state = { call: 401, test: 401, testHeld: Promise.resolve() };
  const server = await answeringServer(async (response, request) => {
    const isTest = request.path.endsWith('/models');
    if (isTest) await state.testHeld;
    const status = isTest ? state.test : state.call;
    json(response, status, status === 200 ? { data: [] } : { error: { code: 'invalid_api_key' } });
  });
  const t = await startUnlockedApp();
  t.app.lockPolicy.close(); // what it does to an idle vault has tests of its own
  const fields = { api_key: fakeKey('openai', 'project') };
  const input = { provider: 'openai', fields, baseUrl: server.url, local: true };
  const { id } = t.app.credentials.add(credentialInput(input), 'cli').credential;
  const { token } = t.app.clients.create(
    { name: 'tool', grants: ['proxy:openai'], expiresInDays: 30, ratePerSecond: null, test: false },
    'cli',
  );
  const { port } = await t.app.endpoint.on({ port: 0, actor: 'cli' });
  /** @returns the status that the tool sees, when what followed from it is over. */
  const call = async (): Promise<number> => {
    const answer = await fetch(`http://127.0.0.1:${port}/proxy/openai/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: '{}',
    });
    await answer.arrayBuffer();
    await t.app.refusedCalls.settled();
    return answer.status;
  };
  return {
    ...{ ...t, id, state, call },
    tests: () => server.seen.filter(({ path }) => path.endsWith('/models')).length,
    died: () => t.heard.filter(({ event }) => event === 'credentials.died').map(({ data }) => data),
    lines: () => {
      t.clock.advance(50); // what is told is written down a moment later
      return t.app.notifications.inbox
        .list({ view: 'inbox' })
        .notices.flatMap(({ kind, title }) => (kind === 'key.died' ? [title] : []));
    },
  };
}

test('a call that is refused leads to one test; where that is refused too the key died, which is told once', async () => {
  const t = await withKey();
  expect([await t.call(), t.tests()]).toEqual([401, 1]);
  expect(t.died()).toEqual([{ ids: [t.id] }]);
  expect(t.app.credentials.get({ id: t.id }).lastTest).toMatchObject({ result: 'invalid_key' });
  expect(t.lines()).toEqual(['The key openai/default no longer works.']);
  for (let time = 0; time < 3; time += 1) {
    await t.call();
    t.clock.advance(120 * MINUTE_MS);
  }
  expect([t.tests(), t.died().length]).toEqual([1, 1]);
});

test('where the test goes well the request was refused, not the key: nothing is told, and the next tests are far apart', async () => {
  const t = await withKey();
  t.state.test = 200;
  const seen: number[] = [];
  for (let minute = 0; minute <= 40; minute += 1) {
    const before = t.tests();
    await t.call();
    if (t.tests() > before) seen.push(minute);
    t.clock.advance(MINUTE_MS);
  }
  expect(seen).toEqual([0, 5, 15, 35]);
  expect([t.died(), t.lines()]).toEqual([[], []]);
  expect(t.app.credentials.get({ id: t.id }).lastTest).toMatchObject({ result: 'valid' });
});

test('a key that a test found good a moment ago is tested all the same', async () => {
  const t = await withKey();
  t.state.test = 200;
  await t.app.credentials.test({ id: t.id }, false, 'ui');
  t.state.test = 401;
  await t.call();
  expect(t.died()).toEqual([{ ids: [t.id] }]);
});

test('what a tool said of a key is not taken for a test', async () => {
  const t = await withKey();
  t.app.credentials.report(t.id, { reason: 'refused', status: 401 }, { id: 'abcdefghij', name: 'tool' });
  await t.call();
  expect([t.tests(), t.died()]).toEqual([1, [{ ids: [t.id] }]]);
});

test.each([200, 402, 403, 404, 429, 500])('an answer of %i says nothing of the kind', async (status) => {
  const t = await withKey();
  t.state.call = status;
  expect([await t.call(), t.tests()]).toEqual([status, 0]);
});

test('in a pool it is back at once where its test goes well, and rests where calls go on being refused', async () => {
  const t = await withKey();
  const pool = { strategy: 'priority', members: [{ label: 'default' }, { label: 'gone' }] };
  t.app.routing.set(routingRule.parse({ for: 'provider', provider: 'openai', pool }), 'cli');
  const standing = () => t.app.routing.health().map(({ state, because }) => [state, because]);
  const missing = ['missing', null];
  t.state.test = 200;
  await t.call();
  expect(standing()).toEqual([['healthy', null], missing]);
  await t.call();
  expect(standing()).toEqual([['resting', 401], missing]);
});

test('a new value is looked at anew', async () => {
  const t = await withKey();
  await t.call();
  t.app.credentials.edit({ id: t.id }, { fields: { api_key: fakeKey('openai', 'legacy') } }, 'cli');
  await t.call();
  expect([t.tests(), t.died().length]).toEqual([2, 2]);
});

test('a lock ends the test, and nothing comes of it', async () => {
  const t = await withKey();
  const held = Promise.withResolvers<void>();
  t.state.testHeld = held.promise;
  const called = t.call();
  await expect.poll(() => t.tests()).toBe(1);
  t.app.vault.lock('asked');
  await called;
  held.resolve();
  expect(t.died()).toEqual([]);
  await t.app.vault.unlock(PASSWORD, 'cli');
  await t.call();
  expect([t.tests(), t.died().length]).toEqual([2, 1]);
});
