import { describe, expect, test } from 'vitest';
import {
  MAX_BODY_BYTES,
  MAX_HEADERS,
  MAX_TARGET_BYTES,
  type RefusalStatus,
  refuse,
} from '../../../electron/core/endpoint/guards.ts';
import type { HeaderLine, RequestHead } from '../../../electron/core/endpoint/request-head.ts';

const HOSTS = new Set(['127.0.0.1:7717', 'localhost:7717']);
const TARGET = '/v1/keys/openai';

interface Parts {
  readonly method?: string;
  readonly target?: string;
  readonly httpVersion?: string;
  readonly host?: readonly string[];
  readonly headers?: readonly (readonly [string, string])[];
}

function head({
  method = 'GET',
  target = TARGET,
  httpVersion = '1.1',
  host = ['127.0.0.1:7717'],
  headers = [],
}: Parts) {
  const lines: HeaderLine[] = [...host.map((value) => ['host', value] as const), ...headers].map(([name, value]) => {
    return { name, value };
  });
  return { method, target, httpVersion, headers: lines } satisfies RequestHead;
}

const verdict = (parts: Parts) => refuse(head(parts), HOSTS);

describe('what a local tool sends passes', () => {
  test.each<[string, Parts]>([
    [
      'curl',
      {
        headers: [
          ['user-agent', 'curl/8'],
          ['accept', '*/*'],
        ],
      },
    ],
    ['Node fetch, which always sends sec-fetch-mode', { headers: [['sec-fetch-mode', 'cors']] }],
    ['localhost as the host', { host: ['localhost:7717'] }],
    ['a POST with a length', { method: 'POST', headers: [['content-length', '12']] }],
    ['a POST of 1 MiB', { method: 'POST', headers: [['content-length', String(MAX_BODY_BYTES)]] }],
    ['a chunked POST', { method: 'POST', headers: [['transfer-encoding', 'chunked']] }],
    [
      'a POST that waits for 100-continue',
      {
        method: 'POST',
        headers: [
          ['expect', '100-continue'],
          ['content-length', '1'],
        ],
      },
    ],
    ['a GET that says it has no body', { headers: [['content-length', '0']] }],
    ['PUT, PATCH and DELETE', { method: 'DELETE' }],
    ['HEAD below /proxy', { method: 'HEAD', target: '/proxy/openai/models' }],
    [
      'a large body below /proxy',
      { method: 'POST', target: '/proxy/openai/files', headers: [['content-length', '99999999']] },
    ],
    [
      'a header of which several are allowed, twice',
      {
        headers: [
          ['accept', 'text/plain'],
          ['accept', 'application/json'],
        ],
      },
    ],
    ['a target of the longest length', { target: `/${'a'.repeat(MAX_TARGET_BYTES - 1)}` }],
    [
      'as many headers as allowed',
      { headers: Array.from({ length: MAX_HEADERS - 1 }, (_, n) => [`x-${n}`, 'a'] as const) },
    ],
  ])('%s', (_name, parts) => {
    expect(verdict(parts)).toBeNull();
  });
});

describe('framing on which two parsers could disagree is refused', () => {
  test.each<[string, RefusalStatus, Parts]>([
    ['HTTP/1.0 without a Host', 505, { httpVersion: '1.0', host: [] }],
    ['HTTP/0.9', 505, { httpVersion: '0.9' }],
    ['HTTP/2.0 in clear text', 505, { httpVersion: '2.0' }],
    ['one header too many', 431, { headers: Array.from({ length: MAX_HEADERS }, (_, n) => [`x-${n}`, 'a'] as const) }],
    ['headers above 16 KiB', 431, { headers: [['x-long', 'a'.repeat(16 * 1024)]] }],
    ['a target above 8 KiB', 414, { target: `/${'a'.repeat(MAX_TARGET_BYTES)}` }],
    ['two Host headers', 400, { host: ['127.0.0.1:7717', 'evil.example'] }],
    ['two equal Host headers', 400, { host: ['127.0.0.1:7717', '127.0.0.1:7717'] }],
    [
      'two Content-Lengths',
      400,
      {
        method: 'POST',
        headers: [
          ['content-length', '3'],
          ['content-length', '3'],
        ],
      },
    ],
    [
      'two Authorizations',
      400,
      {
        headers: [
          ['authorization', 'Bearer a'],
          ['authorization', 'Bearer b'],
        ],
      },
    ],
    [
      'two x-api-keys',
      400,
      {
        headers: [
          ['x-api-key', 'a'],
          ['x-api-key', 'b'],
        ],
      },
    ],
    [
      'two Transfer-Encodings',
      400,
      {
        method: 'POST',
        headers: [
          ['transfer-encoding', 'chunked'],
          ['transfer-encoding', 'chunked'],
        ],
      },
    ],
    [
      'Content-Length and Transfer-Encoding (CL.TE)',
      400,
      {
        method: 'POST',
        headers: [
          ['content-length', '3'],
          ['transfer-encoding', 'chunked'],
        ],
      },
    ],
    ['Transfer-Encoding: xchunked', 400, { method: 'POST', headers: [['transfer-encoding', 'xchunked']] }],
    ['Transfer-Encoding: gzip, chunked', 400, { method: 'POST', headers: [['transfer-encoding', 'gzip, chunked']] }],
    ['Transfer-Encoding: Chunked', 400, { method: 'POST', headers: [['transfer-encoding', 'Chunked']] }],
    ['Transfer-Encoding: identity', 400, { method: 'POST', headers: [['transfer-encoding', 'identity']] }],
    ['Content-Length: +3', 400, { method: 'POST', headers: [['content-length', '+3']] }],
    ['Content-Length: 3, 3', 400, { method: 'POST', headers: [['content-length', '3, 3']] }],
    ['Content-Length: 0x3', 400, { method: 'POST', headers: [['content-length', '0x3']] }],
    ['an empty Content-Length', 400, { method: 'POST', headers: [['content-length', '']] }],
    ['a body on GET', 400, { headers: [['content-length', '5']] }],
    ['a chunked body on GET', 400, { headers: [['transfer-encoding', 'chunked']] }],
    ['a body above 1 MiB', 413, { method: 'POST', headers: [['content-length', String(MAX_BODY_BYTES + 1)]] }],
    ['Expect: something else', 417, { method: 'POST', headers: [['expect', '200-ok']] }],
    ['a header name that is no token', 400, { headers: [['x y', 'a']] }],
    ['a line feed in a value', 400, { headers: [['x', 'a\nhost: evil']] }],
    ['a carriage return in a value', 400, { headers: [['x', 'a\rb']] }],
    ['a NUL in a value', 400, { headers: [['x', 'a\0b']] }],
  ])('%s: %i', (_name, status, parts) => {
    expect(verdict(parts)).toBe(status);
  });
});

describe('a target that is not origin-form is refused', () => {
  test.each<[string, string]>([
    ['absolute form', 'http://127.0.0.1:7717/v1/keys'],
    ['absolute form of a foreign host', 'http://evil.example/'],
    ['authority form', '127.0.0.1:7717'],
    ['asterisk', '*'],
    ['nothing', ''],
    ['no slash first', 'v1/keys'],
    ['a backslash', '/v1\\keys'],
    ['a fragment', '/v1/keys#x'],
    ['a blank', '/v1/keys openai'],
    ['a control character', '/v1/keys\u0001'],
    ['a byte above ASCII', '/v1/keys\u00e9'],
  ])('%s', (_name, target) => {
    expect(verdict({ target })).toBe(400);
  });
});

describe('methods outside the list are refused', () => {
  test.each(['OPTIONS', 'TRACE', 'HEAD', 'CONNECT', 'PROPFIND', 'get', 'QUERY'])('%s', (method) => {
    expect(verdict({ method })).toBe(405);
  });
});

describe('a Host that is not ours is refused (DNS rebinding)', () => {
  test.each<[string, readonly string[]]>([
    ['a foreign name', ['evil.example']],
    ['a foreign name with our port', ['evil.example:7717']],
    ['a rebinding name', ['7f000001.rbndr.us:7717']],
    ['an address in a name', ['127.0.0.1.nip.io:7717']],
    ['no port', ['127.0.0.1']],
    ['another port', ['127.0.0.1:7718']],
    ['a trailing dot', ['localhost.:7717']],
    ['userinfo', ['user@127.0.0.1:7717']],
    ['another loopback address', ['127.0.0.2:7717']],
    ['IPv6, which is not bound', ['[::1]:7717']],
    ['the unspecified address', ['0.0.0.0:7717']],
    ['decimal notation', ['2130706433:7717']],
    ['short notation', ['127.1:7717']],
    ['upper case', ['LOCALHOST:7717']],
    ['a subdomain of localhost', ['app.localhost:7717']],
    ['blanks around', [' 127.0.0.1:7717']],
    ['an empty one', ['']],
    ['none', []],
  ])('%s', (_name, host) => {
    expect(verdict({ host })).toBe(421);
  });
});

describe('whatever a browser marks is refused', () => {
  test.each<[string, string]>([
    ['origin', 'https://evil.example'],
    ['origin', 'null'],
    ['origin', 'http://127.0.0.1:7717'],
    ['sec-fetch-site', 'cross-site'],
    ['sec-fetch-site', 'none'],
    ['sec-fetch-dest', 'document'],
    ['sec-fetch-user', '?1'],
    ['access-control-request-method', 'GET'],
    ['access-control-request-headers', 'authorization'],
    ['access-control-request-private-network', 'true'],
    ['access-control-request-local-network', 'true'],
    ['upgrade', 'websocket'],
    ['upgrade', 'h2c'],
    ['cookie', 'a=b'],
    ['referer', 'http://127.0.0.1:7717/'],
  ])('%s: %s', (name, value) => {
    expect(verdict({ headers: [[name, value]] })).toBe(403);
  });
});

describe('the checks run in the order of the security design', () => {
  const wrong: readonly [RefusalStatus, Parts][] = [
    [505, { httpVersion: '1.0' }],
    [400, { target: '*' }],
    [405, { method: 'OPTIONS' }],
    [421, { host: ['evil.example'] }],
    [403, { headers: [['origin', 'null']] }],
  ];
  test.each(wrong.map(([status], at) => [status, at] as const))('%i comes before all that follow', (status, at) => {
    const all = wrong.slice(at).reduce<Parts>((parts, [, more]) => ({ ...more, ...parts }), {});
    expect(verdict(all)).toBe(status);
  });
});
