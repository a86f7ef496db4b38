import { expect, test } from 'vitest';
import { answeringServer, json } from '../../support/answering-server.ts';
import { localCatalogue } from '../../support/local-catalogue.ts';
import { credentialInput, startUnlockedApp } from '../../support/test-app.ts';

const FIELDS = { client_id: 'c', client_secret: 'fake', refresh_token: 'fake-refresh' };

/** An API that takes only the newest token, and the server that gives tokens. */
async function setUp(given: { readonly tokens?: 'given' | 'refused' } = {}) {
  const state = { tokens: given.tokens ?? 'given', count: 0, good: '', takesNone: false, held: Promise.resolve() };
  const calls: string[] = [];
  const server = await answeringServer(async (response, request) => {
    const body = await request.body();
    if (request.path.endsWith('/token')) {
      await state.held;
      if (state.tokens === 'refused') return json(response, 401, { error: 'invalid_client' });
      state.count += 1;
      state.good = `live-token-${state.count}`;
      return json(response, 200, { token_type: 'Bearer', access_token: state.good, expires_in: 3600 });
    }
    const { authorization = '' } = request.headers;
    calls.push(`${authorization.replace('Bearer ', '')} ${body}`);
    const isGood = !state.takesNone && authorization === `Bearer ${state.good}`;
    return json(response, isGood ? 200 : 401, { ok: isGood });
  });
  const t = await startUnlockedApp('requests', localCatalogue(['google'], server.url));
  const input = { provider: 'google', authKind: 'oauth2', fields: FIELDS };
  t.app.credentials.add(credentialInput(input), 'cli');
  const { token } = t.app.clients.create(
    { name: 'tool', grants: ['proxy:google'], expiresInDays: 30, ratePerSecond: null, test: false },
    'cli',
  );
  const { port } = await t.app.endpoint.on({ port: 0, actor: 'cli' });
  const call = (body: RequestInit['body'] = '{"a":1}') =>
    fetch(`http://127.0.0.1:${port}/proxy/google/v1/models`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body,
      ...(body instanceof ReadableStream ? { duplex: 'half' } : {}),
    });
  /** As the provider does when somebody signs out there. */
  const revoke = (): void => {
    state.good = 'another';
    t.clock.advance(120_000);
  };
  expect((await call()).status).toBe(200);
  return { ...t, state, calls, call, revoke };
}

test('an access token that was revoked early is replaced once, and the request sent again with its body', async () => {
  const { state, calls, call, revoke } = await setUp();
  revoke();
  const answer = await call();
  expect([answer.status, await answer.json()]).toEqual([200, { ok: true }]);
  expect(calls).toEqual(['live-token-1 {"a":1}', 'live-token-1 {"a":1}', 'live-token-2 {"a":1}']);
  expect(state.count).toBe(2);
});

test('once for all that were refused, also for one whose refusal comes later', async () => {
  const { state, call, revoke } = await setUp();
  revoke();
  const answers = await Promise.all(Array.from({ length: 8 }, () => call()));
  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 200));
  expect(state.count).toBe(2);
});

test('a refusal that a new token does not change reaches the client; one test looks whether it died, and no more is asked', async () => {
  const { app, clock, heard, state, calls, call, revoke } = await setUp();
  revoke();
  state.takesNone = true;
  for (let time = 0; time < 3; time += 1) {
    const answer = await call();
    expect([answer.status, await answer.json()]).toEqual([401, { ok: false }]);
    await app.refusedCalls.settled();
    clock.advance(1000);
  }
  expect(state.count).toBe(3);
  expect(calls.map((line) => line.split(' ')[0])).toEqual([
    'live-token-1',
    'live-token-1',
    'live-token-2',
    'live-token-2', // the test; the one more token is its own
    'live-token-3',
    'live-token-3',
    'live-token-3',
  ]);
  expect(heard.filter(({ event }) => event === 'credentials.died')).toHaveLength(1);
});

test('where no new token can be got the client is told why, and the owner that it died', async () => {
  const { app, heard, calls, state, call, revoke } = await setUp();
  revoke();
  state.tokens = 'refused';
  const answer = await call();
  expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([502, 'invalid_key']);
  await app.refusedCalls.settled();
  const { id } = app.credentials.resolve('google', 'default');
  expect(heard.filter(({ event }) => event === 'credentials.died')).toEqual([
    { event: 'credentials.died', data: { ids: [id] } },
  ]);
  expect(calls).toHaveLength(2);
});

test('a body that went out as a stream is not sent twice: the refusal reaches the client', async () => {
  const { state, call, revoke } = await setUp();
  revoke();
  const stream = new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode('{"a":1}'));
      controller.close();
    },
  });
  expect((await call(stream)).status).toBe(401);
  expect(state.count).toBe(1);
});

test('a lock while a new token is got ends the call', async () => {
  const { app, state, call, revoke } = await setUp();
  revoke();
  const { promise, resolve } = Promise.withResolvers<void>();
  const asked = new Promise<void>((go) => {
    Object.defineProperty(state, 'held', {
      get: () => {
        go();
        return promise;
      },
    });
  });
  const answer = call().then(
    ({ status }) => status,
    () => 'cut',
  );
  await asked;
  app.vault.lock('asked');
  resolve();
  expect(await answer).toBe('cut');
});
