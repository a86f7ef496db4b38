import type { IncomingHttpHeaders } from 'node:http';
import { describe, expect, test } from 'vitest';
import { answeringServer, json } from '../../support/answering-server.ts';
import { localCatalogue } from '../../support/local-catalogue.ts';
import { official } from '../../support/official-signature.ts';
import { startProxy, type RunningProxy } from './running-proxy.ts';

const KEY = ['FAKE', 'key', '0123456789abcdef'].join('-');

interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A catalogue entry moved to a stand-in, and a client that may use it. */
async function setUp(provider: string) {
  const seen: Seen[] = [];
  const { url } = await answeringServer(async (response, request) => {
    const { method, path, headers } = request;
    seen.push({ method, path, headers, body: await request.body() });
    json(response, 200, {});
  });
  const proxy = await startProxy({ resourcesDir: localCatalogue([provider], url) });
  const authorization = `Authorization: Bearer ${proxy.client([`proxy:${provider}`]).token}`;
  return { url, seen, proxy, headers: [authorization] };
}

async function ask(proxy: RunningProxy, headers: readonly string[], method: string, path: string, body = '') {
  return proxy.ask(method, path, {
    headers: [...headers, ...(body === '' ? [] : ['Content-Type: application/json'])],
    body,
  });
}

describe('the key goes where the provider wants it', () => {
  test('as user and password (Twilio)', async () => {
    const { seen, proxy, headers } = await setUp('twilio');
    proxy.add({ provider: 'twilio', fields: { account_sid: `AC${'a'.repeat(32)}`, auth_token: 'b'.repeat(32) } });
    await ask(proxy, headers, 'GET', '/proxy/twilio/2010-04-01/Accounts.json');
    const pair = Buffer.from(`AC${'a'.repeat(32)}:${'b'.repeat(32)}`).toString('base64');
    expect(seen[0]?.headers['authorization']).toBe(`Basic ${pair}`);
  });

  test('within the path (Telegram): in front of what the client asks for, and nowhere else', async () => {
    const { seen, proxy, headers } = await setUp('telegram');
    proxy.add({ provider: 'telegram', fields: { token: `12345678:${'A'.repeat(35)}` } });
    await ask(proxy, headers, 'POST', '/proxy/telegram/sendMessage?x=1', '{"text":"hi"}');
    expect(seen[0]).toMatchObject({ path: `/bot12345678:${'A'.repeat(35)}/sendMessage?x=1`, body: '{"text":"hi"}' });
  });

  test('as a member of the JSON body (2Captcha); every number keeps its digits', async () => {
    const { seen, proxy, headers } = await setUp('twocaptcha');
    const key = 'c'.repeat(32);
    proxy.add({ provider: 'twocaptcha', fields: { api_key: key } });
    const body = '{"clientKey":"mine","id":12345678901234567890,"x":1.10,"__proto__":{"a":1}}';
    await ask(proxy, headers, 'POST', '/proxy/twocaptcha/createTask', body);
    expect(seen[0]?.body).toBe(`{"clientKey":"${key}","id":12345678901234567890,"x":1.10,"__proto__":{"a":1}}`);
    expect(seen[0]?.headers['content-length']).toBe(String(seen[0]?.body.length));
  });

  test.each([
    ['no JSON', 'clientKey=1'],
    ['an array', '[1]'],
    ['null', 'null'],
    ['bad UTF-8', '{"a":"\xff"}'],
  ])('a body that is %s has no place for it', async (_name, body) => {
    const { seen, proxy, headers } = await setUp('twocaptcha');
    proxy.add({ provider: 'twocaptcha', fields: { api_key: 'c'.repeat(32) } });
    const bytes = Buffer.from(body, 'latin1');
    const request =
      `POST /proxy/twocaptcha/createTask HTTP/1.1\r\nHost: 127.0.0.1:${proxy.port}\r\n${headers[0] ?? ''}\r\n` +
      `Connection: close\r\nContent-Length: ${bytes.byteLength}\r\n\r\n${body}`;
    expect((await proxy.raw(request)).status).toBe(400);
    expect(seen).toEqual([]);
  });

  test('a body above 1 MiB is not taken where a key goes into it', async () => {
    const { seen, proxy, headers } = await setUp('twocaptcha');
    proxy.add({ provider: 'twocaptcha', fields: { api_key: 'c'.repeat(32) } });
    const body = JSON.stringify({ a: 'x'.repeat(1024 * 1024) });
    expect((await ask(proxy, headers, 'POST', '/proxy/twocaptcha/createTask', body)).status).toBe(413);
    expect(seen).toEqual([]);
  });

  test('in the query of one’s own API; a parameter of that name from the client is dropped', async () => {
    const { seen, url, proxy } = await setUp('http');
    const fields = { api_key: KEY, parameter: 'appid' };
    proxy.add({ provider: 'http', authKind: 'query', fields, baseUrl: `${url}/data`, local: true });
    const headers = [`Authorization: Bearer ${proxy.client(['proxy:http']).token}`];
    await ask(proxy, headers, 'GET', '/proxy/http/weather?appid=mine&q=a%20b');
    expect(new URL(seen[0]?.path ?? '', url).searchParams.getAll('appid')).toEqual([KEY]);
    expect(seen[0]?.path).toMatch(/^\/data\/weather\?/);
  });

  test('over the header that the client filled itself', async () => {
    const { seen, url, proxy } = await setUp('http');
    proxy.add({
      provider: 'http',
      fields: { api_key: KEY, header: 'X-Custom', prefix: 'Key ' },
      baseUrl: url,
      local: true,
    });
    const headers = [`Authorization: Bearer ${proxy.client(['proxy:http']).token}`, 'X-Custom: mine'];
    await ask(proxy, headers, 'GET', '/proxy/http/x');
    expect(seen[0]?.headers['x-custom']).toBe(`Key ${KEY}`);
    expect(seen[0]?.headers['authorization']).toBeUndefined();
  });

  test('as a signature (AWS), the same that the SDK makes', async () => {
    const { seen, proxy, headers } = await setUp('aws');
    const fields = { access_key_id: 'AKIAIOSFODNN7EXAMPLE', secret_access_key: 'w'.repeat(40), region: 'eu-west-1' };
    proxy.add({ provider: 'aws', fields });
    const body = 'Action=GetCallerIdentity&Version=2011-06-15';
    const more = [...headers, 'Content-Type: application/x-www-form-urlencoded'];
    expect((await proxy.ask('POST', '/proxy/aws/', { headers: more, body })).status).toBe(200);
    const [sent] = seen;
    if (sent === undefined) throw new Error('nothing came');
    expect(sent.body).toBe(body);
    const keys = { id: fields.access_key_id, secret: fields.secret_access_key };
    const { expected, got } = await official(sent, body, keys, proxy.clock.now());
    expect(got).toBe(expected);
  });

  test('not at all where it is never sent: that is said plainly', async () => {
    const { seen, proxy, headers } = await setUp('stripe');
    proxy.add({
      provider: 'stripe',
      authKind: 'webhook_secret',
      fields: { webhook_secret: `whsec_${'d'.repeat(32)}` },
    });
    const answer = await ask(proxy, headers, 'GET', '/proxy/stripe/v1/balance');
    expect([answer.status, answer.body.includes('"code":"unsupported"')]).toEqual([501, true]);
    expect(seen).toEqual([]);
  });
});

describe('a webhook is its own address', () => {
  async function webhook() {
    const base = await setUp('slack');
    const url = `${base.url}/services/T00/B00/${'x'.repeat(24)}`;
    base.proxy.add({ provider: 'slack', authKind: 'webhook', fields: { url }, baseUrl: base.url, local: true });
    return { ...base, path: new URL(url).pathname };
  }

  test('to which requests go, with a path below it or none', async () => {
    const { seen, proxy, headers, path } = await webhook();
    await ask(proxy, headers, 'POST', '/proxy/slack/', '{"text":"hi"}');
    await ask(proxy, headers, 'POST', '/proxy/slack/messages/1?wait=true', '{}');
    expect(seen.map((one) => one.path)).toEqual([path, `${path}/messages/1?wait=true`]);
  });

  test('and covered where an error repeats it', async () => {
    const { url } = await answeringServer((response, { path }) => json(response, 404, { error: `no hook ${path}` }));
    const proxy = await startProxy({ resourcesDir: localCatalogue(['slack'], url) });
    const hook = `${url}/services/T00/B00/${'x'.repeat(24)}`;
    proxy.add({ provider: 'slack', authKind: 'webhook', fields: { url: hook }, baseUrl: url, local: true });
    const headers = [`Authorization: Bearer ${proxy.client(['proxy:slack']).token}`];
    const answer = await proxy.ask('POST', '/proxy/slack/', { headers, body: '{}' });
    expect(answer.status).toBe(404);
    expect(answer.body).not.toContain('x'.repeat(24));
  });
});

test('a version of an own API that is not enabled is not called', async () => {
  const { seen, url } = await setUp('google');
  const proxy = await startProxy({ resourcesDir: localCatalogue(['google'], url) });
  proxy.add({ provider: 'google', fields: { api_key: `AIza${'e'.repeat(35)}` } });
  const google = proxy.app.providers.catalogue.get('google');
  const [first] = google.baseUrl.versions;
  if (first !== undefined) (first as { enabled: boolean }).enabled = false;
  const headers = [`x-goog-api-key: ${proxy.client(['proxy:google']).token}`, 'Authorization: Bearer other'];
  expect((await proxy.ask('GET', '/proxy/google/v1beta/models', { headers })).status).toBe(501);
  expect((await proxy.ask('GET', '/proxy/google/v1/models', { headers })).status).toBe(200);
  expect(seen.map(({ path, headers: sent }) => [path, sent['x-goog-api-key']])).toEqual([
    ['/v1/models', `AIza${'e'.repeat(35)}`],
  ]);
});
