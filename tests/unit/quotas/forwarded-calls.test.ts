import { request as httpRequest, type ServerResponse } from 'node:http';
import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import type { ContractEvent } from '../../../shared/contract/handlers.ts';
import { type quotaDefinition, quotaDefinition as schema } from '../../../shared/quotas.ts';
import { answeringServer, json, type SeenRequest } from '../../support/answering-server.ts';
import { credentialInput, PASSWORD, startUnlockedApp } from '../../support/test-app.ts';
import { daily } from './counting.ts';
import { eventually } from '../../support/eventually.ts';

type Limit = Partial<z.input<typeof quotaDefinition>>;
type Answer = (response: ServerResponse, request: SeenRequest) => unknown;
const secret = ['sk', 'proj', 'FAKE', 'x'.repeat(40)].join('-');
const COMPLETION = { id: 'c', object: 'chat.completion', model: 'gpt-6-luna', choices: [] };
const answered = (response: ServerResponse) =>
  json(response, 200, { ...COMPLETION, usage: { prompt_tokens: 70, completion_tokens: 30, total_tokens: 100 } });

async function setUp(first: Answer = answered) {
  let answer = first;
  const upstream = await answeringServer((response, request) => answer(response, request));
  const started = await startUnlockedApp();
  const { app } = started;
  const place = { provider: 'openai', baseUrl: `${upstream.url}/v1`, local: true } as const;
  app.credentials.add(credentialInput({ ...place, fields: { api_key: secret } }), 'cli');
  const tool = (name: string, grants: readonly string[]) =>
    app.clients.create({ name, grants: [...grants], expiresInDays: 30, ratePerSecond: null, test: false }, 'cli');
  const { client, token } = tool('tool', ['proxy:openai', 'usage:read', 'metrics:read']);
  const { port } = await app.endpoint.on({ port: 0, actor: 'cli' });
  const get = (path: string, headers: Record<string, string> = {}) =>
    fetch(`http://127.0.0.1:${port}${path}`, { headers: { authorization: `Bearer ${token}`, ...headers } });
  const chat = (headers: Record<string, string> = {}, signal?: AbortSignal) =>
    fetch(`http://127.0.0.1:${port}/proxy/openai/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ model: 'gpt-6-luna', max_tokens: 50, messages: [] }),
      ...(signal === undefined ? {} : { signal }),
    });
  const set = (given: z.input<typeof quotaDefinition>) => app.quotas.set({ definition: schema.parse(given) }, 'cli');
  /** The recorder reads what ended behind the turn in which it did. */
  const settled = (wanted: object) =>
    eventually(() => expect(app.quotas.list()).toContainEqual(expect.objectContaining({ reserved: 0, ...wanted })));
  const answerWith = (next: Answer) => (answer = next);
  return { ...started, upstream, tool, client, token, port, get, chat, set, settled, answerWith };
}

describe('a forwarded call', () => {
  test('counts what it used, and the one that does not fit gets the arithmetic and nothing is sent', async () => {
    const { chat, set, settled, upstream } = await setUp();
    set(daily(120, { counts: 'tokens', name: 'Tokens' }));
    expect((await chat()).status).toBe(200);
    await settled({ used: 100 });
    const refused = await chat();
    expect([refused.status, refused.headers.get('x-should-retry'), refused.headers.get('retry-after')]).toEqual([
      429,
      'false',
      String(12 * 3600),
    ]);
    expect(refused.headers.get('content-type')).toBe('application/problem+json');
    const told = (await refused.json()) as { quota: { asked: number }; error: { message: string } };
    expect(told).toMatchObject({
      code: 'quota_exceeded',
      quota: {
        name: 'Tokens',
        counts: 'tokens',
        limit: 120,
        used: 100,
        reserved: 0,
        resetsAt: '2030-01-16T00:00:00.000Z',
      },
      error: { type: 'quota_exceeded' },
    });
    expect(told.quota.asked).toBeGreaterThan(20);
    expect(upstream.seen).toHaveLength(1);
    await settled({ used: 100, refused: 1 }); // what was refused is recorded, and counts for nothing
  });

  test('ten at once never share the room of one', async () => {
    const { chat, set, settled, upstream } = await setUp();
    set(daily(4));
    const statuses = await Promise.all(Array.from({ length: 10 }, async () => (await chat()).status));
    expect(statuses.toSorted()).toEqual([...Array<number>(4).fill(200), ...Array<number>(6).fill(429)]);
    await settled({ used: 4, refused: 6 });
    expect(upstream.seen).toHaveLength(4);
  });

  test('a stream is held until its end, and one that the client leaves counts as what it was', async () => {
    const open = Promise.withResolvers<ServerResponse>();
    const { chat, set, settled, app } = await setUp((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: {"choices":[]}\n\n', () => open.resolve(response));
    });
    set(daily(1));
    const leaving = new AbortController();
    const stream = await chat({}, leaving.signal);
    await open.promise;
    expect(app.quotas.list()).toMatchObject([{ used: 0, reserved: 1 }]);
    expect((await chat()).status).toBe(429);
    leaving.abort();
    await expect(stream.text()).rejects.toThrow();
    await settled({ used: 1 });
  });

  test('an answer of the provider that refuses counts as a request; one that was never reached is let go', async () => {
    const { chat, set, settled } = await setUp((response) => json(response, 500, {}));
    set(daily(5));
    expect((await chat()).status).toBe(500);
    await settled({ used: 1 });
  });

  test('a critical one is marked by a header that stays here', async () => {
    const { chat, set, settled, client, upstream } = await setUp();
    set(daily(2, { buffer: { percent: 50, clients: [client.id] } }));
    expect((await chat()).status).toBe(200);
    await settled({ used: 1 });
    expect((await chat()).status).toBe(429);
    expect((await chat({ 'keyharbor-priority': 'critical' })).status).toBe(200);
    await settled({ used: 2 });
    expect(upstream.seen.at(-1)?.headers['keyharbor-priority']).toBeUndefined();
  });
});

describe('a call that waits near a limit', () => {
  const slowed = async () => {
    const all = await setUp();
    all.set(daily(4, { throttle: { fromPercent: 50, maxDelayMs: 10_000 } }));
    for (let n = 0; n < 2; n += 1) expect((await all.chat()).status).toBe(200);
    await all.settled({ used: 2 });
    return all;
  };
  const waits = (app: Awaited<ReturnType<typeof setUp>>['app'], reserved: number) =>
    eventually(() => expect(app.quotas.list()).toMatchObject([{ reserved }]));

  test('goes out when its time has come', async () => {
    const { app, chat, clock, upstream, settled } = await slowed();
    const waiting = chat();
    await waits(app, 1);
    expect(upstream.seen).toHaveLength(2);
    clock.advance(4999);
    expect(upstream.seen).toHaveLength(2);
    clock.advance(1);
    expect((await waiting).status).toBe(200);
    await settled({ used: 3 });
  });

  test('is told of a lock, and counts for nothing', async () => {
    const { app, chat, upstream, settled } = await slowed();
    const waiting = chat();
    await waits(app, 1);
    app.vault.lock('asked');
    const answer = await waiting;
    expect([answer.status, ((await answer.json()) as { detail: string }).detail]).toEqual([
      423,
      'The vault was locked while this call waited. Nothing was sent.',
    ]);
    expect(upstream.seen).toHaveLength(2);
    await app.vault.unlock(PASSWORD, 'cli');
    await settled({ used: 2 });
  });

  test('is let go where its client leaves or is revoked', async () => {
    const { app, chat, settled, upstream } = await slowed();
    const leaving = new AbortController();
    const gone = [chat({}, leaving.signal), chat()].map((call) => call.catch(() => 'gone'));
    await waits(app, 2);
    leaving.abort();
    await waits(app, 1);
    app.clients.revoke('tool', 'cli');
    expect(await Promise.all(gone)).toEqual(['gone', 'gone']);
    await settled({ used: 2 });
    expect(upstream.seen).toHaveLength(2);
  });

  test('ends with everything else in a panic', async () => {
    const { app, chat, upstream } = await slowed();
    const waiting = chat().then(
      ({ status }) => status,
      () => 'cut',
    );
    await waits(app, 1);
    await app.panic('cli');
    expect([423, 'cut']).toContain(await waiting);
    expect(upstream.seen).toHaveLength(2);
  });
});

/** For those who have no key of their own. */
const demoCredential = (upstream: string) =>
  credentialInput({
    provider: 'openai',
    label: 'demo',
    baseUrl: `${upstream}/v1`,
    local: true,
    scope: 'system',
    fields: { api_key: `${secret}2` },
  });

test('a system credential is there as far as its demo quota goes, forwarded or handed out', async () => {
  const { app, set, settled, tool, port, upstream } = await setUp();
  app.credentials.add(demoCredential(upstream.url), 'cli');
  const { token } = tool('guest', ['proxy:openai/demo', 'keys:read:openai/demo']);
  const ask = (path: string) =>
    fetch(`http://127.0.0.1:${port}${path}`, { headers: { authorization: `Bearer ${token}` } });
  set(daily(1, { scope: { kind: 'system' }, name: 'Demo' }));
  expect((await ask('/v1/keys/openai/demo')).status).toBe(200);
  expect((await ask('/proxy/openai@demo/models')).status).toBe(200);
  await settled({ used: 1 });
  for (const path of ['/proxy/openai@demo/models', '/v1/keys/openai/demo']) {
    const answer = await ask(path);
    expect(answer.status).toBe(404);
    expect(await answer.text()).toMatch(/"detail":"The quota .*Demo.*"code":"key_not_found"/);
  }
  expect(() => app.credentials.resolve('openai', 'default')).not.toThrow(); // the owner's own
  // With a key of one's own the system's is not asked for.
  const own = { ...demoCredential(upstream.url), scope: 'user', fields: { api_key: `${secret}3` } } as const;
  app.credentials.add(own, 'cli');
  expect((await ask('/v1/keys/openai/demo')).status).toBe(200);
});

test('a client reads the limits that may hold for it; Prometheus reads how full they are', async () => {
  const { app, chat, get, set, settled, tool, client } = await setUp();
  const { client: other } = tool('other', ['proxy:openai']);
  set(daily(4, { name: 'Ours', scope: { kind: 'clients', clients: [client.id, other.id] } }));
  set(daily(9, { name: 'Theirs', scope: { kind: 'clients', clients: [other.id] } }));
  set(daily(8, { name: 'OpenAI', scope: { kind: 'provider', provider: 'openai' } }));
  set(daily(8, { name: 'GitHub', scope: { kind: 'provider', provider: 'github' } }));
  expect((await chat()).status).toBe(200);
  await settled({ used: 1 });
  const { quotas } = (await (await get('/v1/quotas')).json()) as { quotas: readonly { name: string }[] };
  expect(quotas).toMatchObject([
    { name: 'OpenAI', used: 1, own: null },
    { name: 'Ours', what: 'requests', scope: 'clients', limit: 4, used: 1, percent: 25, own: { used: 1, share: 2 } },
  ]);
  expect(JSON.stringify(quotas)).not.toContain(other.id);
  const text = await (await get('/metrics')).text();
  expect(text).toContain('keyharbor_quota_use_ratio{provider="openai",what="requests",period="day"} 0.125');
  expect(text).toContain('keyharbor_quota_use_ratio{provider="",what="requests",period="day"} 0.25');
  app.vault.lock('asked');
});

test('what the worker reads of quotas, a proposal that is taken, and a limit that moves by itself within its bounds', async () => {
  const { app, chat, set, settled, clock } = await setUp();
  const { id } = set(daily(4, { adjust: { min: 10, max: 20 } }));
  expect((await chat()).status).toBe(200);
  await settled({ used: 1 });
  expect(await app.quotaAdvice.history(id, 2)).toMatchObject({ limit: 4, periods: [{ used: 0 }, { used: 1 }] });
  clock.wallMs += 1000;
  const definition = schema.parse(daily(0));
  expect(await app.quotaAdvice.whatIf({ definition })).toMatchObject({ calls: 1, refused: 1 });
  await expect(
    app.quotaAdvice.whatIf({ definition, from: '2030-01-02T00:00:00Z', to: '2030-01-01T00:00:00Z' }),
  ).rejects.toThrow('ends before it begins');
  const [proposal] = await app.quotaAdvice.proposals();
  expect(proposal).toMatchObject({ id: 'new:openai:cost', kind: 'new' });
  expect(await app.quotaAdvice.apply('new:openai:cost', 'ui')).toMatchObject({ definition: { limit: 20_000_000 } });
  await expect(app.quotaAdvice.apply('new:openai:cost', 'ui')).rejects.toThrow('does not stand any more');
  // Five days with one call each: far below what is the least that it may be set to.
  for (let day = 0; day < 5; day += 1) {
    clock.wallMs += 24 * 3_600_000;
    expect((await chat()).status).toBe(200);
    await settled({ used: 1 });
  }
  clock.wallMs += 24 * 3_600_000;
  const told: ContractEvent[] = [];
  app.onEvent((event) => void told.push(event));
  await app.quotaAdvice.adjust();
  expect(app.quotas.get(id).definition.limit).toBe(10);
  const because = 'The most in 5 periods was 1 request, usually 1 request.';
  const data = { id, name: 'daily', counts: 'requests', from: 4, to: 10, because };
  expect(told).toContainEqual({ event: 'quota.adjusted', data });
  await app.quotaAdvice.adjust();
  expect(told.filter(({ event }) => event === 'quota.adjusted')).toHaveLength(1);
  const acts = app.vault.opened().db.prepare("SELECT action FROM audit WHERE action LIKE 'quota.%'").pluck().all();
  // The proposal was taken by the owner; only the last was Keyharbor's own act.
  expect(acts).toEqual(['quota.set', 'quota.set', 'quota.adjust']);
});

test('a system credential that is made later counts for the demo quota from its first call on', async () => {
  const { app, set, settled, tool, port, upstream } = await setUp();
  set(daily(5, { scope: { kind: 'system' }, name: 'Demo' }));
  expect(app.quotas.systemIds()).toEqual([]);
  app.credentials.add(demoCredential(upstream.url), 'cli');
  const { token } = tool('guest', ['proxy:openai/demo']);
  const headers = { authorization: `Bearer ${token}` };
  expect((await fetch(`http://127.0.0.1:${port}/proxy/openai@demo/models`, { headers })).status).toBe(200);
  await settled({ used: 1 });
});

test('a limit of money holds against calls at once that allow far more than it has, and nothing is sent for the others', async () => {
  const answers = Promise.withResolvers<void>();
  const late: Answer = async (response) => {
    await answers.promise;
    return answered(response);
  };
  const { set, app, upstream, tool, port, settled } = await setUp(late);
  const { token } = tool('greedy', ['proxy:openai']);
  set(daily(1_000_000, { counts: 'cost', name: 'Dollar' }));
  const body = JSON.stringify({ model: 'gpt-4o', max_tokens: 20_000, messages: [] }); // some 20 cents each
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const ask = () => fetch(`http://127.0.0.1:${port}/proxy/openai/chat/completions`, { method: 'POST', headers, body });
  const all = Array.from({ length: 20 }, ask);
  await eventually(() => expect(app.quotas.list()).toMatchObject([{ refused: 16, state: 'ok' }]));
  answers.resolve();
  const told = await Promise.all(all);
  const refused = told.filter(({ status }) => status === 429);
  expect(refused.map((answer) => answer.headers.get('retry-after'))).toEqual(Array<string>(16).fill('5'));
  expect(upstream.seen).toHaveLength(4);
  await settled({ state: 'ok', refused: 16 });
});

test('what was used before the reporting zone was changed is used in the day of the new one', async () => {
  const { app, chat, set, settled, clock } = await setUp();
  app.settings.set({ vault: { reportingZone: 'UTC' } }, 'ui');
  set(daily(10));
  for (let n = 0; n < 3; n += 1) await chat();
  await settled({ used: 3 });
  app.usage.flush();
  app.settings.set({ vault: { reportingZone: 'Pacific/Kiritimati' } }, 'ui'); // where it is the day after since 10:00
  await eventually(() => expect(app.quotas.list()).toMatchObject([{ startsAt: '2030-01-15T10:00:00.000Z', used: 3 }]));
  clock.advance(60_000);
  while (app.usage.foldOne());
  app.quotas.ledger.recount();
  expect(app.quotas.list()).toMatchObject([{ startsAt: '2030-01-15T10:00:00.000Z', used: 3 }]);
});

/** A request whose body the test sends by itself. */
function upload({ port, token }: { port: number | null; token: string }, body: string, isInPieces: boolean) {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const sized = isInPieces ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  const url = `http://127.0.0.1:${port}/proxy/openai/responses`;
  const asking = httpRequest(url, { method: 'POST', headers: { ...headers, ...sized } });
  const status = new Promise<number>((resolve, reject) => {
    asking.once('response', (response) => {
      response.resume().once('end', () => resolve(response.statusCode ?? 0));
    });
    asking.once('error', reject);
  });
  return { asking, status };
}

describe('a body that is long', () => {
  const setUpTokens = async () => {
    const all = await setUp();
    all.set(daily(1e9, { counts: 'tokens', name: 'Tokens' }));
    const upstream = Promise.withResolvers<ServerResponse>();
    const sent: string[] = [];
    all.answerWith(async (response, request) => {
      sent.push(await request.body());
      upstream.resolve(response);
    });
    const post = (body: string, isInPieces: boolean) => {
      const { asking, status } = upload(all, body, isInPieces);
      for (let at = 0; at < body.length; at += 50_000) asking.write(body.slice(at, at + 50_000));
      asking.end();
      return status;
    };
    /** What it holds while it is under way, and what came out. */
    const held = async (body: string, isInPieces = false) => {
      const answer = post(body, isInPieces);
      const response = await upstream.promise;
      const [quota] = all.app.quotas.list();
      answered(response);
      expect(await answer).toBe(200);
      return { reserved: quota?.reserved ?? 0, sent: sent.at(-1) ?? '' };
    };
    return { ...all, held };
  };
  const long = (kib: number) =>
    JSON.stringify({ input: 'words and words '.repeat(kib * 64), model: 'gpt-6-luna', max_output_tokens: 7000 });
  const quarter = (body: string) => Math.ceil(body.length / 4);

  test('holds what it says, whatever its length, and goes out as it came', async () => {
    const { held } = await setUpTokens();
    const body = long(300);
    expect(await held(body)).toEqual({ reserved: quarter(body) + 7000, sent: body });
  });

  test('holds as much where its length is not told', async () => {
    const { held } = await setUpTokens();
    const body = long(300);
    expect(await held(body, true)).toEqual({ reserved: quarter(body) + 7000, sent: body });
  });

  test('is weighed by its beginning and its length where it is longer than can be read', async () => {
    const { held } = await setUpTokens();
    const body = `{"model":"gpt-6-luna","max_output_tokens":7000,"input":"${'words and words '.repeat(5 * 65_536)}"}`;
    const { reserved, sent } = await held(body);
    expect(sent === body).toBe(true);
    expect(Math.abs(reserved - quarter(body) - 7000)).toBeLessThan(10);
  });

  test('that cannot fit is refused before anything of it is sent', async () => {
    const { set, port, token, upstream } = await setUp();
    set(daily(20_000, { counts: 'tokens' }));
    const answer = await fetch(`http://127.0.0.1:${port}/proxy/openai/responses`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: long(300),
    });
    expect([answer.status, upstream.seen.length]).toEqual([429, 0]);
  });

  const tokens = { counts: 'tokens' } as const;
  const cost = { counts: 'cost' } as const;
  test.each<readonly [string, Limit]>([
    ['another provider', { ...cost, scope: { kind: 'provider', provider: 'anthropic' } }],
    ['another project', { ...tokens, scope: { kind: 'project', project: '/srv/elsewhere' } }],
    ['system credentials', { ...tokens, scope: { kind: 'system' } }],
    ['nobody, because it is off', { ...cost, enabled: false }],
    ['how many there are', {}],
  ])('goes out at once where the limits are about other credentials and tools, and about %s', async (_, limit) => {
    const all = await setUp(async (response, request) => {
      await request.body();
      answered(response);
    });
    const { app, upstream } = all;
    const { client: other } = all.tool('other', ['proxy:openai']);
    const given = { provider: 'openai', label: 'other', fields: { api_key: `${secret}4` } };
    app.credentials.add(credentialInput(given), 'cli');
    const { id: credential } = app.credentials.resolve('openai', 'other');
    all.set(daily(1e9, limit));
    all.set(daily(1e9, { ...cost, name: 'of another key', scope: { kind: 'credential', credential } }));
    all.set(daily(1e9, { ...tokens, name: 'of another tool', scope: { kind: 'clients', clients: [other.id] } }));
    for (const isInPieces of [false, true]) {
      const body = long(300);
      const { asking, status } = upload(all, body, isInPieces);
      const before = upstream.seen.length;
      asking.write(body.slice(0, 100_000)); // the rest waits until the provider has its beginning
      await eventually(() => expect(upstream.seen).toHaveLength(before + 1));
      asking.end(body.slice(100_000));
      expect(await status).toBe(200);
      expect(upstream.seen.at(-1)?.headers['content-length']).toBe(isInPieces ? undefined : String(body.length));
    }
  });
});
