import { expect, test } from 'vitest';
import type { Filters } from '../../../renderer/providers/search.ts';
import { matcher, parseQuery } from '../../../renderer/providers/search.ts';
import { splitMatches } from '../../../renderer/providers/split-matches.ts';
import { credential, inDays, NOW_MS, tested } from './credential-fixture.ts';

const around = { nowMs: NOW_MS, providerName: (id: string) => (id === 'openai' ? 'OpenAI' : 'GitHub') };
const NONE: Filters = { query: '', provider: null, state: null, tag: null };
const finds = (query: string, over: Parameters<typeof credential>[0] = {}) =>
  matcher({ ...NONE, query }, around)(credential(over));

test('words, quoted phrases and operators are told apart', () => {
  const query = parseQuery('nightly provider:openai tag:"two words" expires:<14d foo:bar');
  expect(query).toMatchObject({ words: ['nightly', 'foo:bar'], provider: ['openai'], tag: ['two words'] });
  expect(query.expiresWithinMs).toBe(14 * 86_400_000);
});

test('an expiry that is no time span is an ordinary word', () => {
  expect(parseQuery('expires:soon')).toMatchObject({ words: ['expires:soon'], expiresWithinMs: null });
});

test('every word must be found, in any of name, label, provider, project, tag, note and fingerprint', () => {
  const one = { name: 'Nightly build', tags: ['ci'], project: 'Atlas', note: 'ask Kim' };
  for (const query of ['nightly', 'WORK', 'openai', 'atlas ci', 'kim', 'feedface'])
    expect(finds(query, one)).toBe(true);
  expect(finds('nightly daily', one)).toBe(false);
});

test('the masked key is not searched', () => {
  expect(finds('cdef')).toBe(false);
});

test('provider: takes the id or the start of the name', () => {
  expect(finds('provider:openai')).toBe(true);
  expect(finds('provider:open')).toBe(true);
  expect(finds('provider:github')).toBe(false);
});

test('state: knows the words on the badges', () => {
  expect(finds('state:failing', { lastTest: tested('expired') })).toBe(true);
  expect(finds('state:untested')).toBe(true);
  expect(finds('state:healthy')).toBe(false);
});

test('expires:<14d leaves out keys without an expiry', () => {
  expect(finds('expires:<14d', { expiresAt: inDays(13) })).toBe(true);
  expect(finds('expires:<14d', { expiresAt: inDays(15) })).toBe(false);
  expect(finds('expires:<14d')).toBe(false);
});

test('unused:>90d counts from the making of a key that was never used', () => {
  expect(finds('unused:>90d', { createdAt: inDays(-91) })).toBe(true);
  expect(finds('unused:>90d', { createdAt: inDays(-91), lastUsedAt: inDays(-2) })).toBe(false);
});

test('chips and text narrow together', () => {
  const one = credential({ tags: ['prod'], lastTest: tested('valid') });
  expect(matcher({ query: 'work', provider: 'openai', state: 'healthy', tag: 'prod' }, around)(one)).toBe(true);
  expect(matcher({ query: 'work', provider: 'github', state: 'healthy', tag: 'prod' }, around)(one)).toBe(false);
  expect(matcher({ query: 'other', provider: 'openai', state: 'healthy', tag: 'prod' }, around)(one)).toBe(false);
});

test('what was searched for is cut out of a text, signs taken as they are', () => {
  expect(splitMatches('OpenAI work', ['open', 'wor'])).toEqual(['', 'Open', 'AI ', 'wor', 'k']);
  expect(splitMatches('a.b a+b', ['a.b'])).toEqual(['', 'a.b', ' a+b']);
  expect(splitMatches('work', [])).toEqual(['work']);
});
