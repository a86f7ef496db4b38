import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { readAudit } from '../../../electron/core/audit/audit-log.ts';
import { createRouter } from '../../../electron/rpc/router.ts';
import type { Input, MethodName, Output } from '../../../shared/contract/methods.ts';
import { AppError } from '../../../shared/errors.ts';
import { answeringServer, json } from '../../support/answering-server.ts';
import { fakeKey } from '../../support/fake-keys.ts';
import { credentialInput, PASSWORD, startUnlockedApp } from '../../support/test-app.ts';
import { ask } from './raw-http.ts';

const KEY = fakeKey('openai', 'project');

/** One connection to the agent, which a test ends when it likes. */
function connection() {
  const acts = new Set<() => void>();
  const onClosed = (act: () => void) => {
    acts.add(act);
    return () => void acts.delete(act);
  };
  const close = () => {
    for (const act of acts) act();
  };
  return { close, link: { onClosed, peer: null } };
}

async function setUp() {
  const upstream = await answeringServer((response, { path }) => {
    if (path !== '/v1/stream') return json(response, 200, { data: [] });
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    return response.write('data: one\n\n');
  });
  const t = await startUnlockedApp();
  const own = { baseUrl: `${upstream.url}/v1`, local: true };
  for (const label of ['default', 'work']) {
    const fields = { api_key: KEY, organization: 'org-x' };
    t.app.credentials.add(credentialInput({ provider: 'openai', label, fields, ...own }), 'cli');
  }
  const route = createRouter(t.app);
  const call = async <M extends MethodName>(method: M, params: Input<M>, at = connection()): Promise<Output<M>> =>
    (await route({ caller: 'socket', connection: 'one', method, params, link: at.link })) as Output<M>;
  const port = async () => (await t.app.endpoint.on({ port: 0, actor: 'cli' })).port ?? 0;
  return { t, upstream, call, port };
}

const bearer = (token: string) => [['Authorization', `Bearer ${token}`]] as const;
/** By a client that stays for its answer, as every SDK does. */
const proxied = async (at: number, path: string, key: string): Promise<number> =>
  (await fetch(`http://127.0.0.1:${at}/proxy/${path}`, { headers: { authorization: `Bearer ${key}` } })).status;
const lendInput = (...refs: string[]) => ({ name: 'run python', refs });

describe('a lent token', () => {
  test('carries a call of the child to the provider in place of the key, and dies with the connection', async () => {
    const { t, upstream, call, port } = await setUp();
    const at = await port();
    const child = connection();
    const lent = await call('clients.lend', lendInput('kh://openai', 'kh://openai/work'), child);
    expect(lent.endpoint).toBe(`http://127.0.0.1:${at}`);
    expect(lent.routes.map(({ ref, url }) => [ref, url])).toEqual([
      ['kh://openai', `http://127.0.0.1:${at}/proxy/openai`],
      ['kh://openai/work', `http://127.0.0.1:${at}/proxy/openai@work`],
    ]);
    const [first] = lent.routes;
    expect(first?.environment.map(({ name, secret }) => [name, secret])).toEqual([
      ['OPENAI_BASE_URL', false],
      ['OPENAI_API_KEY', true],
      ['OPENAI_ORG_ID', false],
    ]);
    const key = first?.environment.find(({ secret }) => secret)?.value ?? '';
    expect(key).toMatch(/^sk-proj-kh_live_/);
    expect(JSON.stringify(lent)).not.toContain(KEY);

    expect(await proxied(at, 'openai/models', key)).toBe(200);
    expect(await proxied(at, 'openai@work/models', lent.token)).toBe(200);
    expect(upstream.seen.map(({ headers }) => headers.authorization)).toEqual([`Bearer ${KEY}`, `Bearer ${KEY}`]);

    child.close();
    expect((await ask({ port: at }, '/proxy/openai/models', bearer(key))).status).toBe(401);
    expect(upstream.seen).toHaveLength(2);
    const entries = readAudit(t.app.vault.opened(), { limit: 20 }).filter(({ action }) => /lend|loan/.test(action));
    expect(entries).toMatchObject([
      { action: 'client.loan-ended', meta: { why: 'returned' } },
      {
        action: 'client.lend',
        actor: 'cli',
        meta: { name: 'run python', grants: 'proxy:openai/default proxy:openai/work' },
      },
    ]);
  });

  test('opens nothing else', async () => {
    const { call, port } = await setUp();
    const at = await port();
    const { token } = await call('clients.lend', lendInput('kh://openai/work'));
    for (const path of ['/v1/keys', '/v1/keys/openai/work', '/metrics', '/proxy/openai/models']) {
      expect([path, (await ask({ port: at }, path, bearer(token))).status]).toEqual([path, 403]);
    }
  });

  test('is cut in the middle of a stream when its child ends', async () => {
    const { call, port } = await setUp();
    const at = await port();
    const child = connection();
    const { token } = await call('clients.lend', lendInput('kh://openai'), child);
    const socket = connect(at, '127.0.0.1');
    const ended = new Promise<void>((resolve) => socket.on('close', () => resolve()));
    socket.on('error', () => undefined);
    const begun = new Promise<void>((resolve) => {
      socket.on('data', (chunk: Buffer) => {
        if (chunk.includes('data: one')) resolve();
      });
    });
    socket.write(
      `GET /proxy/openai/stream HTTP/1.1\r\nHost: 127.0.0.1:${at}\r\nAuthorization: Bearer ${token}\r\n\r\n`,
    );
    await begun;
    child.close();
    await ended;
  });

  test('does not live through a lock', async () => {
    const { t, call, port } = await setUp();
    const at = await port();
    const { token } = await call('clients.lend', lendInput('kh://openai'));
    t.app.vault.lock('asked');
    expect((await ask({ port: at }, '/proxy/openai/models', bearer(token))).status).toBe(423);
    await t.app.vault.unlock(PASSWORD);
    expect((await ask({ port: at }, '/proxy/openai/models', bearer(token))).status).toBe(401);
  });

  test('is listed as a loan, and the owner can revoke it', async () => {
    const { call, port } = await setUp();
    const at = await port();
    const { token } = await call('clients.lend', lendInput('kh://openai'));
    const [loan, ...others] = await call('clients.list', {});
    expect(loan).toMatchObject({ name: 'run python', loan: true, state: 'active', grants: ['proxy:openai/default'] });
    expect(others).toEqual([]);
    expect(await call('clients.revoke', { client: 'run python' })).toMatchObject({ loan: true, state: 'revoked' });
    expect(await call('clients.list', {})).toEqual([]);
    expect((await ask({ port: at }, '/proxy/openai/models', bearer(token))).status).toBe(401);
  });

  test('ends when its credential goes to another place', async () => {
    const { t, call, port, upstream } = await setUp();
    const at = await port();
    const { token } = await call('clients.lend', lendInput('kh://openai/work'));
    const work = t.app.credentials.list({}).find(({ label }) => label === 'work');
    const moved = { baseUrl: `${upstream.url}/v2`, local: true, fields: { api_key: KEY, organization: 'org-x' } };
    t.app.credentials.edit({ id: work?.id ?? '' }, moved, 'cli');
    expect((await ask({ port: at }, '/proxy/openai@work/models', bearer(token))).status).toBe(401);
  });
});

describe('nothing is lent', () => {
  const codeOf = (asked: Promise<unknown>) =>
    asked.then(
      () => 'ok',
      (error: unknown) => (error instanceof AppError ? error.code : 'another'),
    );

  test('while the endpoint is off, for what is not there, for a field, or for what is not forwarded', async () => {
    const { t, call, port } = await setUp();
    expect(await codeOf(call('clients.lend', lendInput('kh://openai')))).toBe('conflict');
    await port();
    expect(await codeOf(call('clients.lend', lendInput('kh://openai/nowhere')))).toBe('key_not_found');
    expect(await codeOf(call('clients.lend', lendInput('kh://openai/work/api_key')))).toBe('invalid_input');
    const fields = { username: 'me', password: 'fake', host: 'mail.example.org' };
    t.app.credentials.add(credentialInput({ provider: 'email', fields }), 'cli');
    expect(await codeOf(call('clients.lend', lendInput('kh://email')))).toBe('unsupported');
    expect(t.app.loans.list()).toEqual([]);
  });

  test('to a caller that has gone already', async () => {
    const { t, call, port } = await setUp();
    await port();
    const gone = {
      close: () => undefined,
      link: { onClosed: (act: () => void) => (act(), () => undefined), peer: null },
    };
    expect(await codeOf(call('clients.lend', lendInput('kh://openai'), gone))).toBe('conflict');
    expect(t.app.loans.list()).toEqual([]);
  });
});
