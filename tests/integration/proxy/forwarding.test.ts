import { once } from 'node:events';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { readAudit } from '../../../electron/core/audit/audit-log.ts';
import { answeringServer, json, type SeenRequest } from '../../support/answering-server.ts';
import { exchange } from '../endpoint/raw-http.ts';
import { SECRET, startProxy, startProxyTo } from './running-proxy.ts';

const OK = (response: Parameters<typeof json>[0]) => json(response, 200, { ok: true });

/** A server that answers each connection with these bytes once it got a head. */
async function bytesServer(answer: string): Promise<string> {
  const server = createTcpServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.end(answer, 'latin1'));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('a request goes on', () => {
  test('with the real key in and the client token out', async () => {
    const upstream = await answeringServer(OK);
    const proxy = await startProxyTo(`${upstream.url}/v1`);
    const headers = [
      'Content-Type: application/json',
      'X-Evil: 1',
      'Accept-Encoding: gzip',
      'X-Forwarded-For: 1.2.3.4',
    ];
    const answer = await proxy.ask('POST', '/proxy/openai/chat/completions?a=1&api_key=other', {
      headers,
      body: '{"a":1}',
    });
    expect(answer.status).toBe(200);
    const [seen] = upstream.seen;
    expect(seen).toMatchObject({ method: 'POST', path: '/v1/chat/completions?a=1' });
    expect(seen?.headers).toEqual({
      host: new URL(upstream.url).host,
      connection: 'keep-alive',
      'content-type': 'application/json',
      'content-length': '7',
      'accept-encoding': 'identity',
      'user-agent': 'keyharbor/0.0.0-test',
      authorization: `Bearer ${SECRET}`,
    });
    expect(answer.text).not.toContain(SECRET);
  });

  test.each([
    ['as Authorization: Bearer', (token: string) => `Authorization: Bearer ${token}`],
    ['in x-api-key', (token: string) => `X-Api-Key: ${token}`],
  ])('to Anthropic, the token presented %s: the key goes where the catalogue says', async (_how, header) => {
    const upstream = await answeringServer(OK);
    const proxy = await startProxy();
    proxy.add({ provider: 'anthropic', fields: { api_key: SECRET }, baseUrl: upstream.url, local: true });
    const headers = [header(proxy.token), 'anthropic-version: 2023-06-01', 'anthropic-beta: x'];
    expect((await proxy.ask('POST', '/proxy/anthropic/v1/messages', { headers, body: '{}' })).status).toBe(200);
    expect(upstream.seen[0]?.headers).toMatchObject({
      'x-api-key': SECRET,
      'anthropic-version': '2023-06-01',
      'anthropic-beta': 'x',
    });
    expect(upstream.seen[0]?.headers.authorization).toBeUndefined();
    expect(JSON.stringify(upstream.seen[0]?.headers)).not.toContain(proxy.token);
  });

  test.each(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'])('as %s', async (method) => {
    const upstream = await answeringServer(OK);
    const proxy = await startProxyTo(upstream.url);
    const answer = await proxy.ask(method, '/proxy/openai/x');
    expect(answer.status).toBe(200);
    expect(upstream.seen[0]?.method).toBe(method);
    expect(answer.body === '').toBe(method === 'HEAD');
  });

  test.each(['OPTIONS', 'TRACE', 'PROPFIND'])('never as %s', async (method) => {
    const upstream = await answeringServer(OK);
    const proxy = await startProxyTo(upstream.url);
    expect([405, 0]).toContain((await proxy.ask(method, '/proxy/openai/x')).status);
    expect(upstream.seen).toEqual([]);
  });

  test('several times on one connection', async () => {
    const upstream = await answeringServer(async (response, request) => json(response, 200, await request.body()));
    const { raw, port, token } = await startProxyTo(upstream.url);
    const one = (body: string, last = false) =>
      `POST /proxy/openai/x HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: Bearer ${token}\r\n` +
      `Content-Length: ${body.length}\r\n${last ? 'Connection: close\r\n' : ''}\r\n${body}`;
    const { text } = await raw(one('first') + one('second') + one('third', true));
    expect(text.match(/"(?:first|second|third)"/g)).toEqual(['"first"', '"second"', '"third"']);
  });

  test('chunked, and again chunked upstream', async () => {
    let length: string | undefined;
    const upstream = await answeringServer(async (response, request) => {
      length = request.headers['content-length'];
      json(response, 200, await request.body());
    });
    const proxy = await startProxyTo(upstream.url);
    const headers = ['Transfer-Encoding: chunked'];
    const answer = await proxy.raw(
      `POST /proxy/openai/x HTTP/1.1\r\nHost: 127.0.0.1:${proxy.port}\r\nAuthorization: Bearer ${proxy.token}\r\n` +
        `${headers.join('\r\n')}\r\nConnection: close\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n`,
    );
    expect(answer.body).toContain('"abcde"');
    expect(length).toBeUndefined();
  });

  test('after "Expect: 100-continue", which is answered behind the guards only', async () => {
    const upstream = await answeringServer(async (response, request) => json(response, 200, await request.body()));
    const proxy = await startProxyTo(upstream.url);
    const headers = ['Expect: 100-continue'];
    const good = await proxy.ask('POST', '/proxy/openai/x', { headers, body: 'abc' });
    expect(good.text).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200/);
    expect(upstream.seen[0]?.headers.expect).toBeUndefined();
    const bad = await proxy.ask('POST', '/proxy/openai/../x', { headers, body: 'abc' });
    expect(bad.text).toMatch(/^HTTP\/1\.1 400/);
  });
});

describe('a request goes nowhere', () => {
  const refused: readonly (readonly [string, string, string, readonly string[], string, number, string])[] = [
    ['with a trick in its path', 'GET', '/proxy/openai/%2e%2e/x', [], '', 400, 'invalid_input'],
    ['as GET with a body', 'GET', '/proxy/openai/x', [], 'abc', 400, 'invalid_input'],
    ['with a compressed body', 'POST', '/proxy/openai/x', ['Content-Encoding: gzip'], 'abc', 400, 'invalid_input'],
    ['for a label that is not there', 'GET', '/proxy/openai@none/x', [], '', 404, 'key_not_found'],
    ['for a provider that it has no grant for', 'GET', '/proxy/github/user', [], '', 403, 'forbidden'],
    ['for no provider', 'GET', '/proxy/', [], '', 404, 'not_found'],
  ];
  test.each(refused)('%s', async (_why, method, path, headers, body, status, code) => {
    const upstream = await answeringServer(OK);
    const proxy = await startProxyTo(upstream.url);
    const answer = await proxy.ask(method, path, { headers, body });
    expect(answer.status).toBe(status);
    expect(answer.body).toContain(`"code":"${code}"`);
    expect(upstream.seen).toEqual([]);
  });

  test('without the grant: the answer names it, and not whether there is such a key', async () => {
    const upstream = await answeringServer(OK);
    const proxy = await startProxyTo(upstream.url);
    const { token } = proxy.client(['keys:list']);
    const headers = [`Authorization: Bearer ${token}`];
    for (const label of ['default', 'none']) {
      const answer = await proxy.ask('GET', `/proxy/openai@${label}/x`, { headers });
      expect(answer.status).toBe(403);
      expect(answer.body).toContain(`proxy:openai/${label}`);
    }
    expect(upstream.seen).toEqual([]);
  });

  test('a grant on one label does not reach another', async () => {
    const upstream = await answeringServer(OK);
    const proxy = await startProxyTo(upstream.url);
    proxy.add({ provider: 'openai', label: 'work', fields: { api_key: SECRET }, baseUrl: upstream.url, local: true });
    const headers = [`Authorization: Bearer ${proxy.client(['proxy:openai/work']).token}`];
    expect((await proxy.ask('GET', '/proxy/openai@work/x', { headers })).status).toBe(200);
    expect((await proxy.ask('GET', '/proxy/openai/x', { headers })).status).toBe(403);
  });

  test('a grant to read the value is no grant to forward, and the other way round', async () => {
    const upstream = await answeringServer(OK);
    const proxy = await startProxyTo(upstream.url);
    const reads = [`Authorization: Bearer ${proxy.client(['keys:read:openai']).token}`];
    expect((await proxy.ask('GET', '/proxy/openai/x', { headers: reads })).status).toBe(403);
    expect((await proxy.ask('GET', '/v1/keys/openai')).status).toBe(403);
  });

  test('a kh_test_ client reaches local credentials only', async () => {
    const upstream = await answeringServer(OK);
    const proxy = await startProxyTo(upstream.url);
    proxy.add({ provider: 'anthropic', fields: { api_key: SECRET } });
    const { token } = proxy.client(['proxy:openai', 'proxy:anthropic'], { test: true });
    const headers = [`Authorization: Bearer ${token}`];
    expect((await proxy.ask('GET', '/proxy/openai/x', { headers })).status).toBe(200);
    expect((await proxy.ask('GET', '/proxy/anthropic/v1/models', { headers })).status).toBe(403);
  });

  test('while the vault is locked: 423 to any well-formed token', async () => {
    const upstream = await answeringServer(OK);
    const proxy = await startProxyTo(upstream.url);
    proxy.app.vault.lock('asked');
    expect((await proxy.ask('GET', '/proxy/openai/x')).status).toBe(423);
    expect(upstream.seen).toEqual([]);
  });

  test('to Keyharbor’s own endpoint, by address or by name', async () => {
    const proxy = await startProxy();
    for (const host of ['127.0.0.1', 'localhost', '127.1.2.3']) {
      const label = host.replaceAll('.', '-');
      proxy.add({
        provider: 'openai',
        label,
        fields: { api_key: SECRET },
        baseUrl: `http://${host}:${proxy.port}`,
        local: true,
      });
      const answer = await proxy.ask('GET', `/proxy/openai@${label}/healthz`);
      expect([host, answer.status]).toEqual([host, 403]);
      expect(answer.body).toContain('own endpoint');
    }
  });

  test('with a key that holds a line break', async () => {
    const upstream = await answeringServer(OK);
    const proxy = await startProxy();
    const fields = { header: 'X-Key', prefix: '', api_key: 'abc\r\nX-Evil: 1' };
    try {
      proxy.add({ provider: 'http', fields, baseUrl: upstream.url, local: true });
    } catch {
      return; // refused when it was put in: as good
    }
    const headers = [`Authorization: Bearer ${proxy.client(['proxy:http']).token}`];
    expect((await proxy.ask('GET', '/proxy/http/x', { headers })).status).toBe(400);
    expect(upstream.seen).toEqual([]);
  });

  test('while the audit log cannot be written', async () => {
    const upstream = await answeringServer(OK);
    const proxy = await startProxyTo(upstream.url);
    expect((await proxy.ask('GET', '/proxy/openai/x')).status).toBe(200);
    const vault = proxy.app.vault.opened();
    vault.db.pragma('query_only = 1');
    proxy.clock.advance(1000);
    expect((await proxy.ask('GET', '/proxy/openai/x')).status).toBe(500);
    vault.db.pragma('query_only = 0');
    proxy.clock.advance(1000);
    expect((await proxy.ask('GET', '/proxy/openai/x')).status).toBe(200);
    expect(upstream.seen).toHaveLength(2);
  });

  test('faster than the key bears: 429 with Retry-After, for all clients together', async () => {
    const upstream = await answeringServer(OK);
    const proxy = await startProxyTo(upstream.url);
    const tokens = Array.from({ length: 2 }, () => proxy.client(['proxy:openai'], { rate: 1000 }).token);
    const ask = (n: number) =>
      proxy.ask('GET', '/proxy/openai/x', { headers: [`Authorization: Bearer ${tokens[n % 2] ?? ''}`] });
    const answers = [];
    for (let n = 0; n < 301; n += 1) answers.push(await ask(n));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(300);
    expect(answers.at(-1)?.headers.get('retry-after')).toBe('1');
  });
});

describe('an answer comes back', () => {
  test('with its status, its listed headers and every byte', async () => {
    const upstream = await answeringServer((response) =>
      response
        .writeHead(201, {
          'Content-Type': 'text/plain',
          'Content-Length': '5',
          'X-Request-Id': 'r1',
          'X-RateLimit-Remaining-Requests': '9',
          'OpenAI-Processing-Ms': '7',
          'Set-Cookie': 'a=b',
          Location: 'https://evil.example/',
          'Access-Control-Allow-Origin': '*',
          'Alt-Svc': 'h3=":443"',
          Server: 'x',
          Link: `<https://x/?k=${SECRET}>`,
          ETag: '"1"',
        })
        .end('hello'),
    );
    const proxy = await startProxyTo(upstream.url);
    const { status, headers, body } = await proxy.ask('GET', '/proxy/openai/x');
    expect([status, body]).toEqual([201, 'hello']);
    const names = [...headers.keys()].filter((name) => name !== 'date' && name !== 'connection').toSorted();
    expect(names).toEqual([
      'cache-control',
      'content-length',
      'content-security-policy',
      'content-type',
      'cross-origin-resource-policy',
      'etag',
      'openai-processing-ms',
      'x-content-type-options',
      'x-ratelimit-remaining-requests',
      'x-request-id',
    ]);
    expect(headers.get('cache-control')).toBe('no-store');
  });

  test.each([301, 302, 303, 307, 308])('%i is not followed and not handed on', async (status) => {
    const other = await answeringServer(OK);
    const upstream = await answeringServer((response) => response.writeHead(status, { Location: other.url }).end());
    const proxy = await startProxyTo(upstream.url);
    const answer = await proxy.ask('GET', '/proxy/openai/x');
    expect([answer.status, answer.headers.get('location')]).toEqual([502, undefined]);
    expect(answer.body).toContain('"code":"provider_unavailable"');
    expect(answer.body).toContain(`(${status})`);
    expect(other.seen).toEqual([]);
  });

  test.each([401, 403, 429, 500])('%i with the key covered in its body and out of its headers', async (status) => {
    const upstream = await answeringServer((response) =>
      json(
        response,
        status,
        { error: `Incorrect API key: ${SECRET}, ${Buffer.from(SECRET).toString('base64')}` },
        {
          'Retry-After': '7',
          'X-Request-Id': SECRET,
          'WWW-Authenticate': 'Bearer',
        },
      ),
    );
    const proxy = await startProxyTo(upstream.url);
    const answer = await proxy.ask('GET', '/proxy/openai/x');
    expect(answer.status).toBe(status);
    expect(answer.body).toContain('Incorrect API key: ****');
    expect(answer.text).not.toContain(SECRET);
    expect(answer.text).not.toContain(Buffer.from(SECRET).toString('base64').slice(0, 20));
    expect(answer.headers.get('retry-after')).toBe('7');
    expect(answer.headers.has('www-authenticate')).toBe(false);
    const sent = JSON.stringify({ error: `Incorrect API key: ${SECRET}, ${Buffer.from(SECRET).toString('base64')}` });
    expect(answer.headers.get('content-length')).toBe(String(sent.length));
  });

  test('an endless error is cut at 64 KiB', async () => {
    const upstream = await answeringServer((response) => {
      response.writeHead(500);
      const more = (): void => {
        while (!response.destroyed && response.write('x'.repeat(16_384)));
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    });
    const proxy = await startProxyTo(upstream.url);
    const answer = await proxy.ask('GET', '/proxy/openai/x');
    expect(answer.headers.get('content-length')).toBe(String(64 * 1024));
    expect(answer.body).toHaveLength(64 * 1024);
  });

  test.each([
    ['HEAD keeps the length that GET would have', 'HEAD', 'HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n', 200, '12'],
    ['204 has no body and no length', 'DELETE', 'HTTP/1.1 204 No Content\r\n\r\n', 204, undefined],
    ['304 has no body', 'GET', 'HTTP/1.1 304 Not Modified\r\nETag: "1"\r\n\r\n', 304, undefined],
    ['a 4xx to HEAD has no body', 'HEAD', 'HTTP/1.1 404 Not Found\r\nContent-Length: 9\r\n\r\n', 404, '9'],
    [
      '1xx stay between the provider and us',
      'GET',
      'HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n',
      200,
      '0',
    ],
    ['an empty body keeps its length', 'GET', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n', 200, '0'],
  ])('%s', async (_name, method, bytes, status, length) => {
    const proxy = await startProxyTo(await bytesServer(bytes));
    const answer = await proxy.ask(method, '/proxy/openai/x');
    expect([answer.status, answer.body, answer.headers.get('content-length')]).toEqual([status, '', length]);
    expect(answer.text.match(/HTTP\/1\.1/g)).toHaveLength(1);
  });

  test('trailers stay here', async () => {
    const bytes =
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n2\r\nhi\r\n0\r\nX-Sum: 1\r\n\r\n';
    const proxy = await startProxyTo(await bytesServer(bytes));
    const answer = await proxy.ask('GET', '/proxy/openai/x');
    expect(answer.body).toBe('2\r\nhi\r\n0\r\n\r\n');
    expect(answer.text.toLowerCase()).not.toContain('x-sum');
  });

  test.each([
    ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nhi!'],
    [
      'a length and chunks',
      'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n',
    ],
    ['no HTTP at all', 'SSH-2.0-OpenSSH_9.9\r\n'],
    [
      'an upgrade that nobody asked for',
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n',
    ],
    ['nothing', ''],
    ['a head of 100 KiB', `HTTP/1.1 200 OK\r\nX-A: ${'a'.repeat(100_000)}\r\n\r\n`],
  ])('%s is no answer', async (_name, bytes) => {
    const proxy = await startProxyTo(await bytesServer(bytes));
    const answer = await proxy.ask('GET', '/proxy/openai/x');
    expect(answer.status).toBe(502);
    expect(answer.body).toContain('"code":"provider_unavailable"');
  });

  test('no HTTP, endless headers, or no TLS where https is asked: the refusal says what stands there', async () => {
    const said = async (url: string) =>
      String(
        (JSON.parse((await (await startProxyTo(url)).ask('GET', '/proxy/openai/x')).body) as { detail: string }).detail,
      );
    expect(await said(await bytesServer('220 mail.example.com ESMTP\r\n'))).toMatch(
      /cannot be read as an answer: no HTTP/,
    );
    const long = `x-request-id: ${'a'.repeat(70_000)}`;
    expect(await said(await bytesServer(`HTTP/1.1 200 OK\r\n${long}\r\n\r\n`))).toMatch(/headers beyond 64 KiB/);
    const { url } = await answeringServer(OK);
    expect(await said(url.replace('http:', 'https:'))).toMatch(/does not speak TLS.*The key was not sent/);
  });

  test.each([
    ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nokk'],
    [
      'a length beside chunks',
      'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n',
    ],
  ])('%s: the refusal says that this is no HTTP', async (_what, bytes) => {
    const answer = await (await startProxyTo(await bytesServer(bytes))).ask('GET', '/proxy/openai/x');
    expect(answer.status).toBe(502);
    expect(answer.body).toMatch(/against the rules of HTTP/);
  });

  test.each([
    ['100', 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'],
    ['101', 'HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n'],
  ])('a %s without being asked: the refusal says so, and does not call it against the rules', async (_what, bytes) => {
    const answer = await (await startProxyTo(await bytesServer(bytes))).ask('GET', '/proxy/openai/x');
    expect(answer.status).toBe(502);
    expect(answer.body).toMatch(/a 100 or 101 that nobody asked for/);
    expect(answer.body).not.toMatch(/against the rules/);
  });

  test('no server there: 502', async () => {
    const url = await bytesServer('');
    const closed = createTcpServer();
    closed.listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const { port } = closed.address() as AddressInfo;
    closed.close();
    await once(closed, 'close');
    const proxy = await startProxyTo(url.replace(/\d+$/, String(port)));
    expect((await proxy.ask('GET', '/proxy/openai/x')).status).toBe(502);
  });
});

test('who used which key is counted in the audit log, and on the card', async () => {
  const upstream = await answeringServer(OK);
  const proxy = await startProxyTo(upstream.url);
  for (let n = 0; n < 3; n += 1) await proxy.ask('GET', '/proxy/openai/x');
  proxy.clock.advance(1000);
  const [entry] = readAudit(proxy.app.vault.opened(), { limit: 20 }).filter(({ action }) => action === 'proxy.call');
  expect(entry).toMatchObject({ actor: proxy.clientId, result: 'ok', meta: { count: 3 } });
  expect(entry?.target).toBe(proxy.app.credentials.list({})[0]?.id);
  proxy.app.lastUsed.flush();
  expect(proxy.app.credentials.list({})[0]?.lastUsedBy).toMatch(/^tool /);
});

test('outcomes are counted by provider, without any name of a client or key', async () => {
  let status = 200;
  const upstream = await answeringServer((response) => json(response, status, {}));
  const proxy = await startProxyTo(upstream.url);
  for (status of [200, 404, 503]) await proxy.ask('GET', '/proxy/openai/x');
  const text = proxy.metrics.registry.text();
  for (const outcome of ['ok', 'client_error', 'upstream_error']) {
    expect(text).toContain(`keyharbor_proxied_requests_total{provider="openai",outcome="${outcome}"} 1`);
  }
});

test('the endpoint stays deaf to what stands behind a refused request', async () => {
  const seen: SeenRequest[] = [];
  const upstream = await answeringServer((response, request) => {
    seen.push(request);
    OK(response);
  });
  const { raw, port, token } = await startProxyTo(upstream.url);
  const line = `Host: 127.0.0.1:${port}\r\nAuthorization: Bearer ${token}\r\n`;
  const { text } = await raw(
    `POST /proxy/openai/a/../b HTTP/1.1\r\n${line}Content-Length: 100\r\n\r\n` +
      `GET /proxy/openai/second HTTP/1.1\r\n${line}\r\n`.padEnd(100, 'x') +
      `GET /proxy/openai/third HTTP/1.1\r\n${line}\r\n`,
  );
  expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 400']);
  expect(seen).toEqual([]);
});

test('over the socket of the endpoint too', async () => {
  const upstream = await answeringServer(OK);
  const proxy = await startProxyTo(upstream.url);
  const path = proxy.endpoint.status().socket ?? '';
  const request = `GET /proxy/openai/x HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${proxy.token}\r\n`;
  expect((await exchange({ path }, `${request}Connection: close\r\n\r\n`, true)).status).toBe(200);
});

test('a client that ends its side is taken to have left: that is how a leaving one looks', async () => {
  const upstream = await answeringServer(() => undefined);
  const proxy = await startProxyTo(upstream.url);
  const request = `GET /proxy/openai/x HTTP/1.1\r\nHost: 127.0.0.1:${proxy.port}\r\nAuthorization: Bearer ${proxy.token}\r\n\r\n`;
  expect((await proxy.raw(request, false)).status).toBe(0);
});
