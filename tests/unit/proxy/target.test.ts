import { describe, expect, test } from 'vitest';
import { checkedPath, forwardedQuery, proxyTarget } from '../../../electron/core/proxy/target.ts';
import { refuse } from '../../../electron/core/endpoint/guards.ts';
import { joinPath } from '../../../electron/core/providers/base-url.ts';

const BASE = 'https://api.example.com/v1';
const P = '/proxy/openai';

/** Where a raw target would lead: a URL, or at which door it ends. */
function destination(target: string): string {
  const headers = [{ name: 'host', value: '127.0.0.1:1' }];
  const head = { method: 'GET', target, httpVersion: '1.1', headers };
  if (refuse(head, new Set(['127.0.0.1:1'])) !== null) return 'guard';
  const found = proxyTarget(target);
  if (found === null) return 'unknown';
  try {
    const { path, query } = checkedPath(found.rest);
    const kept = forwardedQuery(query);
    return joinPath(BASE, kept === '' ? path : `${path}?${kept}`).href;
  } catch {
    return 'refused';
  }
}

describe('a plain path goes on as it is', () => {
  const plain: readonly (readonly [string, string])[] = [
    [`${P}/models`, `${BASE}/models`],
    [`${P}@work/models`, `${BASE}/models`],
    [`${P}/`, BASE],
    [`${P}/chat/completions?stream=true`, `${BASE}/chat/completions?stream=true`],
    [`${P}/files/file-1/content/`, `${BASE}/files/file-1/content/`],
    [`${P}/models/gpt%20x`, `${BASE}/models/gpt%20x`],
    [`${P}/models/caf%C3%A9`, `${BASE}/models/caf%C3%A9`],
    [`${P}/100%25`, `${BASE}/100%25`],
    [`${P}/a@b/c:generate`, `${BASE}/a@b/c:generate`],
    [`${P}/.well-known/x`, `${BASE}/.well-known/x`],
    [`${P}/a...b/..c/d..`, `${BASE}/a...b/..c/d..`],
    [`${P}/x?next=..%2f..`, `${BASE}/x?next=..%2f..`],
    [`${P}/x?u=https://other.example/`, `${BASE}/x?u=https://other.example/`],
    [`${P}/x?q=a%00b`, `${BASE}/x?q=a%00b`],
  ];
  test.each(plain)('%s', (target, href) => expect(destination(target)).toBe(href));
});

/** Name of the trick, the target, and the door where it ends. */
const tricks: readonly (readonly [string, string, 'guard' | 'unknown' | 'refused'])[] = [
  ['dot segments', `${P}/../admin`, 'refused'],
  ['dot segments at the end', `${P}/a/..`, 'refused'],
  ['a single dot segment', `${P}/./admin`, 'refused'],
  ['a single dot at the end', `${P}/a/.`, 'refused'],
  ['dots out of the route itself', '/proxy/../v1/keys', 'unknown'],
  ['dots before the provider', '/proxy/./openai/models', 'unknown'],
  ['dots as the provider', '/proxy/../../etc/passwd', 'unknown'],
  ['encoded dots, lower case', `${P}/%2e%2e/admin`, 'refused'],
  ['encoded dots, upper case', `${P}/%2E%2E/admin`, 'refused'],
  ['encoded dots, mixed', `${P}/%2e./admin`, 'refused'],
  ['one dot encoded', `${P}/.%2e/admin`, 'refused'],
  ['an encoded dot in a name', `${P}/file%2ejson`, 'refused'],
  ['dots encoded twice', `${P}/%252e%252e/admin`, 'refused'],
  ['dots encoded three times', `${P}/%25252e%25252e/admin`, 'refused'],
  ['dots encoded ten times', `${P}/%${'25'.repeat(10)}2e/admin`, 'refused'],
  ['an encoded percent in upper case', `${P}/%252E/x`, 'refused'],
  ['a half encoded percent', `${P}/%25%32%65/x`, 'refused'],
  ['digits of the escape encoded', `${P}/%%32%65/x`, 'refused'],
  ['an encoded slash', `${P}/a%2fb`, 'refused'],
  ['an encoded slash, upper case', `${P}/a%2Fb`, 'refused'],
  ['a slash encoded twice', `${P}/a%252fb`, 'refused'],
  ['an encoded slash with dots', `${P}/..%2f..%2fadmin`, 'refused'],
  ['an encoded slash at the start', `${P}/%2fevil.example/x`, 'refused'],
  ['a backslash', `${P}/a\\b`, 'guard'],
  ['backslash dots', `${P}/..\\..\\admin`, 'guard'],
  ['a backslash as the first slash', '/proxy\\openai/models', 'guard'],
  ['an encoded backslash', `${P}/a%5cb`, 'refused'],
  ['an encoded backslash, upper case', `${P}/..%5C..%5Cadmin`, 'refused'],
  ['a backslash encoded twice', `${P}/a%255cb`, 'refused'],
  ['NUL', `${P}/a\0b`, 'guard'],
  ['encoded NUL', `${P}/models%00.json`, 'refused'],
  ['NUL encoded twice', `${P}/models%2500`, 'refused'],
  ['a line break', `${P}/a\r\nHost: evil`, 'guard'],
  ['an encoded line break', `${P}/a%0d%0aHost:%20evil`, 'refused'],
  ['an encoded line break, encoded again', `${P}/a%250d%250a`, 'refused'],
  ['a tab', `${P}/a\tb`, 'guard'],
  ['an encoded tab', `${P}/a%09b`, 'refused'],
  ['an encoded escape character', `${P}/a%1b[31m`, 'refused'],
  ['encoded DEL', `${P}/a%7f`, 'refused'],
  ['DEL', `${P}/a\x7fb`, 'guard'],
  ['a space', `${P}/a b`, 'guard'],
  ['a fragment', `${P}/a#b`, 'guard'],
  ['a fragment that hides the path', `${P}#@evil.example/`, 'guard'],
  ['bytes that are not ASCII', `${P}/a\xe9`, 'guard'],
  ['two slashes', `${P}//evil.example/x`, 'refused'],
  ['two slashes inside', `${P}/a//b`, 'refused'],
  ['two slashes at the end', `${P}/a//`, 'refused'],
  ['three slashes', `${P}///evil.example`, 'refused'],
  ['no provider between slashes', '/proxy//openai/models', 'unknown'],
  ['a slash before the route', '//proxy/openai/models', 'unknown'],
  ['overlong UTF-8 dot', `${P}/%c0%ae%c0%ae/admin`, 'refused'],
  ['overlong UTF-8 slash', `${P}/a%c0%afb`, 'refused'],
  ['overlong UTF-8 slash of three bytes', `${P}/a%e0%80%afb`, 'refused'],
  ['a lone surrogate', `${P}/a%ed%a0%80`, 'refused'],
  ['a fullwidth slash', `${P}/a%ef%bc%8fb`, 'refused'],
  ['a fullwidth backslash', `${P}/a%ef%bc%bcb`, 'refused'],
  ['a fullwidth dot', `${P}/%ef%bc%8e%ef%bc%8e/a`, 'refused'],
  ['a fullwidth percent sign', `${P}/%ef%bc%852e`, 'refused'],
  ['an ellipsis that becomes dots', `${P}/%e2%80%a5/a`, 'refused'],
  ['"care of", which becomes a slash', `${P}/a%e2%84%85b`, 'refused'],
  ['UTF-16 escapes', `${P}/%u002e%u002e/a`, 'refused'],
  ['a percent sign that escapes nothing', `${P}/%zz`, 'refused'],
  ['a percent sign at the end', `${P}/a%`, 'refused'],
  ['a cut escape', `${P}/a%2`, 'refused'],
  ['path parameters on dots', `${P}/..;/admin`, 'refused'],
  ['path parameters with a name on dots', `${P}/..;x=1/admin`, 'refused'],
  ['path parameters on a dot', `${P}/.;/admin`, 'refused'],
  ['userinfo with a password', '/proxy/openai:pw@evil.example/x', 'unknown'],
  ['two labels', '/proxy/openai@work@evil.example/x', 'unknown'],
  ['an empty label', '/proxy/openai@/models', 'unknown'],
  ['a label in capitals', '/proxy/openai@Work/models', 'unknown'],
  ['an encoded at sign', '/proxy/openai%40work/models', 'unknown'],
  ['an encoded provider', '/proxy/%6fpenai/models', 'unknown'],
  ['a provider in capitals', '/proxy/OpenAI/models', 'unknown'],
  ['a host as the provider', '/proxy/evil.example/models', 'unknown'],
  ['a host with port as the provider', '/proxy/evil:443/models', 'unknown'],
  ['an address as the provider', '/proxy/169.254.169.254/latest', 'unknown'],
  ['a URL as the provider', '/proxy/https://evil.example/', 'unknown'],
  ['a provider with no path', '/proxy/openai', 'unknown'],
  ['a query in place of the path', '/proxy/openai?/models', 'unknown'],
  ['a provider of 33 characters', `/proxy/${'a'.repeat(33)}/x`, 'unknown'],
  ['a label of 65 characters', `/proxy/openai@${'a'.repeat(65)}/x`, 'unknown'],
  ['the prototype', '/proxy/__proto__/x', 'unknown'],
  ['an absolute target', 'http://evil.example/proxy/openai/models', 'guard'],
  ['an authority as target', 'evil.example:443', 'guard'],
  ['an asterisk as target', '*', 'guard'],
  ['a target without a slash', 'proxy/openai/models', 'guard'],
  ['an endless path', `${P}/${'a'.repeat(9000)}`, 'guard'],
];

describe('a path that servers read in different ways goes nowhere', () => {
  test.each(tricks)('%s', (_name, target, door) => expect(destination(target)).toBe(door));

  test('userinfo before the slash is a label, never a host', () => {
    expect(proxyTarget('/proxy/openai@evil.example/x')).toMatchObject({ provider: 'openai', label: 'evil.example' });
    expect(destination('/proxy/openai@evil.example/x')).toBe(`${BASE}/x`);
  });

  test('there are eighty at least', () => expect(tricks.length).toBeGreaterThanOrEqual(80));
});

test('what a path rule says repeats nothing of the path', () => {
  expect(() => checkedPath('/secret-part/%2e')).toThrow(/^(?!.*secret-part)/);
});

describe('parameters in which providers take credentials are dropped', () => {
  const names = [
    ...['key', 'api_key', 'apikey', 'api-key', 'apiKey', 'APIKEY', 'token', 'access_token', 'accessToken', 'auth'],
    ...['auth_token', 'authorization', 'client_secret', 'secret', 'password', 'private_token', 'subscription-key'],
    ...['X-Amz-Signature', 'X-Amz-Credential', 'X-Amz-Security-Token', 'AWSAccessKeyId', 'X-Goog-Signature', 'sig'],
    ...['signature', 'jwt', 'id_token', 'refresh_token', 'session_token', 'hapikey', 'x-api-key', 'user_key'],
  ];
  test.each(names)('%s', (name) => expect(forwardedQuery(`a=1&${name}=x&b=2`)).toBe('a=1&b=2'));

  test.each([
    ['an encoded name', 'a=1&%6bey=x'],
    ['a name with escapes in both cases', 'a=1&%6B%65%79=x'],
    ['an array', 'a=1&key[]=x'],
    ['an encoded array', 'a=1&key%5B0%5D=x'],
    ['no value', 'a=1&key'],
    ['twice', 'key=x&a=1&key=y'],
    ['behind a semicolon', 'a=1;key=x'],
    ['a plus for a space', 'a=1&key+=x'],
  ])('%s', (_name, query) => expect(forwardedQuery(query)).toBe('a=1'));

  test.each([
    'limit=1',
    'page_token_count=1',
    'max_tokens=5',
    'pageToken=abc',
    'monkey=1',
    'keys=1',
    'q=key',
    'a=&b',
    'x=%zz',
  ])('%s stays as it is', (query) => expect(forwardedQuery(query)).toBe(query));
});
