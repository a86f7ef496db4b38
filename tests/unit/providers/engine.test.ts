import { describe, expect, it, test } from 'vitest';
import { answeringServer, json } from '../../support/answering-server.ts';
import { fakeKey } from '../../support/fake-keys.ts';
import { credentialInput, startUnlockedApp, type TestApp } from '../../support/test-app.ts';
import type { NewCredential } from '../../../shared/contract/schemas.ts';

type Input = Partial<NewCredential> & Pick<NewCredential, 'provider' | 'fields'>;

function add({ app }: TestApp, input: Input): string {
  return app.credentials.add(credentialInput(input), 'cli').credential.id;
}

const code = (wanted: string) => expect.objectContaining({ code: wanted }) as Error;

describe('a key in the body', () => {
  test('is a member of the JSON that is sent', async () => {
    const t = await startUnlockedApp();
    const bodies: string[] = [];
    const server = await answeringServer(async (response, request) => {
      bodies.push(await request.body());
      json(response, 200, { errorId: 0, balance: 12.5 });
    });
    const key = fakeKey('twocaptcha');
    const id = add(t, { provider: 'twocaptcha', fields: { api_key: key }, baseUrl: server.url, local: true });
    const found = await t.app.credentials.test({ id }, false, 'cli');
    expect(found).toMatchObject({ result: 'valid', facts: [{ label: 'Balance', value: '$12.50' }] });
    expect(bodies.map((body) => JSON.parse(body) as unknown)).toEqual([{ clientKey: key }]);
    expect(server.seen[0]).toMatchObject({ method: 'POST', path: '/getBalance' });
    expect(server.seen[0]?.headers['content-type']).toBe('application/json');
  });
});

describe('a list of models longer than most', () => {
  const models = Array.from({ length: 1500 }, (_, at) => ({ id: `model-${at}`, description: 'x'.repeat(150) }));
  const rows = [
    ['openai', 'api_key', { data: models }],
    ['mistral', 'api_key', { data: models }],
    ['aws', 'bedrock_api_key', { modelSummaries: models }],
  ] as const;
  it.each(rows)('of %s does not make its key look unknown', async (provider, authKind, list) => {
    const t = await startUnlockedApp();
    const server = await answeringServer((response) => json(response, 200, list));
    const fields = { api_key: 'FAKE-key-of-a-gateway-0123456789' };
    const id = add(t, { provider, authKind, fields, baseUrl: server.url, local: true });
    expect((await t.app.credentials.test({ id }, false, 'cli')).result).toBe('valid');
  });
});

describe('a test of which the status alone says yes', () => {
  const SECRET = 'FAKE-of-some-api-0123456789';
  const asked = async (answer: (authorization: string | undefined) => number, authKind = 'bearer') => {
    const t = await startUnlockedApp();
    const server = await answeringServer((response, { headers }) =>
      response.writeHead(answer(headers.authorization), { 'content-type': 'text/html' }).end('<p>Hello</p>'),
    );
    const fields = authKind === 'none' ? {} : { api_key: SECRET };
    const id = add(t, { provider: 'http', authKind, fields, baseUrl: server.url, local: true });
    return { ...(await t.app.credentials.test({ id }, false, 'cli')), seen: server.seen };
  };

  test('says so where the path answers anybody the same', async () => {
    const { result, detail, hint, seen } = await asked(() => 200);
    expect(result).toBe('valid');
    expect(detail).toContain('with or without a key');
    expect(hint).toContain('path');
    expect(seen.map(({ headers }) => headers.authorization)).toEqual([`Bearer ${SECRET}`, undefined]);
  });

  test('stands where the same is refused without the key', async () => {
    const { result, detail, hint } = await asked((authorization) => (authorization === undefined ? 401 : 200));
    expect({ result, detail, hint }).toEqual({ result: 'valid', detail: 'Other HTTP API accepts this key.', hint: '' });
  });

  test('asks no second time where the key is refused', async () => {
    const { result, seen } = await asked(() => 401);
    expect(result).toBe('invalid_key');
    expect(seen).toHaveLength(1);
  });

  test('does not speak of a key where none is sent', async () => {
    const { detail, seen } = await asked(() => 200, 'none');
    expect(detail).toBe('Other HTTP API answers. No credential was sent.');
    expect(seen).toHaveLength(1);
  });
});

describe('a webhook', () => {
  const rows = [
    ['slack', 400, 'no_text', 'valid'],
    ['slack', 404, 'no_service', 'invalid_key'],
    ['slack', 403, 'invalid_token', 'invalid_key'],
    ['slack', 503, 'x', 'provider_unavailable'],
  ] as const;
  it.each(rows)('of %s that answers %i %s is %s', async (provider, status, text, result) => {
    const t = await startUnlockedApp();
    const server = await answeringServer((response) => response.writeHead(status).end(text));
    const url = `${server.url}/services/T0/B0/FAKE`;
    const id = add(t, { provider, authKind: 'webhook', fields: { url }, baseUrl: server.url, local: true });
    expect((await t.app.credentials.test({ id }, false, 'cli')).result).toBe(result);
    expect(server.seen[0]).toMatchObject({ method: 'POST', path: '/services/T0/B0/FAKE' });
  });

  test('of Discord is only looked at', async () => {
    const t = await startUnlockedApp();
    const server = await answeringServer((response) => json(response, 200, { id: '1', name: 'builds' }));
    const url = `${server.url}/webhooks/1/FAKE`;
    const fields = { url };
    const id = add(t, { provider: 'discord', authKind: 'webhook', fields, baseUrl: server.url, local: true });
    const found = await t.app.credentials.test({ id }, false, 'cli');
    expect(found).toMatchObject({ result: 'valid', facts: [{ label: 'Webhook', value: 'builds' }] });
    expect(server.seen[0]).toMatchObject({ method: 'GET', path: '/webhooks/1/FAKE' });
  });

  const strange = [
    'https://hooks.slack.com.evil.test/services/T0/B0/FAKE',
    'https://hooks.slack.com/services/../admin',
    'https://user:pw@hooks.slack.com/services/T0/B0/FAKE',
    'http://hooks.slack.com/services/T0/B0/FAKE',
    'not a URL',
  ];
  it.each(strange)('%s is not called', async (url) => {
    const t = await startUnlockedApp();
    const id = add(t, { provider: 'slack', authKind: 'webhook', fields: { url } });
    const found = await t.app.credentials.test({ id }, false, 'cli');
    expect(found).toMatchObject({ result: 'invalid_format', latencyMs: null });
    expect(found.hint).toContain('https://hooks.slack.com/services/');
  });

  test('with an own base URL stays under it', async () => {
    const t = await startUnlockedApp();
    const server = await answeringServer((response) => json(response, 200, {}));
    const fields = { url: 'https://hooks.slack.com/services/T0/B0/FAKE' };
    const id = add(t, { provider: 'slack', authKind: 'webhook', fields, baseUrl: server.url, local: true });
    expect((await t.app.credentials.test({ id }, false, 'cli')).result).toBe('invalid_format');
    expect(server.seen).toEqual([]);
  });
});

describe('a local server without a secret', () => {
  test('is stored, tested on this computer and handed to a child', async () => {
    const t = await startUnlockedApp();
    const server = await answeringServer((response) => json(response, 200, { version: '0.9.1' }));
    const host = new URL(server.url).host;
    const id = add(t, { provider: 'ollama', fields: { host } });
    expect(t.app.credentials.get({ id })).toMatchObject({
      authKind: 'none',
      masked: host,
      fingerprint: '',
      local: true,
      baseUrl: null,
    });
    const found = await t.app.credentials.test({ id }, false, 'cli');
    expect(found).toMatchObject({ result: 'valid', facts: [{ label: 'Version', value: '0.9.1' }] });
    expect(server.seen[0]?.path).toBe('/api/version');
    expect(t.app.credentials.reads.environment([{ provider: 'ollama' }], 'cli')).toEqual([
      { name: 'OLLAMA_HOST', value: host, secret: false },
    ]);
    expect(t.app.credentials.reads.read('kh://ollama', 'cli').value).toBe(host);
  });

  test('is where the catalogue says when nothing is filled in, and two of them are no duplicates', async () => {
    const t = await startUnlockedApp();
    add(t, { provider: 'ollama', fields: {} });
    const second = t.app.credentials.add(credentialInput({ provider: 'ollama', label: 'two', fields: {} }), 'cli');
    expect(second.warnings).toEqual([]);
    expect(second.credential.fields).toMatchObject([{ name: 'host', shown: '127.0.0.1:11434' }]);
  });

  it.each(['169.254.169.254', 'metadata.google.internal'])('is never %s', async (host) => {
    const t = await startUnlockedApp();
    expect(() => add(t, { provider: 'ollama', fields: { host } })).toThrow(code('security_violation'));
  });

  test('is never a public address', async () => {
    const t = await startUnlockedApp();
    expect(() => add(t, { provider: 'ollama', fields: { host: '8.8.8.8' } })).toThrow(code('invalid_input'));
  });
});

describe('a field that decides the host', () => {
  const key = { api_key: fakeKey('azure_openai') };
  test('must be there', async () => {
    const t = await startUnlockedApp();
    expect(() => add(t, { provider: 'azure_openai', fields: key })).toThrow(/field resource/);
  });

  test('is bound to the secret, and its place is told to a child', async () => {
    const t = await startUnlockedApp();
    const id = add(t, { provider: 'azure_openai', fields: { ...key, resource: 'one' } });
    const row = t.app.vault.opened().db.prepare('SELECT origin, local FROM credential').get();
    expect(row).toEqual({ origin: 'https://one.openai.azure.com', local: 0 });
    expect(t.app.credentials.get({ id }).baseUrl).toBeNull();
    expect(t.app.credentials.reads.environment([{ provider: 'azure_openai' }], 'cli')).toContainEqual({
      name: 'AZURE_OPENAI_ENDPOINT',
      value: 'https://one.openai.azure.com',
      secret: false,
    });
    t.app.credentials.edit({ id }, { fields: { resource: 'two' } }, 'cli');
    expect(t.app.credentials.get({ id }).version).toBe(1);
    expect(t.app.credentials.reads.read('kh://azure_openai', 'cli').value).toBe(key.api_key);
    t.app.vault.opened().db.prepare("UPDATE credential SET origin = 'https://one.openai.azure.com'").run();
    expect(() => t.app.credentials.reads.read('kh://azure_openai', 'cli')).toThrow(code('integrity_failure'));
  });

  test('is not needed with a base URL, and that one is told to a child', async () => {
    const t = await startUnlockedApp();
    const id = add(t, { provider: 'azure_openai', fields: key, baseUrl: 'https://models.example.com' });
    expect(t.app.credentials.get({ id }).baseUrl).toBe('https://models.example.com');
    expect(t.app.credentials.reads.environment([{ provider: 'azure_openai' }], 'cli')).toContainEqual({
      name: 'AZURE_OPENAI_ENDPOINT',
      value: 'https://models.example.com',
      secret: false,
    });
  });
});

describe('where a window has to ask', () => {
  const openai = { api_key: fakeKey('openai', 'project') };
  const place = async (input: Input) => {
    const t = await startUnlockedApp();
    return t.app.credentials.newPlace(credentialInput(input))?.origin ?? null;
  };
  it('not for the catalogue’s own address', async () =>
    expect(await place({ provider: 'openai', fields: openai })).toBeNull());
  it('not for one of the catalogue’s choices, and it is no address of the owner’s own', async () => {
    const baseUrl = 'https://api.eu.sendgrid.com';
    const fields = { api_key: fakeKey('sendgrid') };
    const t = await startUnlockedApp();
    const { choices } = t.app.providers.list().find(({ id }) => id === 'sendgrid')?.baseUrl ?? { choices: [] };
    expect(choices.map(({ url }) => url)).toContain(baseUrl);
    expect(t.app.credentials.newPlace(credentialInput({ provider: 'sendgrid', fields, baseUrl }))).toBeNull();
    const id = add(t, { provider: 'sendgrid', fields, baseUrl });
    expect(t.app.credentials.get({ id })).toMatchObject({ baseUrl, local: false });
  });
  it('for another base URL', async () =>
    expect(await place({ provider: 'openai', fields: openai, baseUrl: 'https://gateway.example.com/v1' })).toBe(
      'https://gateway.example.com/v1',
    ));
  it('for a host in a field', async () =>
    expect(await place({ provider: 'azure_openai', fields: { api_key: 'FAKE', resource: 'mine' } })).toBe(
      'https://mine.openai.azure.com',
    ));
  it('not for a local server at its usual address, but for any other', async () => {
    expect(await place({ provider: 'ollama', fields: {} })).toBeNull();
    expect(await place({ provider: 'ollama', fields: { host: '192.168.1.9:11434' } })).toBe('http://192.168.1.9:11434');
  });
  it('for a change of it, and not where it stays', async () => {
    const t = await startUnlockedApp();
    const id = add(t, { provider: 'azure_openai', fields: { api_key: 'FAKE', resource: 'one' } });
    expect(t.app.credentials.changedPlace({ id }, { note: 'x' })).toBeNull();
    expect(t.app.credentials.changedPlace({ id }, { fields: { resource: 'one', deployment: 'x' } })).toBeNull();
    expect(t.app.credentials.changedPlace({ id }, { fields: { resource: 'two' } })?.origin).toBe(
      'https://two.openai.azure.com',
    );
  });
});

test('what a provider says as yes or no, and money, is shown in words', async () => {
  const t = await startUnlockedApp();
  const body = { data: { label: 'fake', is_free_tier: true, usage: 1.5, limit: 10, limit_remaining: 8.5 } };
  const server = await answeringServer((response) => json(response, 200, body));
  const fields = { api_key: fakeKey('openrouter') };
  const id = add(t, { provider: 'openrouter', fields, baseUrl: server.url, local: true });
  const { facts } = await t.app.credentials.test({ id }, false, 'cli');
  expect(facts.map(({ value }) => value)).toEqual(expect.arrayContaining(['$1.50', 'yes']));
});
