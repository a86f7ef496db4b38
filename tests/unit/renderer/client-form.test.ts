import { expect, test } from 'vitest';
import { clientErrors, EMPTY_CLIENT, grantsOf, keyGrant, rateOf } from '../../../renderer/clients/client-form.ts';
import { grantWords } from '../../../renderer/clients/grant-words.ts';
import { baseUrlOf, curlSnippet } from '../../../renderer/clients/snippets.ts';
import { parsePort } from '../../../renderer/clients/use-endpoint.ts';

test('a client needs a name and at least one grant', () => {
  expect(Object.keys(clientErrors(EMPTY_CLIENT))).toEqual(['name', 'grants']);
  expect(clientErrors({ ...EMPTY_CLIENT, name: 'editor', list: true })).toEqual({});
});

test('a grant for the whole provider makes those for its labels needless', () => {
  const keys = new Set([
    keyGrant('keys:read', 'openai', 'work'),
    keyGrant('keys:read', 'openai', null),
    keyGrant('proxy', 'openai', 'work'),
    keyGrant('keys:read', 'github', 'ci'),
  ]);
  expect(grantsOf({ ...EMPTY_CLIENT, keys })).toEqual(['keys:read:github/ci', 'keys:read:openai', 'proxy:openai/work']);
});

test('the rate is a number in range, or explicitly none', () => {
  expect(rateOf({ ...EMPTY_CLIENT, rate: '0,5' })).toBe(0.5);
  expect(rateOf({ ...EMPTY_CLIENT, unlimited: true })).toBeNull();
  for (const rate of ['', '0', '10001', 'many']) expect(rateOf({ ...EMPTY_CLIENT, rate })).toBeUndefined();
});

test('there is no base URL while the endpoint is off', () => {
  expect(baseUrlOf({ on: false, address: null, port: null })).toBeNull();
  expect(baseUrlOf({ on: true, address: '127.0.0.1', port: 7717 })).toBe('http://127.0.0.1:7717');
  expect(baseUrlOf({ on: true, address: '::1', port: 7717 })).toBe('http://[::1]:7717');
});

test('the snippet asks for the first key that may be read', () => {
  const snippet = curlSnippet('http://127.0.0.1:7717', ['keys:list', 'keys:read:openai/work'], 'T');
  expect(snippet).toBe("curl -s -H 'Authorization: Bearer T' http://127.0.0.1:7717/v1/keys/openai/work");
  expect(curlSnippet('http://127.0.0.1:7717', [], 'T')).toMatch(/\/v1\/keys$/);
});

test('grants are said in words, unknown ones as they are written', () => {
  expect(grantWords('keys:list', new Map())).toBe('List keys');
  expect(grantWords('keys:read:openai/work', new Map())).toBe('Read openai / work');
  expect(grantWords('proxy:openai', new Map())).toBe('Call openai (all)');
  expect(grantWords('something:else', new Map())).toBe('something:else');
});

test('a port is a whole number up to 65535', () => {
  expect(parsePort('7717')).toBe(7717);
  expect(parsePort('0')).toBe(0);
  for (const text of ['', '65536', '-1', '80.5', '1e3', 'http']) expect(parsePort(text)).toBeNull();
});
