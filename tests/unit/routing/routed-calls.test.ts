import { describe, expect, test } from 'vitest';
import type { RoutingRule } from '../../../shared/contract/routing.ts';
import { type poolRule, routingRule } from '../../../shared/contract/routing.ts';
import { quotaDefinition } from '../../../shared/quotas.ts';
import { answeringServer, json, type SeenRequest } from '../../support/answering-server.ts';
import { credentialInput, PASSWORD, startUnlockedApp, usageOf } from '../../support/test-app.ts';
import type { z } from 'zod';
import { eventually } from '../../support/eventually.ts';

type Answer = Parameters<typeof answeringServer>[0];
const secretOf = (label: string) => ['sk', 'proj', label, 'x'.repeat(40)].join('-');
const usedKey = ({ headers }: SeenRequest) => headers.authorization?.replace('Bearer sk-proj-', '').split('-')[0];

async function setUp(answer: Answer, labels: readonly string[] = ['default']) {
  const seen: SeenRequest[] = [];
  const refused = new Set<string | undefined>();
  const { url } = await answeringServer((response, request) => {
    // The test that a 401 leads to comes to nothing here: what calls show is what counts.
    const isTest = refused.has(usedKey(request)) && request.headers['user-agent']?.startsWith('keyharbor/');
    if (isTest === true) return json(response, 503, {});
    seen.push(request);
    response.once('finish', () => response.statusCode === 401 && refused.add(usedKey(request)));
    return answer(response, request);
  });
  const upstream = { url, seen };
  const { app, clock } = await startUnlockedApp();
  for (const label of labels) {
    const fields = { api_key: secretOf(label) };
    app.credentials.add(
      credentialInput({ provider: 'openai', label, fields, baseUrl: upstream.url, local: true }),
      'cli',
    );
  }
  const client = app.clients.create(
    { name: 'tool', grants: ['proxy:openai'], expiresInDays: 30, ratePerSecond: null, test: false },
    'cli',
  );
  const { port } = await app.endpoint.on({ port: 0, actor: 'cli' });
  const call = (path: string, init: RequestInit = {}, target = 'openai') =>
    fetch(`http://127.0.0.1:${port}/proxy/${target}${path}`, {
      ...init,
      headers: { authorization: `Bearer ${client.token}`, ...(init.headers as Record<string, string>) },
    });
  const rule = (given: z.input<typeof routingRule>): RoutingRule => app.routing.set(routingRule.parse(given), 'cli');
  return { app, clock, upstream, call, rule, client };
}

const openai = { for: 'provider', provider: 'openai' } as const;

test('the owner’s header edits and path rewrites reach the provider and the client', async () => {
  const { call, rule, upstream } = await setUp((response) =>
    json(response, 200, {}, { 'x-inner': '1', 'x-team': 'a' }),
  );
  rule({
    ...openai,
    paths: [{ from: '/v1', to: '/openai/v1' }],
    requestHeaders: [
      { do: 'set', name: 'x-team', value: 'blue' },
      { do: 'remove', name: 'user-agent' },
    ],
    responseHeaders: [{ do: 'rename', name: 'x-inner', to: 'x-outer' }],
  });
  const answer = await call('/v1/models?limit=1', { headers: { 'user-agent': 'a tool' } });
  expect(answer.status).toBe(200);
  expect(upstream.seen[0]).toMatchObject({ path: '/openai/v1/models?limit=1', headers: { 'x-team': 'blue' } });
  expect(upstream.seen[0]?.headers['user-agent']).toMatch(/^keyharbor\//);
  expect([answer.headers.get('x-outer'), answer.headers.get('x-inner'), answer.headers.get('x-team')]).toEqual([
    '1',
    null,
    null, // not brought in by a rule, and on no list
  ]);
});

test('an edit brings in no credential, no host, no cookie, and takes none out', async () => {
  const { call, rule, upstream } = await setUp((response) => json(response, 200, {}, { 'set-cookie': 'a=b' }));
  rule({
    ...openai,
    requestHeaders: [
      { do: 'set', name: 'authorization', value: 'Bearer other' },
      { do: 'set', name: 'x-api-key', value: 'other' },
      { do: 'set', name: 'host', value: 'elsewhere.example' },
      { do: 'set', name: 'cookie', value: 'a=b' },
      { do: 'rename', name: 'accept', to: 'x-forwarded-for' },
    ],
    responseHeaders: [{ do: 'rename', name: 'set-cookie', to: 'set-cookie' }],
  });
  const answer = await call('/models', { headers: { accept: 'a' } });
  const { headers = {} } = upstream.seen[0] ?? {};
  expect(headers.authorization).toBe(`Bearer ${secretOf('default')}`);
  expect(headers.host).toBe(upstream.url.slice('http://'.length));
  expect(Object.keys(headers)).not.toEqual(expect.arrayContaining(['cookie']));
  for (const name of ['x-api-key', 'cookie', 'x-forwarded-for']) expect(headers[name]).toBeUndefined();
  expect(answer.headers.get('set-cookie')).toBeNull();
});

test('a rewritten path is judged like any other', async () => {
  const { call, rule, upstream } = await setUp((response) => json(response, 200, {}));
  rule({ ...openai, paths: [{ from: '/', to: '/inner/' }] });
  expect((await call('/a%2fb')).status).toBe(400);
  expect(upstream.seen).toEqual([]);
  await call('/a');
  expect(upstream.seen[0]?.path).toBe('/inner/a');
});

test('rules of a client come before those of the provider, and hold for it alone', async () => {
  const { app, call, rule, upstream, client } = await setUp((response) => json(response, 200, {}));
  rule({
    ...openai,
    paths: [{ from: '/m', to: '/provider' }],
    requestHeaders: [{ do: 'set', name: 'x-a', value: '1' }],
  });
  rule({
    for: 'client',
    client: client.client.id,
    paths: [{ from: '/m', to: '/client' }],
    requestHeaders: [{ do: 'set', name: 'x-a', value: '2' }],
  });
  await call('/m');
  expect(upstream.seen[0]).toMatchObject({ path: '/client', headers: { 'x-a': '2' } });
  app.routing.remove({ client: client.client.id }, 'cli');
  await call('/m');
  expect(upstream.seen[1]).toMatchObject({ path: '/provider', headers: { 'x-a': '1' } });
});

test('nothing is kept where no rule says so, and a kept answer is given until it is old', async () => {
  let count = 0;
  const { clock, call, rule, upstream } = await setUp((response) => {
    count += 1;
    json(response, 200, { count }, { 'cache-control': 'public, max-age=60' });
  });
  await call('/models');
  await call('/models');
  expect(upstream.seen).toHaveLength(2);
  rule({ ...openai, cache: { maxSeconds: 600 } });
  expect(await (await call('/models')).json()).toEqual({ count: 3 });
  const kept = await call('/models');
  expect(await kept.json()).toEqual({ count: 3 });
  expect(kept.headers.get('age')).not.toBeNull();
  expect(await (await call('/models?a=1')).json()).toEqual({ count: 4 });
  clock.advance(60_000);
  expect(await (await call('/models')).json()).toEqual({ count: 5 });
});

test('the age that a provider tells goes on, and that of a kept answer stands there once', async () => {
  const { clock, call, rule, upstream } = await setUp((response) =>
    json(response, 200, {}, { 'cache-control': 'public, max-age=60', age: '5', vary: 'accept' }),
  );
  rule({ ...openai, cache: { maxSeconds: 600 } });
  expect((await call('/models')).headers.get('age')).toBe('5');
  clock.advance(10_000);
  const kept = await call('/models');
  expect([kept.headers.get('age'), kept.headers.get('vary'), upstream.seen.length]).toEqual(['15', 'accept', 1]);
});

test('a kept answer is counted as such: a call at no cost, no failure, in no quota', async () => {
  const { app, clock, call, rule, upstream } = await setUp((response) =>
    json(response, 200, {}, { 'cache-control': 'public, max-age=60' }),
  );
  rule({ ...openai, cache: { maxSeconds: 600 } });
  const daily = { counts: 'requests', scope: { kind: 'all' }, period: { every: 'day' }, limit: 9 } as const;
  app.quotas.set({ definition: quotaDefinition.parse({ ...daily, name: 'all' }) }, 'cli');
  for (let n = 0; n < 3; n += 1) expect((await call('/models')).status).toBe(200);
  expect(upstream.seen).toHaveLength(1);
  const counted = async (outcome: string) =>
    (await usageOf(app, clock).report({ by: 'provider', filter: { outcome: [outcome] } })).rows;
  await eventually(async () => expect(await counted('cached')).toMatchObject([{ requests: 2 }]));
  expect(await counted('cached')).toMatchObject([
    { key: 'openai', failed: 0, incomplete: 0, unpriced: 0, costMicroUsd: 0 },
  ]);
  expect(await counted('ok')).toMatchObject([{ requests: 1 }]);
  const used = () => app.quotas.list().map(({ used: amount, reserved }) => [amount, reserved]);
  expect(used()).toEqual([[1, 0]]);
  app.vault.lock('asked');
  await app.vault.unlock(PASSWORD, 'cli');
  expect(used()).toEqual([[1, 0]]);
});

test('a kept answer is gone after a change at its address, after a new rule and after a lock', async () => {
  const { app, call, rule, upstream } = await setUp((response) =>
    json(response, 200, {}, { 'cache-control': 'public, max-age=60' }),
  );
  rule({ ...openai, cache: { maxSeconds: 600 } });
  await call('/files/1');
  await call('/files/1', { method: 'DELETE' });
  await call('/files/1');
  expect(upstream.seen.map(({ method }) => method)).toEqual(['GET', 'DELETE', 'GET']);
  rule({ ...openai, cache: { maxSeconds: 300 } });
  await call('/files/1');
  expect(upstream.seen).toHaveLength(4);
  app.vault.lock('asked');
  expect((await call('/files/1')).status).toBe(423);
});

test('a client that wants nothing kept, or no kept answer, gets its way', async () => {
  const { call, rule, upstream } = await setUp((response) =>
    json(response, 200, {}, { 'cache-control': 'public, max-age=60' }),
  );
  rule({ ...openai, cache: { maxSeconds: 600 } });
  await call('/models', { headers: { 'cache-control': 'no-store' } });
  await call('/models');
  expect(upstream.seen).toHaveLength(2);
  await call('/models', { headers: { 'cache-control': 'no-cache' } });
  await call('/models', { headers: { pragma: 'no-cache' } });
  expect(upstream.seen).toHaveLength(4);
  await call('/models', { headers: { 'cache-control': 'max-age=60' } });
  expect(upstream.seen).toHaveLength(4);
  expect(upstream.seen.some(({ headers }) => 'cache-control' in headers || 'pragma' in headers)).toBe(false);
});

test('an answer of the old address is not given once the key goes to another', async () => {
  const { app, call, rule } = await setUp((response) =>
    json(response, 200, { from: 'old' }, { 'cache-control': 'public, max-age=60' }),
  );
  const moved = await answeringServer((response) => json(response, 200, { from: 'new' }));
  rule({ ...openai, cache: { maxSeconds: 600 } });
  await call('/models');
  const fields = { api_key: secretOf('default') };
  app.credentials.edit({ ref: 'kh://openai' }, { fields, baseUrl: moved.url, local: true }, 'cli');
  const another = app.clients.create(
    { name: 'another', grants: ['proxy:openai'], expiresInDays: 30, ratePerSecond: null, test: false },
    'cli',
  );
  const answer = await call('/models', { headers: { authorization: `Bearer ${another.token}` } });
  expect(await answer.json()).toEqual({ from: 'new' });
});

test('what a rule of one client changes in an answer reaches no other client from the kept answers', async () => {
  const { app, call, rule, client, upstream } = await setUp((response) =>
    json(response, 200, {}, { 'cache-control': 'public, max-age=60' }),
  );
  const { token } = app.clients.create(
    { name: 'another', grants: ['proxy:openai'], expiresInDays: 30, ratePerSecond: null, test: false },
    'cli',
  );
  const asAnother = { headers: { authorization: `Bearer ${token}` } };
  rule({ ...openai, cache: { maxSeconds: 600 } });
  const mark = [{ do: 'set', name: 'x-team', value: 'mine' }] as const;
  rule({ for: 'client', client: client.client.id, responseHeaders: [...mark] });
  expect((await call('/models')).headers.get('x-team')).toBe('mine');
  expect((await call('/models')).headers.get('x-team')).toBe('mine');
  expect(upstream.seen).toHaveLength(1);
  expect((await call('/models', asAnother)).headers.get('x-team')).toBeNull();
  expect((await call('/models')).headers.get('x-team')).toBe('mine');
});

test('what echoes the credential in a header is not kept with it', async () => {
  const { call, rule } = await setUp((response, { headers }) =>
    json(response, 200, {}, { 'x-request-id': headers.authorization ?? '', 'cache-control': 'public, max-age=60' }),
  );
  rule({ ...openai, cache: { maxSeconds: 600 } });
  for (let time = 0; time < 2; time += 1) {
    const text = JSON.stringify([...(await call('/models')).headers]);
    expect(text).not.toContain(secretOf('default'));
  }
});

test('a pool goes on to the next credential when one is exhausted, and back when it has recovered', async () => {
  let exhausted = true;
  const { app, clock, call, rule, upstream } = await setUp(
    (response, request) => {
      const spent = exhausted && usedKey(request) === 'one';
      json(response, spent ? 429 : 200, { by: usedKey(request) }, spent ? { 'retry-after': '30' } : {});
    },
    ['one', 'two'],
  );
  rule({ ...openai, pool: { strategy: 'priority', members: [{ label: 'one' }, { label: 'two' }] } });
  const ask = async () => (await (await call('/chat', { method: 'POST', body: '{"a":1}' })).json()) as unknown;
  expect(await ask()).toEqual({ by: 'two' });
  expect(upstream.seen.map(usedKey)).toEqual(['one', 'two']);
  expect(await ask()).toEqual({ by: 'two' });
  expect(upstream.seen.map(usedKey)).toEqual(['one', 'two', 'two']);
  expect(app.routing.health()).toMatchObject([{ label: 'one', state: 'resting', because: 429 }, { state: 'healthy' }]);
  exhausted = false;
  clock.advance(30_000);
  expect(await ask()).toEqual({ by: 'one' });
  expect(app.routing.health()[0]).toMatchObject({ state: 'healthy' });
});

test('a pool of which the least used comes first takes turns', async () => {
  const { call, rule, upstream } = await setUp((response) => json(response, 200, {}), ['one', 'two']);
  rule({ ...openai, pool: { strategy: 'least-used', members: [{ label: 'one' }, { label: 'two' }] } });
  for (let n = 0; n < 4; n += 1) await call('/models');
  expect(upstream.seen.map(usedKey)).toEqual(['one', 'two', 'one', 'two']);
});

test('a member rests as long as the provider asks, and one whose probe broke is tried again by the next call', async () => {
  const answers: Answer[] = [
    (response) => json(response, 429, {}, { 'retry-after': '600' }),
    (response) => void response.destroy(),
    (response) => json(response, 200, { by: 'one' }),
  ];
  const { clock, call, rule } = await setUp(
    (response, request) =>
      usedKey(request) === 'one' ? answers.shift()?.(response, request) : json(response, 200, { by: 'two' }),
    ['one', 'two'],
  );
  rule({ ...openai, pool: { strategy: 'priority', members: [{ label: 'one' }, { label: 'two' }] } });
  const ask = async () => (await (await call('/chat', { method: 'POST', body: '{}' })).json()) as unknown;
  expect(await ask()).toEqual({ by: 'two' });
  clock.advance(599_000);
  expect(await ask()).toEqual({ by: 'two' });
  clock.advance(1000);
  expect(await ask()).not.toHaveProperty('by');
  expect(await ask()).toEqual({ by: 'one' });
});

test('the second try carries the same body and the other key', async () => {
  const bodies: string[] = [];
  const { call, rule } = await setUp(
    async (response, request) => {
      bodies.push(`${usedKey(request)} ${await request.body()}`);
      json(response, usedKey(request) === 'one' ? 401 : 200, {});
    },
    ['one', 'two'],
  );
  rule({ ...openai, pool: { strategy: 'priority', members: [{ label: 'one' }, { label: 'two' }] } });
  expect((await call('/chat', { method: 'POST', body: '{"a":"b"}' })).status).toBe(200);
  expect(bodies).toEqual(['one {"a":"b"}', 'two {"a":"b"}']);
});

test('where all are exhausted the client gets what the last one said', async () => {
  const { call, rule, upstream } = await setUp((response) => json(response, 402, { error: 'spent' }), ['one', 'two']);
  rule({ ...openai, pool: { strategy: 'round-robin', members: [{ label: 'one' }, { label: 'two' }] } });
  const answer = await call('/chat', { method: 'POST', body: '{}' });
  expect([answer.status, await answer.json()]).toEqual([402, { error: 'spent' }]);
  expect(upstream.seen).toHaveLength(2);
});

test('a pool gives a test client a local credential, also where a real one comes first', async () => {
  const { app, call, rule } = await setUp(
    (response, request) => json(response, 200, { by: usedKey(request) }),
    ['two'],
  );
  app.credentials.add(
    credentialInput({ provider: 'openai', label: 'one', fields: { api_key: secretOf('one') } }),
    'cli',
  );
  rule({ ...openai, pool: { strategy: 'priority', members: [{ label: 'one' }, { label: 'two' }] } });
  const input = { name: 'a test', grants: ['proxy:openai'], expiresInDays: 30, ratePerSecond: null, test: true };
  const { token } = app.clients.create(input, 'cli');
  const answer = await call('/chat', { method: 'POST', headers: { authorization: `Bearer ${token}` } });
  expect([answer.status, await answer.json()]).toEqual([200, { by: 'two' }]);
});

test('a pool never uses a credential that the client was not granted, nor one out of use', async () => {
  const { app, upstream } = await setUp((response) => json(response, 401, {}), ['one', 'two', 'three']);
  app.routing.set(
    routingRule.parse({
      ...openai,
      pool: { strategy: 'priority', members: [{ label: 'one' }, { label: 'two' }, { label: 'three' }] },
    }),
    'cli',
  );
  app.credentials.move({ ref: 'kh://openai/three' }, 'suspend', 'cli');
  const { token } = app.clients.create(
    {
      name: 'narrow',
      grants: ['proxy:openai/one', 'proxy:openai/three'],
      expiresInDays: 1,
      ratePerSecond: null,
      test: false,
    },
    'cli',
  );
  const { port } = app.endpoint.status();
  const answer = await fetch(`http://127.0.0.1:${port}/proxy/openai@one/models`, {
    headers: { authorization: `Bearer ${token}` },
  });
  expect(answer.status).toBe(401);
  expect(upstream.seen.map(usedKey)).toEqual(['one']);
});

test('what another credential of the pool got is not kept for the one that was asked for', async () => {
  const { app, call, rule, upstream } = await setUp(
    (response, request) => json(response, usedKey(request) === 'one' ? 401 : 200, { by: usedKey(request) }),
    ['one', 'two'],
  );
  rule({
    ...openai,
    cache: { maxSeconds: 600, evenPrivate: true },
    pool: { strategy: 'priority', members: [{ label: 'one' }, { label: 'two' }] },
  });
  expect(await (await call('/models')).json()).toEqual({ by: 'two' });
  const narrow = app.clients.create(
    { name: 'narrow', grants: ['proxy:openai/one'], expiresInDays: 1, ratePerSecond: null, test: false },
    'cli',
  );
  const { port } = app.endpoint.status();
  const headers = { authorization: `Bearer ${narrow.token}` };
  const answer = await fetch(`http://127.0.0.1:${port}/proxy/openai@one/models`, { headers });
  expect([answer.status, await answer.json()]).toEqual([401, { by: 'one' }]);
  expect(upstream.seen.map(usedKey)).toEqual(['one', 'two', 'one']);
});

test('a label outside of the pool is used by itself', async () => {
  const { call, rule, upstream } = await setUp((response) => json(response, 401, {}), ['one', 'two', 'alone']);
  rule({ ...openai, pool: { strategy: 'priority', members: [{ label: 'one' }, { label: 'two' }] } });
  await call('/models', {}, 'openai@alone');
  expect(upstream.seen.map(usedKey)).toEqual(['alone']);
});

describe('a credential of which a tool says that it does not work', () => {
  const pool = { strategy: 'priority', members: [{ label: 'one' }, { label: 'two' }] } satisfies z.input<
    typeof poolRule
  >;
  const tool = { id: '0123456789', name: 'tool' };

  async function reported() {
    const t = await setUp(
      (response, request) => json(response, 200, { data: [], by: usedKey(request) }),
      ['one', 'two'],
    );
    t.rule({ ...openai, pool });
    const by = async () => ((await (await t.call('/models')).json()) as { by: string }).by;
    expect(await by()).toBe('one');
    const { id } = t.app.credentials.resolve('openai', 'one');
    expect(t.app.credentials.report(id, { reason: 'refused', status: 401 }, tool)).toBe(true);
    expect(await by()).toBe('two');
    return { ...t, id, by };
  }

  test('is passed over, also after the vault was locked, and told as such', async () => {
    const { app, by } = await reported();
    app.vault.lock('asked');
    await app.vault.unlock(PASSWORD);
    expect(app.routing.health()[0]).toMatchObject({ label: 'one', state: 'resting', because: null, told: 'tool' });
    expect(await by()).toBe('two');
  });

  test('is used again when a test finds it well', async () => {
    const { app, by, id } = await reported();
    expect((await app.credentials.test({ id }, false, 'cli')).result).toBe('valid');
    expect(await by()).toBe('one');
  });

  test('is used again when it has a new value', async () => {
    const { app, by, id } = await reported();
    app.credentials.edit({ id }, { fields: { api_key: secretOf('three') } }, 'cli');
    expect(await by()).toBe('three');
  });

  test('is tried again after a rest; one good answer overrules the tool, whatever else changes', async () => {
    const { app, by, clock, id } = await reported();
    clock.advance(300_000);
    expect(await by()).toBe('one');
    app.credentials.edit({ id }, { note: 'still the same key' }, 'cli');
    expect(await by()).toBe('one');
    expect(app.routing.health()[0]?.state).toBe('healthy');
  });
});

test('a member of a pool that is not served is told as missing, whatever was learnt of it', async () => {
  const { app, call, rule } = await setUp(
    (response, request) => json(response, usedKey(request) === 'one' ? 401 : 200, {}),
    ['one', 'two'],
  );
  rule({ ...openai, pool: { strategy: 'priority', members: [{ label: 'one' }, { label: 'two' }, { label: 'typo' }] } });
  expect((await call('/models')).status).toBe(200);
  expect(app.routing.health().map(({ state }) => state)).toEqual(['resting', 'healthy', 'missing']);
  app.credentials.move({ ref: 'kh://openai/one' }, 'suspend', 'cli');
  expect(app.routing.health()[0]).toEqual({
    provider: 'openai',
    label: 'one',
    state: 'missing',
    until: null,
    because: null,
    told: null,
  });
  app.credentials.move({ ref: 'kh://openai/one' }, 'reinstate', 'cli');
  expect(app.routing.health()[0]?.state).toBe('healthy');
});

describe('a member of a pool whose own quota is used up', () => {
  type Limit = Partial<z.input<typeof quotaDefinition>>;
  const daily = { counts: 'requests', scope: { kind: 'all' }, period: { every: 'day' }, limit: 1 } as const;
  const told: Answer = async (response, request) =>
    json(response, 200, { by: usedKey(request), said: await request.body() });
  const limited = async (limits: Readonly<Record<string, Limit>>, answer = told) => {
    const t = await setUp(answer, ['one', 'two']);
    t.rule({ ...openai, pool: { strategy: 'priority', members: [{ label: 'one' }, { label: 'two' }] } });
    for (const [label, limit] of Object.entries(limits)) {
      const scope = { kind: 'credential' as const, credential: t.app.credentials.resolve('openai', label).id };
      t.app.quotas.set({ definition: quotaDefinition.parse({ ...daily, ...limit, name: label, scope }) }, 'cli');
    }
    const by = async (init: RequestInit = {}) => {
      const answer = await t.call('/models', init);
      return answer.status === 200 ? ((await answer.json()) as { by: string }).by : answer.status;
    };
    const refused = () => t.app.quotas.list().map(({ refused: count }) => count);
    return { ...t, by, refused };
  };

  test('is passed over without being asked, and used again when its period is over', async () => {
    const { app, by, clock, refused } = await limited({ one: {} });
    expect(await by()).toBe('one');
    await eventually(() => expect(app.quotas.list()).toMatchObject([{ used: 1 }]));
    expect([await by(), await by()]).toEqual(['two', 'two']);
    expect(refused()).toEqual([0]);
    clock.wallMs += 24 * 3_600_000;
    expect(await by()).toBe('one');
  });

  test('is passed over where this call is too large for what is left; the body goes out whole', async () => {
    const { call, upstream } = await limited({ one: { counts: 'tokens', limit: 500 } });
    const body = JSON.stringify({ max_tokens: 600, messages: ['x'.repeat(100)] });
    const answer = await call('/chat/completions', { method: 'POST', body });
    expect(await answer.json()).toEqual({ by: 'two', said: body });
    expect(upstream.seen).toHaveLength(1);
  });

  test('is passed over with a body that is streamed on', async () => {
    const { call } = await limited({ one: { counts: 'tokens', limit: 500 } });
    const body = 'x'.repeat(1_500_000);
    const answer = await call('/files', { method: 'POST', body });
    const { by, said } = (await answer.json()) as { by: string; said: string };
    expect([by, said.length]).toEqual(['two', body.length]);
  });

  test('is passed over with a body that was not read, which the limit of the next one then weighs', async () => {
    const first = Promise.withResolvers<void>();
    const slow: Answer = async (response, request) => {
      if (request.method === 'GET') await first.promise;
      return told(response, request);
    };
    const { app, call, by, upstream } = await limited({ one: {}, two: { counts: 'tokens', limit: 500_000 } }, slow);
    const underWay = by();
    await eventually(() => expect(app.quotas.list()).toMatchObject([{ reserved: 1 }, { reserved: 0 }]));
    const init = (allowed: number): RequestInit => ({
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: `{"input":"${'words '.repeat(250_000)}","max_output_tokens":${allowed}}`,
    });
    const tooMuch = await call('/responses', init(200_000)); // and a fourth of its 1.5 MB
    expect([tooMuch.status, upstream.seen.length]).toEqual([429, 1]);
    const fits = await call('/responses', init(1000));
    expect(await fits.json()).toEqual({ by: 'two', said: init(1000).body });
    first.resolve();
    expect(await underWay).toBe('one');
  });

  test('gives nobody room where all are used up: the client is told when the first begins anew', async () => {
    const { by, call, clock, upstream } = await limited({ one: {}, two: { period: { every: 'hour' } } });
    expect([await by(), await by()]).toEqual(['one', 'two']);
    const answer = await call('/models');
    expect([answer.status, await answer.json()]).toMatchObject([
      429,
      { code: 'quota_exceeded', quota: { name: 'two', resetsAt: '2030-01-15T13:00:00.000Z' } },
    ]);
    expect(upstream.seen).toHaveLength(2);
    clock.wallMs += 3_600_000;
    expect(await by()).toBe('two');
  });

  test('tells when it begins anew, where that is sooner than for one that has too little left for this call', async () => {
    const { call } = await limited({ one: { counts: 'tokens', limit: 500 }, two: { period: { every: 'hour' } } });
    const large = () => call('/chat/completions', { method: 'POST', body: JSON.stringify({ max_tokens: 600 }) });
    expect((await large()).status).toBe(200);
    const answer = await large();
    expect([answer.status, await answer.json()]).toMatchObject([
      429,
      { quota: { name: 'two', resetsAt: '2030-01-15T13:00:00.000Z' } },
    ]);
  });

  test('is no reason to try others where the limit is one for all of them', async () => {
    const { app, by, refused } = await limited({});
    app.quotas.set({ definition: quotaDefinition.parse({ ...daily, name: 'all' }) }, 'cli');
    expect([await by(), await by()]).toEqual(['one', 429]);
    expect(refused()).toEqual([1]);
  });

  test('does not hide what the provider said to the other', async () => {
    const slow: Answer = (response, request) =>
      usedKey(request) === 'one'
        ? told(response, request)
        : json(response, 429, { error: 'slow down' }, { 'retry-after': '7' });
    const { by, call } = await limited({ one: {} }, slow);
    expect(await by()).toBe('one');
    const answer = await call('/models');
    expect([answer.status, answer.headers.get('retry-after'), await answer.json()]).toEqual([
      429,
      '7',
      { error: 'slow down' },
    ]);
  });
});
