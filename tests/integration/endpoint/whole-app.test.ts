import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readAudit, verifyAudit } from '../../../electron/core/audit/audit-log.ts';
import { answeringServer, json } from '../../support/answering-server.ts';
import { fakeKey } from '../../support/fake-keys.ts';
import { localCatalogue } from '../../support/local-catalogue.ts';
import { credentialInput, PASSWORD, startUnlockedApp, type TestApp } from '../../support/test-app.ts';
import { TestEvidence, TestPanel } from '../../support/test-panel.ts';
import { ask } from './raw-http.ts';
import { eventually } from '../../support/eventually.ts';

/** The endpoint over the real vault, credentials and files. */
const KEY = fakeKey('openai', 'project');
const OTHER = fakeKey('openai', 'legacy');
const bearer = (token: string) => [['Authorization', `Bearer ${token}`]] as const;

function addKey({ app }: TestApp, label: string, key = KEY) {
  const input = credentialInput({ provider: 'openai', label, fields: { api_key: key, organization: 'org-x' } });
  return app.credentials.add(input, 'cli').credential;
}

function newToken({ app }: TestApp, grants: readonly string[]): string {
  const rest = { name: 'demo', expiresInDays: 30, ratePerSecond: 20, test: false };
  return app.clients.create({ ...rest, grants: [...grants] }, 'cli').token;
}

test('a tool reads a key; rotating, suspending and revoking are seen by the next request', async () => {
  const t = await startUnlockedApp();
  const { id } = addKey(t, 'work');
  const token = newToken(t, ['keys:read:openai']);
  const port = (await t.app.endpoint.on({ port: 0, actor: 'cli' })).port ?? 0;
  const read = () => ask({ port }, '/v1/keys/openai/work', bearer(token));

  expect(JSON.parse((await read()).body)).toMatchObject({
    provider: 'openai',
    label: 'work',
    scope: 'user',
    version: 1,
    value: KEY,
    fields: { api_key: KEY, organization: 'org-x' },
    env: { OPENAI_API_KEY: KEY },
    expiresAt: null,
  });
  t.app.credentials.edit({ id }, { fields: { api_key: OTHER } }, 'cli');
  expect(JSON.parse((await read()).body)).toMatchObject({ version: 2, value: OTHER });
  t.app.credentials.move({ id }, 'suspend', 'cli');
  const gone = await read();
  expect(gone.status).toBe(404);
  expect(JSON.parse(gone.body)).toMatchObject({ code: 'key_not_found' });
  expect(gone.body).toContain('keyharbor reinstate kh://openai/work');
  expect(gone.body).not.toContain(OTHER);
  t.app.credentials.move({ id }, 'reinstate', 'cli');
  expect((await read()).status).toBe(200);
  t.app.clients.revoke('demo', 'cli');
  expect((await read()).status).toBe(401);

  expect(t.app.credentials.get({ id })).toMatchObject({ lastUsedBy: 'demo' });
  expect(t.app.clients.list()[0]?.lastUsedAt).not.toBeNull();
});

test('a lock is felt at once: 423, the reads are in the log, and the next unlock serves again', async () => {
  const t = await startUnlockedApp();
  const { id } = addKey(t, 'default');
  const token = newToken(t, ['keys:read:openai']);
  const port = (await t.app.endpoint.on({ port: 0, actor: 'cli' })).port ?? 0;
  for (let n = 0; n < 3; n += 1) await ask({ port }, '/v1/keys/openai', bearer(token));
  t.app.vault.lock('asked');
  expect((await ask({ port }, '/v1/keys/openai', bearer(token))).status).toBe(423);
  await t.app.vault.unlock(PASSWORD);
  expect((await ask({ port }, '/v1/keys/openai', bearer(token))).status).toBe(200);
  const vault = t.app.vault.opened();
  const reads = readAudit(vault, { limit: 50 }).filter((entry) => entry.action === 'key.read');
  expect(reads).toMatchObject([{ actor: token.slice(8, 18), target: id, meta: { count: 3 } }]);
  expect(verifyAudit(vault).firstBadSeq).toBeNull();
  expect(t.app.clients.list()[0]?.lastUsedAt).not.toBeNull();
});

test('no file of the home holds the key or the token that went over the wire', async () => {
  const t = await startUnlockedApp();
  addKey(t, 'default');
  const token = newToken(t, ['keys:read:openai', 'keys:list']);
  const port = (await t.app.endpoint.on({ port: 0, actor: 'cli' })).port ?? 0;
  for (const target of ['/v1/keys', '/v1/keys/openai', `/v1/keys?key=${token}`])
    await ask({ port }, target, bearer(token));
  t.app.vault.lock('asked');
  const files = readdirSync(t.home, { recursive: true, encoding: 'utf8' })
    .map((name) => join(t.home, name))
    .filter((path) => statSync(path).isFile());
  expect(files.length).toBeGreaterThan(3);
  for (const path of files) {
    const bytes = readFileSync(path);
    for (const secret of [KEY, token, token.slice(19)]) expect(bytes.includes(secret)).toBe(false);
  }
});

test('a tool that asks for an access token waits until one is there, and is told when it ends', async () => {
  let status = 200;
  const server = await answeringServer((response) =>
    status === 200
      ? json(response, 200, { token_type: 'Bearer', access_token: 'live-token', expires_in: 3600 })
      : json(response, status, { error: 'invalid_client' }),
  );
  const t = await startUnlockedApp('requests', localCatalogue(['azure_openai'], server.url));
  const fields = { tenant_id: 't', client_id: 'c', client_secret: 'fake', resource: 'mine' };
  t.app.credentials.add(credentialInput({ provider: 'azure_openai', authKind: 'entra', fields }), 'cli');
  const token = newToken(t, ['keys:read:azure_openai']);
  const port = (await t.app.endpoint.on({ port: 0, actor: 'cli' })).port ?? 0;
  const read = async () => {
    const response = await fetch(`http://127.0.0.1:${port}/v1/keys/azure_openai`, {
      headers: Object.fromEntries(bearer(token)),
    });
    return { status: response.status, body: await response.text() };
  };
  const answers = await Promise.all([read(), read(), read()]);
  for (const { status: got, body } of answers) {
    expect(got).toBe(200);
    expect(JSON.parse(body)).toMatchObject({
      value: 'live-token',
      env: { AZURE_OPENAI_AD_TOKEN: 'live-token' },
      expiresAt: new Date(t.clock.now() + 3_600_000).toISOString(),
    });
  }
  expect(server.seen).toHaveLength(1);
  status = 401;
  t.clock.wallMs += 3_600_000;
  const refused = await read();
  expect(refused.status).toBe(502);
  expect(JSON.parse(refused.body)).toMatchObject({ code: 'invalid_key' });
});

test('a client that is revoked while it waits for an access token gets none', async () => {
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  let arrived = (): void => undefined;
  const asked = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  const server = await answeringServer(async (response) => {
    arrived();
    await held;
    json(response, 200, { token_type: 'Bearer', access_token: 'live-token', expires_in: 3600 });
  });
  const t = await startUnlockedApp('requests', localCatalogue(['azure_openai'], server.url));
  const fields = { tenant_id: 't', client_id: 'c', client_secret: 'fake', resource: 'mine' };
  const input = credentialInput({ provider: 'azure_openai', authKind: 'entra', fields });
  const { id } = t.app.credentials.add(input, 'cli').credential;
  const token = newToken(t, ['keys:read:azure_openai']);
  const port = (await t.app.endpoint.on({ port: 0, actor: 'cli' })).port ?? 0;
  const headers = Object.fromEntries(bearer(token));
  const reading = fetch(`http://127.0.0.1:${port}/v1/keys/azure_openai`, { headers }).then(
    (response) => response.text(),
    () => 'cut',
  );
  await asked;
  t.app.clients.revoke('demo', 'cli');
  release();
  expect(await reading).toBe('cut');
  await t.app.credentials.reads.prepare('kh://azure_openai');
  expect(t.app.credentials.get({ id }).lastUsedBy).toBeNull();
});

test('the metrics time every write to the vault and every batch of usage, reads not', async () => {
  const t = await startUnlockedApp();
  addKey(t, 'work');
  const token = newToken(t, ['metrics:read', 'usage:write', 'keys:read:openai']);
  const port = (await t.app.endpoint.on({ port: 0, actor: 'cli' })).port ?? 0;
  const counted = async (database: string): Promise<number> => {
    const { body } = await ask({ port }, '/metrics', bearer(token));
    return Number(new RegExp(`database_seconds_count{database="${database}"} (\\d+)`).exec(body)?.[1] ?? 0);
  };
  const [vault, usage] = [await counted('vault'), await counted('usage')];
  expect(vault).toBeGreaterThanOrEqual(3); // made, a key, a client
  t.app.credentials.list({});
  expect(await counted('vault')).toBe(vault);
  addKey(t, 'spare', OTHER);
  expect(await counted('vault')).toBe(vault + 1);
  const headers = { ...Object.fromEntries(bearer(token)), 'content-type': 'application/json' };
  const call = JSON.stringify({ requestId: 'r1', provider: 'openai', label: 'work', model: 'gpt-5', inputTokens: 1 });
  await fetch(`http://127.0.0.1:${port}/v1/usage`, { method: 'POST', headers, body: call });
  t.app.usage.flush();
  expect(await counted('usage')).toBe(usage + 1);
});

test('a tool reports what a key was used for, once for each call, and reads it back', async () => {
  const t = await startUnlockedApp();
  addKey(t, 'work');
  const rest = { expiresInDays: 30, ratePerSecond: 20, test: false };
  const token = newToken(t, ['usage:write', 'usage:read', 'keys:read:openai/work']);
  const stranger = t.app.clients.create({ ...rest, name: 'stranger', grants: ['usage:read'] }, 'cli').token;
  const port = (await t.app.endpoint.on({ port: 0, actor: 'cli' })).port ?? 0;
  const url = `http://127.0.0.1:${port}`;
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const tell = async (body: unknown) => {
    const answer = await fetch(`${url}/v1/usage`, { method: 'POST', headers, body: JSON.stringify(body) });
    return { status: answer.status, body: (await answer.json()) as unknown };
  };
  const call = {
    requestId: 'r1',
    provider: 'openai',
    label: 'work',
    model: 'gpt-5',
    inputTokens: 100,
    outputTokens: 20,
  };
  expect(await tell(call)).toEqual({ status: 200, body: { recorded: 1, known: 0 } });
  expect(await tell({ calls: [call, { ...call, requestId: 'r2' }] })).toEqual({
    status: 200,
    body: { recorded: 1, known: 1 },
  });
  expect((await tell({ ...call, requestId: 'r3', label: 'other' })).status).toBe(403);
  expect((await tell({ ...call, requestId: 'r4', tokens: 5 })).status).toBe(400);
  const read = async (query: string, by = token): Promise<unknown> =>
    (await fetch(`${url}/v1/usage${query}`, { headers: { authorization: `Bearer ${by}` } })).json();
  expect(await read('')).toMatchObject([{ key: 'gpt-5', requests: 2, inputTokens: 200, outputTokens: 40 }]);
  expect(await read('?from=2030-01-15&by=provider')).toMatchObject([{ key: 'openai' }]);
  expect(await read('?by=provider&from=2030-01-15T00%3A00%3A00%2B01%3A00')).toBeInstanceOf(Array);
  expect(await read('?from=2031-01-01')).toEqual([]);
  const told = async (query: string) => {
    const answer = await fetch(`${url}/v1/usage${query}`, { headers });
    return { remarks: answer.headers.get('usage-remarks'), rows: (await answer.json()) as unknown };
  };
  const early = `?to=${new Date(t.clock.now() - 24 * 3_600_000).toISOString().slice(0, 13)}:00:00Z`;
  expect(await told(early)).toEqual({ remarks: null, rows: [] });
  expect(await told('?from=1h')).toMatchObject({ remarks: null, rows: [{ requests: 2 }] });
  // Of hours whose single calls are gone whole days are counted, and the answer says so.
  t.app.vault.opened().usageDb.exec('DELETE FROM usage_record');
  expect(await told('?from=1h')).toMatchObject({ remarks: 'whole-days', rows: [{ requests: 2 }] });
  expect(await read('', stranger)).toEqual([]);
  expect(await read('?by=nothing')).toMatchObject({ code: 'invalid_input' });
  for (const wrong of ['?modell=gpt-5', '?by=day&by=day', '?from', '?']) {
    const hint = expect.stringContaining('by, from, to') as string;
    expect(await read(wrong)).toMatchObject({ status: 400, code: 'invalid_input', hint });
  }
  expect(JSON.stringify(await read('?sk-secret=1'))).not.toContain('sk-secret');
  expect(await read('?modell=gpt-5', 'kh_live_nobody')).toMatchObject({ status: 401 });
  expect(JSON.parse((await ask({ port }, '/v1/quotas', bearer(token))).body)).toEqual({ quotas: [] });
  const writer = t.app.clients.create({ ...rest, name: 'writer', grants: ['usage:write'] }, 'cli').token;
  expect((await ask({ port }, '/v1/usage', bearer(writer))).status).toBe(403);
});

test('who waits for the owner when the vault locks is told so: a key, a proxied call and its body; a stream is cut', async () => {
  const streamed = Promise.withResolvers<void>();
  const server = await answeringServer((response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n', () => streamed.resolve());
  });
  const panel = new TestPanel();
  const evidence = new TestEvidence();
  const t = await startUnlockedApp('requests', undefined, { approvals: panel, evidence });
  const fields = { api_key: KEY };
  const place = { baseUrl: server.url, local: true, weakestForm: 'value' } as const;
  const input = credentialInput({ provider: 'openai', label: 'work', fields, ...place });
  t.app.credentials.add(input, 'cli');
  const asking = newToken(t, ['keys:list']);
  const granted = t.app.clients.create(
    { name: 'granted', grants: ['proxy:openai/work'], expiresInDays: 30, ratePerSecond: 20, test: false },
    'cli',
  ).token;
  const port = (await t.app.endpoint.on({ port: 0, actor: 'cli' })).port ?? 0;
  const request = (token: string, path: string, init: RequestInit = {}) =>
    fetch(`http://127.0.0.1:${port}${path}`, { ...init, headers: { authorization: `Bearer ${token}` } });
  const stream = await request(granted, '/proxy/openai@work/stream');
  await streamed.promise;
  const waiting = [
    request(asking, '/v1/keys/openai/work'),
    request(asking, '/proxy/openai@work/models'),
    request(asking, '/proxy/openai@work/chat', { method: 'POST', body: '{}' }),
  ];
  // Time passes when all have come: the panel opens with what was asked by then.
  await eventually(() => expect(evidence.looks).toBe(3));
  await eventually(() => {
    t.clock.advance(50);
    expect(panel.open[0]?.wants.length).toBe(2);
  });
  t.app.vault.lock('asked');
  for (const answer of await Promise.all(waiting)) {
    expect(answer.status).toBe(423);
    expect(await answer.text()).toContain('before the owner answered');
  }
  await expect(stream.text()).rejects.toThrow();
  expect(server.seen.map(({ path }) => path)).toEqual(['/stream']);
  expect((await request(asking, '/v1/keys/openai/work')).status).toBe(423);
});

test('a client that is revoked while it waits for the owner is cut', async () => {
  const panel = new TestPanel();
  const t = await startUnlockedApp('requests', undefined, { approvals: panel, evidence: new TestEvidence() });
  const { id } = addKey(t, 'work');
  t.app.credentials.edit({ id }, { weakestForm: 'value' }, 'cli');
  const token = newToken(t, ['keys:list']);
  const port = (await t.app.endpoint.on({ port: 0, actor: 'cli' })).port ?? 0;
  const headers = Object.fromEntries(bearer(token));
  const answer = fetch(`http://127.0.0.1:${port}/v1/keys/openai/work`, { headers }).catch(() => 'cut');
  await eventually(() => {
    t.clock.advance(50);
    expect(panel.open).toHaveLength(1);
  });
  t.app.clients.revoke('demo', 'cli');
  expect(await answer).toBe('cut');
  expect(panel.open).toEqual([]);
});
