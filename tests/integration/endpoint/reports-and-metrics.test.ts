import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readAudit } from '../../../electron/core/audit/audit-log.ts';
import { fakeKey } from '../../support/fake-keys.ts';
import { credentialInput, startUnlockedApp, type TestApp } from '../../support/test-app.ts';
import { ask, exchange } from './raw-http.ts';
import { bearer, makeSetting, type Setting, tokenFor } from './running-endpoint.ts';

let setting: Setting;
let port: number;
beforeEach(async () => {
  setting = makeSetting();
  port = (await setting.endpoint.on({ port: 0, actor: 'cli' })).port ?? 0;
});
afterEach(() => setting.close());

function post(at: number, target: string, token: string, body: string, headers = ['Content-Type: application/json']) {
  const lines = [
    `POST ${target} HTTP/1.1`,
    `Host: 127.0.0.1:${at}`,
    'Connection: close',
    `Authorization: Bearer ${token}`,
    `Content-Length: ${Buffer.byteLength(body, 'latin1')}`,
    ...headers,
  ];
  return exchange({ port: at }, `${lines.join('\r\n')}\r\n\r\n${body}`);
}

describe('a body', () => {
  const good = '{"reason":"refused"}';
  test.each<[string, string, readonly string[]]>([
    ['without a type', good, []],
    ['of another type', good, ['Content-Type: text/plain']],
    ['as a form sends it', 'reason=refused', ['Content-Type: application/x-www-form-urlencoded']],
    ['in another charset', good, ['Content-Type: application/json; charset=utf-16']],
    ['compressed', good, ['Content-Type: application/json', 'Content-Encoding: gzip']],
    ['with a member twice', '{"reason":"refused","reason":"exhausted"}', ['Content-Type: application/json']],
    ['with an unknown member', '{"reason":"refused","note":"x"}', ['Content-Type: application/json']],
    ['with a reserved member', '{"reason":"refused","__proto__":{}}', ['Content-Type: application/json']],
    ['with an unknown reason', '{"reason":"bored"}', ['Content-Type: application/json']],
    ['that is no object', '[]', ['Content-Type: application/json']],
    ['that is empty', '', ['Content-Type: application/json']],
    ['that is cut', '{"reason":', ['Content-Type: application/json']],
    ['that is not UTF-8', '{"reason":"\u00ff"}', ['Content-Type: application/json']],
    ['with a byte order mark', '\u00ef\u00bb\u00bf{"reason":"refused"}', ['Content-Type: application/json']],
    ['nested 40 deep', '['.repeat(40) + ']'.repeat(40), ['Content-Type: application/json']],
  ])('%s is refused, and nothing of it is repeated', async (_name, body, headers) => {
    const token = tokenFor(setting, ['keys:read:openai']);
    const answer = await post(port, '/v1/keys/openai/report', token, body, [...headers]);
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.body)).toMatchObject({ code: 'invalid_input' });
    expect(answer.body).not.toMatch(/bored|note|__proto__/);
    expect(setting.credentials.reports).toEqual([]);
  });

  test('that holds a control character in a text is told that', async () => {
    const token = tokenFor(setting, ['keys:read:openai']);
    const answer = await post(port, '/v1/keys/openai/report', token, '{"reason":"a\\u001bb"}', [
      'Content-Type: application/json',
    ]);
    expect(JSON.parse(answer.body)).toMatchObject({ hint: expect.stringContaining('no control characters') as string });
  });

  test('is waited for after "Expect: 100-continue"', async () => {
    const token = tokenFor(setting, ['keys:read:openai']);
    const headers = ['Content-Type: application/json', 'Expect: 100-continue'];
    const answer = await post(port, '/v1/keys/openai/report', token, good, headers);
    expect(answer.text).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 /);
  });

  test('that drips in is cut after 30 s', async () => {
    const token = tokenFor(setting, ['keys:read:openai']);
    const head = `POST /v1/keys/openai/report HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer ${token}\r\n`;
    const waiting = exchange(
      { port },
      `${head}Content-Type: application/json\r\nContent-Length: 20\r\nExpect: 100-continue\r\n\r\n{`,
      true,
    );
    while (setting.activity === 0) await new Promise((resolve) => setImmediate(resolve));
    setting.clock.advance(30_000);
    expect((await waiting).text).not.toContain('HTTP/1.1 2');
    expect(setting.credentials.reports).toEqual([]);
  });

  test('above 1 MiB that comes in chunks is refused, and no more of it is read', async () => {
    const token = tokenFor(setting, ['keys:read:openai']);
    const chunk = `10000\r\n${' '.repeat(0x10000)}\r\n`;
    const head = `POST /v1/keys/openai/report HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer ${token}\r\n`;
    const answer = await exchange(
      { port },
      `${head}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n${chunk.repeat(20)}`,
      true,
    );
    expect(answer.status).toBe(400);
    expect(answer.headers.get('connection')).toBe('close');
  });
});

describe('a report', () => {
  test('of a client without the grant is refused at once', async () => {
    const answer = await post(port, '/v1/keys/openai/report', tokenFor(setting, ['keys:list']), '{"reason":"refused"}');
    expect(answer.status).toBe(403);
    expect(JSON.parse(answer.body)).toMatchObject({
      detail: expect.stringContaining('keys:read:openai/default') as string,
    });
  });

  test('on a label, on the default one, and on the label "report"', async () => {
    const token = tokenFor(setting, ['keys:read:openai']);
    const body = '{"reason":"exhausted"}';
    const to = async (target: string) => (await post(port, target, token, body)).status;
    expect(await to('/v1/keys/openai/report')).toBe(200);
    expect(await to('/v1/keys/openai/work/report')).toBe(200);
    expect(await to('/v1/keys/openai/report/report')).toBe(404);
    expect(setting.credentials.reports.map(({ id }) => id[0])).toEqual(['1', '2']);
  });
});

async function withKey(): Promise<{ t: TestApp; id: string; token: string; at: number }> {
  const t = await startUnlockedApp();
  const fields = { api_key: fakeKey('openai', 'project') };
  const { id } = t.app.credentials.add(credentialInput({ provider: 'openai', fields }), 'cli').credential;
  const grants = ['keys:read:openai'];
  const { token } = t.app.clients.create(
    { name: 'tool', grants, expiresInDays: 30, ratePerSecond: 20, test: false },
    'cli',
  );
  const at = (await t.app.endpoint.on({ port: 0, actor: 'cli' })).port ?? 0;
  return { t, id, token, at };
}

test('a report shows on the card as the tool’s word, stays for five minutes, and suspends nothing', async () => {
  const { t, id, token, at } = await withKey();
  const say = async (body: string) =>
    JSON.parse((await post(at, '/v1/keys/openai/report', token, body)).body) as object;
  expect(await say('{"reason":"refused","status":401,"version":1}')).toEqual({ marked: true });
  const card = t.app.credentials.get({ id });
  expect(card).toMatchObject({ state: 'active', lastTest: { result: 'invalid_key', latencyMs: null } });
  expect(card.lastTest?.detail).toBe(
    'A tool says that OpenAI refused this key with status 401. Keyharbor did not ask OpenAI itself.',
  );
  expect(card.lastTest?.facts).toEqual([{ label: 'Told by', value: 'tool' }]);

  expect(await say('{"reason":"exhausted"}')).toEqual({ marked: false });
  expect(await say('{"reason":"refused","version":7}')).toEqual({ marked: false });
  expect(t.app.credentials.get({ id }).lastTest?.result).toBe('invalid_key');
  t.clock.wallMs += 5 * 60_000;
  expect(await say('{"reason":"exhausted"}')).toEqual({ marked: true });
  expect(t.app.credentials.get({ id }).lastTest?.result).toBe('quota_exceeded');

  const entries = readAudit(t.app.vault.opened(), { limit: 50 }).filter(
    ({ action }) => action === 'credential.reported',
  );
  expect(entries).toMatchObject([
    { actor: token.slice(8, 18), target: id, meta: { reason: 'exhausted' } },
    { actor: token.slice(8, 18), target: id, meta: { reason: 'refused', status: 401 } },
  ]);
});

describe('metrics', () => {
  test('need their grant', async () => {
    expect((await ask({ port }, '/metrics', bearer(tokenFor(setting, ['keys:list'])))).status).toBe(403);
    expect((await ask({ port }, '/metrics')).status).toBe(401);
  });

  test('are strict Prometheus text, with what happened in it and no names', async () => {
    const token = tokenFor(setting, ['metrics:read', 'keys:read:openai']);
    await ask({ port }, '/v1/keys/openai/work', bearer(token));
    await ask({ port }, '/v1/keys/openai/nowhere', bearer(token));
    await ask({ port }, '/v1/keys', bearer(token));
    await ask({ port }, '/v1/keys', bearer('kh_live_bad'));
    await ask({ port }, '/v1/keys', [['Origin', 'null']]);
    const answer = await ask({ port }, '/metrics', bearer(token));
    expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    const samples = strictSamples(answer.body);
    expect(samples).toMatchObject({
      'keyharbor_key_retrieval_seconds_count{outcome="ok"}': 1,
      'keyharbor_key_retrieval_seconds_bucket{outcome="ok",le="+Inf"}': 1,
      'keyharbor_key_retrieval_seconds_count{outcome="failed"}': 1,
      'keyharbor_auth_failures_total{reason="bad-token"}': 1,
      'keyharbor_refused_requests_total{reason="browser"}': 1,
      'keyharbor_denied_requests_total{reason="grant"}': 1,
      keyharbor_vault_unlocked: 1,
      keyharbor_decryption_failures_total: 0,
    });
    expect(answer.body).not.toMatch(/work|client 0|default/);
  });

  test('each is in the documentation, and nothing else is', async () => {
    const answer = await ask({ port }, '/metrics', bearer(tokenFor(setting, ['metrics:read'])));
    const names = [...answer.body.matchAll(/^# TYPE (\S+)/gm)].map(([, name = '']) => name);
    const text = readFileSync(join(import.meta.dirname, '../../../docs/endpoint.md'), 'utf8');
    const documented = [...text.matchAll(/^\| `(keyharbor_[a-z_]+)`/gm)].map(([, name = '']) => name);
    expect(documented.toSorted()).toEqual(names.toSorted());
  });
});

/** Text format 0.0.4, no more: every family says what it is before its samples, and buckets count up to the whole. */
function strictSamples(text: string): Record<string, number> {
  const samples: Record<string, number> = {};
  let family = '';
  let told = '';
  let below = 0;
  expect(text.endsWith('\n')).toBe(true);
  for (const line of text.slice(0, -1).split('\n')) {
    const [, kind, about = ''] = /^# (HELP|TYPE) (\S+) \S.*$/.exec(line) ?? [];
    if (kind !== undefined) {
      if (kind === 'TYPE') expect(about).toBe(told);
      else told = about;
      family = about;
      continue;
    }
    const sample = /^([a-z_]+)(\{[a-z]+="[^"\\]*"(?:,[a-z]+="[^"\\]*")*\})? ([0-9.e+-]+)$/.exec(line);
    const [, name = '', labels = '', value] = sample ?? [];
    expect(sample, line).not.toBeNull();
    expect([family, `${family}_bucket`, `${family}_sum`, `${family}_count`]).toContain(name);
    const count = Number(value);
    if (name.endsWith('_bucket')) expect(count).toBeGreaterThanOrEqual(labels.includes('le="5e-05"') ? 0 : below);
    below = name.endsWith('_bucket') ? count : 0;
    expect(samples).not.toHaveProperty([name + labels]);
    samples[name + labels] = count;
  }
  return samples;
}

test('many clients together get no more than one key bears, and one without a limit is not held up by them', async () => {
  const tokens = Array.from({ length: 8 }, () => tokenFor(setting, ['keys:read:openai'], { rate: 50 }));
  const free = tokenFor(setting, ['keys:read:openai']);
  const statuses = new Map<number, number>();
  for (let n = 0; n < 310; n += 1) {
    const { status, headers, body } = await ask({ port }, '/v1/keys/openai', bearer(tokens[n % 8] ?? ''));
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    if (status === 429) {
      expect(headers.get('retry-after')).toBe('1');
      expect(JSON.parse(body)).toMatchObject({
        detail: expect.stringContaining('This key is asked for too often') as string,
      });
    }
  }
  expect(Object.fromEntries(statuses)).toEqual({ 200: 300, 429: 10 });
  expect((await ask({ port }, '/v1/keys/openai/work', bearer(tokens[0] ?? ''))).status).toBe(200);
  expect((await ask({ port }, '/v1/keys/openai', bearer(free))).status).toBe(200);
});
