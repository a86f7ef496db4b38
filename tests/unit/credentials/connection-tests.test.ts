import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readAudit } from '../../../electron/core/audit/audit-log.ts';
import { answeringServer, json } from '../../support/answering-server.ts';
import { fakeKey } from '../../support/fake-keys.ts';
import { credentialInput, startUnlockedApp, type TestApp } from '../../support/test-app.ts';

const KEYS = {
  openai: { api_key: fakeKey('openai', 'project') },
  anthropic: { api_key: fakeKey('anthropic', 'API key') },
  github: { token: fakeKey('github', 'classic PAT') },
} as const;
type Provider = keyof typeof KEYS;

interface Case {
  readonly provider: Provider;
  readonly name: string;
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body: unknown;
}

function samples(file: string, provider?: Provider): Case[] {
  const text = readFileSync(join(import.meta.dirname, '../../fixtures/samples', file), 'utf8');
  const { cases } = JSON.parse(text) as { cases: Case[] };
  return cases.map((each) => ({ ...each, provider: provider ?? each.provider }));
}

const CASES = [
  ...samples('openai_errors.json', 'openai'),
  ...samples('anthropic_errors.json', 'anthropic'),
  ...samples('tier1_validation.json').filter((each) => each.provider === 'github'),
];

/** The nine results of the product; the samples' own verdicts are finer. */
const EXPECTED: Readonly<Record<string, string>> = {
  'openai invalid_key': 'invalid_key',
  'openai missing_key': 'invalid_key',
  'openai revoked_or_expired_key': 'invalid_key',
  'openai restricted_key_missing_scope': 'insufficient_permission',
  'openai region_not_supported': 'insufficient_permission',
  'openai rate_limit': 'rate_limited',
  'openai insufficient_quota': 'quota_exceeded',
  'openai billing_hard_limit': 'quota_exceeded',
  'openai model_not_allowed': 'valid',
  'openai server_error': 'provider_unavailable',
  'openai overloaded': 'provider_unavailable',
  'anthropic invalid_key': 'invalid_key',
  'anthropic billing_402': 'quota_exceeded',
  'anthropic credit_balance_too_low': 'quota_exceeded',
  'anthropic workspace_spend_limit': 'quota_exceeded',
  'anthropic permission': 'insufficient_permission',
  'anthropic rate_limit': 'rate_limited',
  'anthropic not_found_model': 'valid',
  'anthropic api_error': 'provider_unavailable',
  'anthropic gateway_timeout': 'provider_unavailable',
  'anthropic unavailable': 'provider_unavailable',
  'anthropic overloaded': 'provider_unavailable',
  'github ok': 'valid',
  'github bad': 'invalid_key',
  'github app_token_on_user': 'valid',
  'github primary_limit': 'rate_limited',
  'github secondary_limit': 'rate_limited',
};

function addLocal({ app }: TestApp, provider: string, fields: Record<string, string>, baseUrl: string): string {
  return app.credentials.add(credentialInput({ provider, fields, baseUrl, local: true }), 'cli').credential.id;
}

test.each(CASES)('$provider answers $name', async ({ provider, name, status, headers, body }) => {
  const t = await startUnlockedApp();
  const server = await answeringServer((response) => json(response, status, body, headers));
  const id = addLocal(t, provider, KEYS[provider], server.url);
  const result = await t.app.credentials.test({ id }, false, 'cli');
  expect(result.result).toBe(EXPECTED[`${provider} ${name}`]);
  expect(result.latencyMs).toBeGreaterThanOrEqual(0);
  expect(result.detail).not.toBe('');
  expect(t.app.credentials.get({ id }).lastTest).toMatchObject({ result: result.result, detail: result.detail });
});

test('the real request is made: method, path, headers and the key', async () => {
  const t = await startUnlockedApp();
  const server = await answeringServer((response) => json(response, 200, { data: [], login: 'fake' }));
  const fields = { ...KEYS.openai, organization: 'org-fake' };
  const openai = addLocal(t, 'openai', fields, `${server.url}/v1`);
  const anthropic = addLocal(t, 'anthropic', KEYS.anthropic, server.url);
  const github = addLocal(t, 'github', KEYS.github, server.url);
  const http = addLocal(
    t,
    'http',
    { api_key: 'fake-key-1', header: 'X-Api-Key', prefix: '', check_path: '/me?x=1' },
    `${server.url}/api`,
  );
  for (const id of [openai, anthropic, github, http]) {
    expect((await t.app.credentials.test({ id }, false, 'cli')).result).toBe('valid');
  }
  const [first, second, third, fourth] = server.seen;
  expect(first).toMatchObject({
    method: 'GET',
    path: '/v1/models',
    headers: {
      authorization: `Bearer ${KEYS.openai.api_key}`,
      'openai-organization': 'org-fake',
      'user-agent': 'keyharbor/0.0.0-test',
    },
  });
  expect(first?.headers).not.toHaveProperty('openai-project');
  expect(second).toMatchObject({
    path: '/v1/models?limit=1',
    headers: { 'x-api-key': KEYS.anthropic.api_key, 'anthropic-version': '2023-06-01' },
  });
  expect(third).toMatchObject({ path: '/user', headers: { authorization: `Bearer ${KEYS.github.token}` } });
  expect(fourth).toMatchObject({ path: '/api/me?x=1', headers: { 'x-api-key': 'fake-key-1' } });
});

test('what the provider says for free is kept, without the secret', async () => {
  const t = await startUnlockedApp();
  const server = await answeringServer((response) =>
    json(response, 200, { login: `owner of ${KEYS.github.token}` }, { 'x-oauth-scopes': 'repo, read:org' }),
  );
  const id = addLocal(t, 'github', KEYS.github, server.url);
  const { facts } = await t.app.credentials.test({ id }, false, 'cli');
  expect(facts).toEqual([
    { label: 'Account', value: 'owner of ••••' },
    { label: 'Scopes', value: 'repo, read:org' },
  ]);
});

test('an answer that echoes the key gets none of it into result, audit log or event', async () => {
  const t = await startUnlockedApp();
  const key = KEYS.openai.api_key;
  const server = await answeringServer((response) =>
    json(response, 401, { error: { message: key, code: key, type: key } }, { 'openai-organization': key }),
  );
  const id = addLocal(t, 'openai', KEYS.openai, server.url);
  const result = await t.app.credentials.test({ id }, false, 'cli');
  const audit = readAudit(t.app.vault.opened(), { limit: 50 });
  expect(JSON.stringify([result, audit, t.heard, t.app.credentials.list({})])).not.toContain(key);
  expect(audit[0]).toMatchObject({ action: 'credential.test', result: 'failed', meta: { outcome: 'invalid_key' } });
});

test.each([301, 302, 303, 307, 308])('a redirect (%i) is not followed', async (status) => {
  const t = await startUnlockedApp();
  const elsewhere = await answeringServer((response) => json(response, 200, { data: [] }));
  const server = await answeringServer((response) => response.writeHead(status, { location: elsewhere.url }).end());
  const id = addLocal(t, 'openai', KEYS.openai, server.url);
  const result = await t.app.credentials.test({ id }, false, 'cli');
  expect(result).toMatchObject({
    result: 'provider_unavailable',
    detail: expect.stringContaining('Redirects') as string,
  });
  expect(elsewhere.seen).toEqual([]);
});

test('a web page in between says nothing about the key', async () => {
  const t = await startUnlockedApp();
  const server = await answeringServer((response) =>
    response.writeHead(403, { 'content-type': 'text/html' }).end('<html>Are you a robot?</html>'),
  );
  const id = addLocal(t, 'anthropic', KEYS.anthropic, server.url);
  expect((await t.app.credentials.test({ id }, false, 'cli')).result).toBe('provider_unavailable');
});

test('an endless answer is cut, and a broken one is no verdict on the key', async () => {
  const t = await startUnlockedApp();
  const endless = await answeringServer((response) => {
    response.writeHead(401, { 'content-type': 'application/json' });
    const more = () => {
      while (response.writable && response.write('x'.repeat(16_384)));
      response.once('drain', more);
    };
    more();
  });
  const broken = await answeringServer((response) => response.destroy());
  const first = addLocal(t, 'openai', KEYS.openai, endless.url);
  expect((await t.app.credentials.test({ id: first }, false, 'cli')).result).toBe('invalid_key');
  const second = addLocal(t, 'github', KEYS.github, broken.url);
  expect((await t.app.credentials.test({ id: second }, false, 'cli')).result).toBe('provider_unavailable');
});

test('nothing listens: provider_unavailable, with what to look at', async () => {
  const t = await startUnlockedApp();
  const id = addLocal(t, 'openai', KEYS.openai, 'http://127.0.0.1:1');
  expect(await t.app.credentials.test({ id }, false, 'cli')).toMatchObject({
    result: 'provider_unavailable',
    latencyMs: null,
    hint: expect.stringContaining('port') as string,
  });
});

test('a server that does not answer within ten seconds is a timeout', async () => {
  const t = await startUnlockedApp();
  const asked = Promise.withResolvers<void>();
  const server = await answeringServer(() => asked.resolve());
  const id = addLocal(t, 'openai', KEYS.openai, server.url);
  const result = t.app.credentials.test({ id }, false, 'cli');
  await asked.promise;
  t.clock.advance(10_000);
  expect((await result).result).toBe('timeout');
});

test('a key of another provider is not sent to this one', async () => {
  const t = await startUnlockedApp();
  const input = credentialInput({ provider: 'openai', fields: { api_key: KEYS.anthropic.api_key } });
  const { id } = t.app.credentials.add(input, 'cli').credential;
  const result = await t.app.credentials.test({ id }, false, 'cli');
  expect(result).toMatchObject({
    result: 'invalid_format',
    detail: expect.stringContaining('not sent to OpenAI') as string,
  });
});

test('a refused key whose date has passed counts as expired', async () => {
  const t = await startUnlockedApp();
  const server = await answeringServer((response) => json(response, 401, {}));
  const id = addLocal(t, 'openai', KEYS.openai, server.url);
  t.app.credentials.edit({ id }, { expiresAt: '2026-01-01' }, 'cli');
  expect((await t.app.credentials.test({ id }, false, 'cli')).result).toBe('expired');
});

test('a result is kept five minutes; force asks again', async () => {
  const t = await startUnlockedApp();
  const server = await answeringServer((response) => json(response, 200, { data: [] }));
  const id = addLocal(t, 'openai', KEYS.openai, server.url);
  const run = (force = false) => t.app.credentials.test({ id }, force, 'cli');
  expect((await run()).cached).toBe(false);
  expect((await run()).cached).toBe(true);
  expect((await run(true)).cached).toBe(false);
  t.clock.advance(5 * 60_000);
  expect((await run()).cached).toBe(false);
  expect(server.seen).toHaveLength(3);
});

test('three failures in a row pause the tests for fifteen minutes, force or not; a new value ends the pause', async () => {
  const t = await startUnlockedApp();
  const server = await answeringServer((response) => json(response, 401, {}));
  const id = addLocal(t, 'openai', KEYS.openai, server.url);
  const run = () => t.app.credentials.test({ id }, true, 'cli');
  t.app.settings.set({ vault: { autoLockMinutes: 480 } }, 'cli');
  for (let count = 0; count < 3; count += 1) expect((await run()).result).toBe('invalid_key');
  const paused = expect.objectContaining({ code: 'validation_cooldown', retryAfterMs: 15 * 60_000 }) as unknown;
  await expect(run()).rejects.toThrow(paused);
  t.clock.wallMs -= 86_400_000;
  await expect(run()).rejects.toThrow(paused);
  t.clock.wallMs += 86_400_000;
  expect(server.seen).toHaveLength(3);
  t.clock.advance(15 * 60_000);
  expect((await run()).result).toBe('invalid_key');
  expect((await run()).result).toBe('invalid_key');
  t.app.credentials.edit({ id }, { fields: { api_key: fakeKey('openai', 'legacy') } }, 'cli');
  for (let count = 0; count < 3; count += 1) expect((await run()).result).toBe('invalid_key');
  await expect(run()).rejects.toThrow(paused);
});

test('a valid result in between starts the count anew', async () => {
  const t = await startUnlockedApp();
  let status = 401;
  const server = await answeringServer((response) => json(response, status, { data: [] }));
  const id = addLocal(t, 'openai', KEYS.openai, server.url);
  for (const next of [401, 401, 200, 401, 401, 200]) {
    status = next;
    await t.app.credentials.test({ id }, true, 'cli');
  }
  expect(server.seen).toHaveLength(6);
});

test('two who ask at once share one request', async () => {
  const t = await startUnlockedApp();
  const server = await answeringServer((response) => json(response, 200, { data: [] }));
  const id = addLocal(t, 'openai', KEYS.openai, server.url);
  const [one, two] = await Promise.all([
    t.app.credentials.test({ id }, true, 'ui'),
    t.app.credentials.test({ id }, true, 'cli'),
  ]);
  expect(one).toBe(two);
  expect(server.seen).toHaveLength(1);
});

test('a cancelled test stores nothing, and a lock ends one', async () => {
  const t = await startUnlockedApp();
  let asked = Promise.withResolvers<void>();
  const server = await answeringServer(() => asked.resolve());
  const id = addLocal(t, 'openai', KEYS.openai, server.url);
  const first = t.app.credentials.test({ id }, false, 'ui');
  await asked.promise;
  t.app.credentials.cancelTest({ id });
  await expect(first).rejects.toThrow(expect.objectContaining({ code: 'conflict' }) as Error);
  expect(t.app.credentials.get({ id }).lastTest).toBeNull();
  asked = Promise.withResolvers<void>();
  const second = t.app.credentials.test({ id }, false, 'ui');
  await asked.promise;
  t.app.vault.lock('asked');
  await expect(second).rejects.toThrow(expect.objectContaining({ code: 'vault_locked' }) as Error);
});
