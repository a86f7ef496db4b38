import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SECURITY_HEADERS } from '../../../electron/core/endpoint/header-lists.ts';
import { type RawAnswer, exchange } from './raw-http.ts';
import { makeSetting, SECRET, type Setting, tokenFor } from './running-endpoint.ts';

/**
 * Bytes written by hand. Every request carries a genuine token that may read the key, so that nothing but the guards
 * stands between it and the handler.
 */
let setting: Setting;
let port: number;
let token: string;

beforeAll(async () => {
  setting = makeSetting();
  port = (await setting.endpoint.on({ port: 0, actor: 'cli' })).port ?? 0;
  token = tokenFor(setting, ['keys:list', 'keys:read:openai']);
});
afterAll(() => setting.close());

const TARGET = '/v1/keys/openai';
const lines = (...given: readonly string[]) => given.map((line) => `${line}\r\n`).join('');
const host = () => `Host: 127.0.0.1:${port}`;
const auth = () => `Authorization: Bearer ${token}`;
/** A good request, but for what is added. */
const plus = (...more: readonly string[]) => `${lines(`GET ${TARGET} HTTP/1.1`, host(), auth(), ...more)}\r\n`;
const withHost = (value: string) => `${lines(`GET ${TARGET} HTTP/1.1`, `Host: ${value}`, auth())}\r\n`;
const withTarget = (target: string) => `${lines(`GET ${target} HTTP/1.1`, host(), auth())}\r\n`;
const post = (body: string, ...more: readonly string[]) =>
  `${lines(`POST ${TARGET} HTTP/1.1`, host(), auth(), ...more)}\r\n${body}`;
const smuggled = () => plus();
/** The same at another path. */
const at = (line: string, ...more: readonly string[]) => `${lines(`${line} HTTP/1.1`, host(), auth(), ...more)}\r\n`;
const REPORT = '/v1/keys/openai/report';
const JSON_BODY = 'Content-Type: application/json';

/** 0: cut without an answer. */
const attacks: readonly (readonly [string, number, () => string])[] = [
  // two parsers, two readings
  ['two Hosts', 400, () => plus('Host: evil.example')],
  [
    'two Hosts, the foreign one first',
    400,
    () => `${lines(`GET ${TARGET} HTTP/1.1`, 'Host: evil.example', host(), auth())}\r\n`,
  ],
  ['two Authorizations', 400, () => plus('Authorization: Bearer x')],
  ['a token in Authorization and in x-api-key', 400, () => plus(`X-Api-Key: ${token}`)],
  ['Content-Length twice', 0, () => post('abc', 'Content-Length: 3', 'Content-Length: 3')],
  ['Content-Length twice, not alike', 0, () => post('abc', 'Content-Length: 3', 'Content-Length: 0')],
  ['Content-Length as a list', 0, () => post('abc', 'Content-Length: 3, 3')],
  ['Content-Length with a sign', 0, () => post('abc', 'Content-Length: +3')],
  ['Content-Length in hexadecimal', 0, () => post('abc', 'Content-Length: 0x3')],
  ['Content-Length below zero', 0, () => post('abc', 'Content-Length: -1')],
  ['CL.TE', 0, () => post(`0\r\n\r\n${smuggled()}`, 'Content-Length: 6', 'Transfer-Encoding: chunked')],
  ['TE.CL', 0, () => post(`0\r\n\r\n${smuggled()}`, 'Transfer-Encoding: chunked', 'Content-Length: 6')],
  ['Transfer-Encoding: xchunked', 400, () => post(`0\r\n\r\n${smuggled()}`, 'Transfer-Encoding: xchunked')],
  ['Transfer-Encoding: gzip, chunked', 400, () => post(`0\r\n\r\n${smuggled()}`, 'Transfer-Encoding: gzip, chunked')],
  ['Transfer-Encoding: CHUNKED', 400, () => post(`0\r\n\r\n${smuggled()}`, 'Transfer-Encoding: CHUNKED')],
  ['Transfer-Encoding twice', 0, () => post('0\r\n\r\n', 'Transfer-Encoding: chunked', 'Transfer-Encoding: chunked')],
  ['Transfer-Encoding with a vertical tab', 0, () => post('0\r\n\r\n', 'Transfer-Encoding: \u000bchunked')],
  ['Transfer-Encoding with a blank before the colon', 0, () => post('0\r\n\r\n', 'Transfer-Encoding : chunked')],
  ['a GET with a body that is a request', 400, () => plus(`Content-Length: ${smuggled().length}`) + smuggled()],
  ['a chunked GET', 400, () => `${plus('Transfer-Encoding: chunked')}0\r\n\r\n${smuggled()}`],
  ['a chunk size below zero', 400, () => `${plus('Transfer-Encoding: chunked')}-1\r\n`],
  ['a chunk ended by LF alone', 400, () => `${plus('Transfer-Encoding: chunked')}3\nabc\n0\n\n`],
  [
    'a chunk extension of many bytes',
    400,
    () => `${plus('Transfer-Encoding: chunked')}3;${'a'.repeat(20_000)}\r\nabc\r\n0\r\n\r\n`,
  ],
  ['a Host in the trailers', 400, () => `${plus('Transfer-Encoding: chunked')}0\r\nHost: evil.example\r\n\r\n`],
  ['lines ended by LF alone', 0, () => plus().replaceAll('\r\n', '\n')],
  ['one line ended by LF alone', 0, () => plus('A: b').replace('A: b\r\n', 'A: b\n')],
  ['the head ended by LF alone', 0, () => `${plus().slice(0, -2)}\n`],
  ['a bare CR in a value', 0, () => plus('A: b\rOrigin: x')],
  ['a NUL in a value', 0, () => plus('A: b\0c')],
  ['a NUL in the target', 0, () => withTarget('/v1/keys/openai\0')],
  ['obs-fold', 0, () => plus('A: b', ' c')],
  ['obs-fold by tab', 0, () => plus('A: b', '\tc')],
  ['a header line that begins with a blank', 0, () => plus(' A: b')],
  ['a header without a name', 0, () => plus(': b')],
  ['a header name above ASCII', 0, () => plus('A\u00e9: b')],
  // other protocols
  ['HTTP/1.0', 505, () => plus().replace('HTTP/1.1', 'HTTP/1.0')],
  ['HTTP/1.0 without a Host', 505, () => `${lines(`GET ${TARGET} HTTP/1.0`, auth())}\r\n`],
  ['HTTP/0.9', 505, () => `GET ${TARGET}\r\n\r\n`],
  ['HTTP/1.2', 0, () => plus().replace('HTTP/1.1', 'HTTP/1.2')],
  ['HTTP/2.0 in the request line', 505, () => plus().replace('HTTP/1.1', 'HTTP/2.0')],
  ['the HTTP/2 preface', 0, () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ['a TLS hello', 0, () => '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001'],
  ['an upgrade to WebSocket', 0, () => plus('Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13')],
  ['an Upgrade header alone', 403, () => plus('Upgrade: h2c')],
  ['an unknown expectation', 417, () => plus('Expect: the-worst')],
  // targets
  ['absolute form', 400, () => withTarget(`http://127.0.0.1:${port}${TARGET}`)],
  ['absolute form of another host', 400, () => withTarget('http://evil.example/')],
  ['CONNECT', 0, () => `${lines(`CONNECT 127.0.0.1:${port} HTTP/1.1`, host(), auth())}\r\n`],
  ['OPTIONS *', 400, () => `${lines('OPTIONS * HTTP/1.1', host(), auth())}\r\n`],
  ['a backslash in the target', 400, () => withTarget('/v1\\keys\\openai')],
  ['a fragment in the target', 400, () => withTarget(`${TARGET}#x`)],
  ['raw bytes in the target', 0, () => withTarget('/v1/keys/\u00e9')],
  ['a blank in the target', 0, () => withTarget('/v1/keys/open ai')],
  ['a target of 9 KiB', 414, () => withTarget(`/${'a'.repeat(9 * 1024)}`)],
  ['a token in the query', 400, () => withTarget(`${TARGET}?key=${token}`)],
  ['a token in the path', 400, () => withTarget(`/v1/keys/${token}`)],
  // methods
  ['OPTIONS (CORS preflight)', 405, () => plus().replace('GET', 'OPTIONS')],
  ['TRACE', 405, () => plus().replace('GET', 'TRACE')],
  ['HEAD', 405, () => plus().replace('GET', 'HEAD')],
  ['a method in lower case', 0, () => plus().replace('GET', 'get')],
  ['PROPFIND', 405, () => plus().replace('GET', 'PROPFIND')],
  // DNS rebinding
  ['a foreign Host', 421, () => withHost('evil.example')],
  ['a foreign Host with our port', 421, () => withHost(`evil.example:${port}`)],
  ['a rebinding Host', 421, () => withHost(`7f000001.c0a80001.rbndr.us:${port}`)],
  ['an address inside a name', 421, () => withHost(`127.0.0.1.nip.io:${port}`)],
  ['localhost with a trailing dot', 421, () => withHost(`localhost.:${port}`)],
  ['a Host with userinfo', 421, () => withHost(`127.0.0.1:${port}@evil.example`)],
  ['a Host without port', 421, () => withHost('127.0.0.1')],
  ['a Host with another port', 421, () => withHost('127.0.0.1:1')],
  ['[::1], which is not bound', 421, () => withHost(`[::1]:${port}`)],
  ['0.0.0.0 as Host', 421, () => withHost(`0.0.0.0:${port}`)],
  ['an empty Host', 421, () => withHost('')],
  ['no Host', 400, () => `${lines(`GET ${TARGET} HTTP/1.1`, auth())}\r\n`],
  // a page in a browser
  ['an Origin', 403, () => plus('Origin: https://evil.example')],
  ['Origin: null', 403, () => plus('Origin: null')],
  ['our own Origin', 403, () => plus(`Origin: http://127.0.0.1:${port}`)],
  ['Sec-Fetch-Site', 403, () => plus('Sec-Fetch-Site: none')],
  ['Sec-Fetch-Dest', 403, () => plus('Sec-Fetch-Dest: image')],
  ['Sec-Fetch-User', 403, () => plus('Sec-Fetch-User: ?1')],
  ['a private network preflight mark', 403, () => plus('Access-Control-Request-Private-Network: true')],
  ['a cookie', 403, () => plus('Cookie: a=b')],
  ['a Referer', 403, () => plus('Referer: https://evil.example/')],
  // sizes
  ['101 headers', 431, () => plus(...Array.from({ length: 99 }, (_, n) => `X-${n}: a`))],
  [
    '150 headers, the bad one last',
    431,
    () => plus(...Array.from({ length: 150 }, (_, n) => `X-${n}: a`), 'Origin: null'),
  ],
  ['headers above 16 KiB', 0, () => plus(`A: ${'b'.repeat(17 * 1024)}`)],
  ['a declared body above 1 MiB', 413, () => post('', 'Content-Length: 1048577')],
  // the other routes
  ['a report in absolute form', 400, () => at(`POST http://127.0.0.1:${port}${REPORT}`, JSON_BODY)],
  [
    'a report with CL and TE',
    0,
    () => at(`POST ${REPORT}`, JSON_BODY, 'Content-Length: 4', 'Transfer-Encoding: chunked'),
  ],
  ['a report of 1 MiB and a byte', 413, () => at(`POST ${REPORT}`, JSON_BODY, 'Content-Length: 1048577')],
  ['a report by a form of a page', 403, () => at(`POST ${REPORT}`, 'Content-Type: text/plain', 'Origin: null')],
  [
    'a report that expects the worst',
    417,
    () => at(`POST ${REPORT}`, JSON_BODY, 'Expect: 200-ok', 'Content-Length: 2'),
  ],
  ['a body on a GET for metrics', 400, () => `${at('GET /metrics', 'Content-Length: 2')}{}`],
  ['metrics in absolute form', 400, () => at('GET http://evil.example/metrics')],
  ['metrics for a page', 403, () => at('GET /metrics', 'Sec-Fetch-Dest: image')],
  ['metrics with the token in the query', 400, () => at(`GET /metrics?token=${token}`)],
  ['the document for a page', 403, () => at('GET /openapi.json', 'Origin: https://evil.example')],
  ['the document at a foreign Host', 421, () => `${lines('GET /openapi.json HTTP/1.1', 'Host: evil.example')}\r\n`],
  ['HEAD of the document', 405, () => at('HEAD /openapi.json')],
  ['TRACE of the document', 405, () => at('TRACE /openapi.json')],
  ['the health of a vault for a page', 403, () => at('GET /v1/sys/health', 'Referer: https://evil.example/')],
  ['the method LIST', 0, () => at('LIST /v1/secret/metadata/openai')],
  ['two tokens, one for Vault', 400, () => at('GET /v1/secret/data/openai/default', `X-Vault-Token: ${token}`)],
  ['X-Vault-Token twice', 400, () => at('GET /metrics', 'X-Vault-Token: a', 'X-Vault-Token: b')],
  ['a version that is a token', 400, () => at(`GET /v1/secret/data/openai/default?version=${token}`)],
  ['an upgrade for AWS credentials', 403, () => at('GET /v1/aws/credentials', 'Upgrade: h2c')],
  [
    'usage with two Content-Lengths',
    0,
    () => at('POST /v1/usage', JSON_BODY, 'Content-Length: 2', 'Content-Length: 3'),
  ],
  ['usage by chunks that are none', 400, () => at('POST /v1/usage', JSON_BODY, 'Transfer-Encoding: identity')],
];

const check = (answer: RawAnswer, status: number): void => {
  expect(answer.text).not.toContain(SECRET);
  expect(answer.text).not.toMatch(/access-control-|set-cookie|location:|text\/html/i);
  expect(answer.status).toBe(status);
  if (status === 0) expect(answer.text).toBe('');
  else
    for (let at = 0; at < SECURITY_HEADERS.length; at += 2) {
      expect(answer.headers.get((SECURITY_HEADERS[at] ?? '').toLowerCase())).toBe(SECURITY_HEADERS[at + 1]);
    }
};

describe('no hostile request reaches a handler', () => {
  test.each(attacks)('%s: %i', async (_name, status, bytes) => {
    const before = setting.credentials.asked;
    check(await exchange({ port }, bytes()), status);
    expect(setting.credentials.asked).toBe(before);
  });

  test.each(attacks.filter(([name]) => !name.includes('Host') && !name.includes('127') && !name.includes('[::1]')))(
    'on the socket neither: %s: %i',
    async (_name, status, bytes) => {
      const before = setting.credentials.asked;
      const path = setting.endpoint.status().socket ?? '';
      check(await exchange({ path }, bytes().replace(host(), 'Host: localhost')), status);
      expect(setting.credentials.asked).toBe(before);
    },
  );

  test('a refusal before the token check says nothing but its status', async () => {
    const foreign = await exchange({ port }, withHost('evil.example'));
    expect(JSON.parse(foreign.body)).toEqual({
      type: 'about:blank',
      title: 'Misdirected Request',
      status: 421,
      code: 'forbidden',
      hint: '',
    });
    expect(foreign.headers.get('connection')).toBe('close');
    expect(foreign.headers.has('server')).toBe(false);
  });

  test('the same bytes without the attack are answered with the key', async () => {
    const good = await exchange({ port }, plus('Connection: close', 'Sec-Fetch-Mode: cors'));
    expect(good.status).toBe(200);
    expect(good.body).toContain(SECRET);
  });

  test.each([
    ['GET', '/v1/%6beys/openai', 404],
    ['GET', '/v1/keys/openai%2fdefault', 404],
    ['GET', '/v1/keys/openai/default/', 404],
    ['GET', '/v1/keys/openai/..', 404],
    ['GET', '/v1/keys/openai;x=1', 404],
    ['GET', '/v1/keys/openai?', 404],
    ['GET', '/metrics/', 404],
    ['GET', '/METRICS', 404],
    ['GET', '/openapi.json/../v1/keys/openai', 404],
    ['GET', '/v1/secret/data/openai/default?version=1&version=1', 404],
    ['GET', '/v1/secret/data/openai/default?version=-1', 404],
    ['GET', '/v1/secret/data/openai/default?version=1%00', 404],
    ['GET', '/v1/secret/metadata?list=false', 404],
    ['PUT', '/v1/secret/data/openai/default', 405],
    ['DELETE', '/v1/secret/metadata/openai/default', 405],
    ['DELETE', '/v1/usage', 405],
    ['PUT', '/v1/keys/openai/report', 405],
  ] as const)('%s %s: %i, and no key was looked at', async (method, target, status) => {
    const before = setting.credentials.asked;
    const answer = await exchange({ port }, at(`${method} ${target}`, 'Connection: close', 'Content-Length: 0'));
    expect([answer.status, setting.credentials.asked]).toEqual([status, before]);
    expect(answer.text).not.toContain(SECRET);
  });

  test('after a refused request nothing that was sent behind it is read', async () => {
    const before = setting.credentials.asked;
    const answer = await exchange({ port }, plus('Origin: null') + plus());
    expect(answer.status).toBe(403);
    expect(setting.credentials.asked).toBe(before);
    expect(answer.text.match(/HTTP\/1\.1/g)).toHaveLength(1);
  });

  test('nor behind a request that Node refuses by itself', async () => {
    const before = setting.credentials.asked;
    const answer = await exchange({ port }, `GET / HTTP/1.1\r\n\r\n${plus()}`);
    expect(answer.status).toBe(400);
    expect(setting.credentials.asked).toBe(before);
  });

  test('the connection above 512 is cut, and the others live on', async () => {
    const held = await Promise.all(
      Array.from(
        { length: 512 },
        () =>
          new Promise<ReturnType<typeof connect>>((resolve) => {
            const socket = connect(port, '127.0.0.1', () => resolve(socket));
            socket.on('error', () => undefined);
          }),
      ),
    );
    try {
      expect((await exchange({ port }, plus('Connection: close'))).status).toBe(0);
      held[0]?.end(plus('Connection: close'));
      const chunk = await new Promise<Buffer>((resolve) => held[0]?.once('data', resolve));
      expect(chunk.toString('latin1')).toMatch(/^HTTP\/1\.1 200 /);
    } finally {
      for (const socket of held) socket.destroy();
    }
  });
});
