import { expect, test } from 'vitest';
import { formatGrant, type Grant, grantCovers, parseGrant } from '../../../shared/grant.ts';

test.each<[string, Grant]>([
  ['keys:list', { kind: 'keys:list' }],
  ['usage:read', { kind: 'usage:read' }],
  ['usage:write', { kind: 'usage:write' }],
  ['metrics:read', { kind: 'metrics:read' }],
  ['keys:read:openai', { kind: 'keys:read', provider: 'openai', label: null }],
  ['keys:read:openai/work', { kind: 'keys:read', provider: 'openai', label: 'work' }],
  ['proxy:my_own-api', { kind: 'proxy', provider: 'my_own-api', label: null }],
  ['proxy:openai/a.b_c-1', { kind: 'proxy', provider: 'openai', label: 'a.b_c-1' }],
])('%s is read, and written the same again', (text, grant) => {
  expect(parseGrant(text)).toEqual(grant);
  expect(formatGrant(grant)).toBe(text);
});

test.each([
  '',
  'keys:read',
  'keys:read:',
  'keys:read:/work',
  'keys:read:openai/',
  'keys:read:openai/work/api_key',
  'keys:read:*',
  'keys:read:openai/*',
  'keys:read:OpenAI',
  'keys:read:openai ',
  ' keys:read:openai',
  'keys:read:openai\n',
  'keys:read:openai/work\n',
  'keys:read:openai/work\nkeys:list',
  'xkeys:read:openai',
  'keys:list:openai',
  'keys:list ',
  'keys:write:openai',
  'usage:read:openai',
  'proxy',
  'proxy:',
  `proxy:openai/${'x'.repeat(65)}`,
  `proxy:${'x'.repeat(33)}`,
])('%j is no grant', (text) => {
  expect(() => parseGrant(text)).toThrow(expect.objectContaining({ code: 'invalid_input' }));
});

test.each<[string, 'keys:read' | 'proxy', string, string, boolean]>([
  ['keys:read:openai', 'keys:read', 'openai', 'work', true],
  ['keys:read:openai/work', 'keys:read', 'openai', 'work', true],
  ['keys:read:openai/work', 'keys:read', 'openai', 'home', false],
  ['keys:read:openai/work', 'keys:read', 'github', 'work', false],
  ['keys:read:openai', 'keys:read', 'github', 'work', false],
  ['keys:read:openai', 'proxy', 'openai', 'work', false],
  ['proxy:openai', 'keys:read', 'openai', 'work', false],
  ['proxy:openai', 'proxy', 'openai', 'work', true],
  ['proxy:openai/work', 'proxy', 'openai', 'work2', false],
  ['keys:list', 'keys:read', 'openai', 'work', false],
])('%s, asked for %s of %s/%s: %s', (held, kind, provider, label, covered) => {
  expect(grantCovers(parseGrant(held), kind, provider, label)).toBe(covered);
});
