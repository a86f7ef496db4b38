import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { TOKEN_HEADERS } from '../../../electron/core/endpoint/header-lists.ts';
import {
  forwardedAnswerHeaders,
  forwardedRequestHeaders,
  headerFilters,
} from '../../../electron/core/proxy/headers.ts';
import { Catalogue } from '../../../electron/core/providers/catalogue.ts';

const NONE = { requestHeaders: [], responseHeaders: [] };
const plain = headerFilters(NONE);
const lines = (...pairs: readonly (readonly [string, string])[]) => pairs.map(([name, value]) => ({ name, value }));
const passed = (name: string, value = 'x', filters = plain) =>
  forwardedRequestHeaders(lines([name, value]), filters.request).has(name);
const comesBack = (name: string, filters = plain) =>
  forwardedAnswerHeaders({ [name]: 'x' }, filters.response, () => false).length > 0;

describe('from the client to the provider', () => {
  test.each([
    ...['accept', 'content-type', 'user-agent', 'idempotency-key', 'range', 'x-request-id'],
    ...['if-match', 'if-none-match', 'if-modified-since', 'if-range', 'x-stainless-lang', 'x-stainless-retry-count'],
  ])('%s goes on', (name) => expect(passed(name)).toBe(true));

  test.each([
    // hop-by-hop
    ...['connection', 'keep-alive', 'te', 'trailer', 'transfer-encoding', 'upgrade', 'proxy-connection'],
    // who is asked, and framing
    ...['host', 'content-length', 'expect', 'accept-encoding', 'http2-settings'],
    // credentials
    ...[...TOKEN_HEADERS, 'proxy-authorization', 'cookie', 'x-auth-token', 'x-access-token', 'x-amz-security-token'],
    ...['x-csrf-token', 'x-secret', 'x-session-token', 'ocp-apim-subscription-key', 'x-functions-key'],
    // where the client is
    ...[
      'forwarded',
      'x-forwarded-for',
      'x-forwarded-host',
      'x-forwarded-proto',
      'via',
      'x-real-ip',
      'referer',
      'origin',
    ],
    ...['sec-fetch-mode', 'sec-websocket-key', 'sec-ch-ua', 'true-client-ip', 'x-client-ip'],
    // what would make a server do something else
    ...['x-http-method-override', 'x-original-url', 'x-rewrite-url', 'access-control-request-method'],
    // anything nobody listed
    ...['x-evil', 'accept-language', 'dnt', 'keyharbor-reason', 'content-encoding', 'openai-beta'],
  ])('%s stays here', (name) => expect(passed(name)).toBe(false));

  test.each(['accept', 'x-request-id', 'if-match'])('%s stays here when Connection names it', (name) => {
    const given = lines(['connection', `close, ${name.toUpperCase()} `], [name, 'x'], ['user-agent', 'y']);
    expect([...forwardedRequestHeaders(given, plain.request)]).toEqual([['user-agent', 'y']]);
  });

  test.each([
    ['a line break', 'a\r\nx-evil: 1'],
    ['a bare line feed', 'a\nb'],
    ['NUL', 'a\0b'],
    ['a control character', 'a\x01b'],
    ['a character above one byte', 'a\u0100b'],
  ])('a value with %s stays here', (_name, value) => expect(passed('accept', value)).toBe(false));

  test('a value that holds a client token stays here, whatever its header', () => {
    const token = ['kh', 'live', 'a'.repeat(10), 'b'.repeat(49)].join('_');
    expect(passed('user-agent', `tool/1 (${token})`)).toBe(false);
    expect(passed('x-request-id', token)).toBe(false);
  });

  test('repeated headers are joined, or the first counts where two cannot be', () => {
    const given = lines(
      ['accept', 'a'],
      ['accept', 'b'],
      ['content-type', 'application/json'],
      ['content-type', 'text/html'],
    );
    expect([...forwardedRequestHeaders(given, plain.request)]).toEqual([
      ['accept', 'a, b'],
      ['content-type', 'application/json'],
    ]);
  });

  test('a pattern of an entry never lets a credential or a hop-by-hop header through', () => {
    const all = headerFilters({ requestHeaders: ['x-*', 'c*', 'a*', 'h*', 'sec-*'], responseHeaders: [] });
    for (const name of ['x-api-key', 'x-auth-token', 'x-forwarded-for', 'connection', 'cookie', 'host', 'sec-x']) {
      expect([name, passed(name, 'x', all)]).toEqual([name, false]);
    }
    expect(passed('x-anything', 'x', all)).toBe(true);
  });
});

describe('from the provider to the client', () => {
  test.each([
    ...['content-type', 'content-disposition', 'content-language', 'content-range', 'x-request-id', 'request-id'],
    ...['x-ratelimit-remaining-requests', 'ratelimit-reset', 'retry-after', 'retry-after-ms', 'x-should-retry'],
    ...['etag', 'last-modified', 'cache-control', 'link', 'accept-ranges', 'vary', 'age', 'expires', 'date', 'allow'],
    ...['deprecation', 'sunset'],
  ])('%s comes back', (name) => expect(comesBack(name)).toBe(true));

  test.each([
    ...['set-cookie', 'location', 'access-control-allow-origin', 'access-control-expose-headers', 'alt-svc'],
    ...[
      'www-authenticate',
      'proxy-authenticate',
      'connection',
      'keep-alive',
      'transfer-encoding',
      'trailer',
      'upgrade',
    ],
    ...['content-length', 'content-location', 'content-security-policy', 'refresh', 'strict-transport-security'],
    ...['server', 'x-powered-by', 'authorization', 'x-api-key', 'clear-site-data', 'set-cookie2', 'via'],
  ])('%s stays here', (name) => expect(comesBack(name)).toBe(false));

  test('what its Connection names stays here', () => {
    const headers = { connection: 'close, x-request-id', 'x-request-id': '1', etag: '2' };
    expect(forwardedAnswerHeaders(headers, plain.response, () => false)).toEqual(['etag', '2']);
  });

  test('a header that holds the secret is dropped, its neighbours stay', () => {
    const headers = { link: '<https://x/?key=SECRET>', etag: '1', 'x-request-id': ['a', 'SECRET'] };
    const answer = forwardedAnswerHeaders(headers, plain.response, (value) => value.includes('SECRET'));
    expect(answer).toEqual(['etag', '1', 'x-request-id', 'a']);
  });

  test('a value that could split the answer is dropped', () => {
    expect(forwardedAnswerHeaders({ etag: 'a\nb' }, plain.response, () => false)).toEqual([]);
  });
});

describe('the catalogue adds', () => {
  const catalogue = Catalogue.load(join(import.meta.dirname, '../../../resources/providers'));
  const of = (id: string) => headerFilters(catalogue.get(id).proxy);

  test.each([
    ['anthropic', 'anthropic-version'],
    ['anthropic', 'anthropic-beta'],
    ['openai', 'openai-beta'],
    ['openai', 'openai-organization'],
    ['google', 'x-goog-api-client'],
    ['google', 'x-goog-user-project'],
    ['github', 'x-github-api-version'],
    ['notion', 'notion-version'],
    ['stripe', 'stripe-account'],
    ['mcp', 'mcp-session-id'],
  ])('%s: %s goes on', (id, name) => expect(passed(name, 'x', of(id))).toBe(true));

  test('no entry lets any header through in which a key travels', () => {
    const tokens = [
      'authorization',
      'proxy-authorization',
      'cookie',
      'x-goog-iam-authorization-token',
      ...TOKEN_HEADERS,
    ];
    for (const provider of catalogue.all()) {
      const { request } = headerFilters(provider.proxy);
      const placed = provider.auth.flatMap((kind) =>
        kind.send.flatMap((each) =>
          each.where === 'header' && each.value.includes('key') ? [each.name.toLowerCase()] : [],
        ),
      );
      for (const name of [...tokens, ...placed].filter((each) => !each.includes('{'))) {
        expect([provider.id, name, request.passes(name)]).toEqual([provider.id, name, false]);
      }
    }
  });
});
