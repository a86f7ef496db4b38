import { describe, expect, test } from 'vitest';
import { routingRule } from '../../../shared/contract/routing.ts';
import { editedHeaders, namesBroughtIn } from '../../../electron/core/routing/header-edits.ts';
import { rewrittenPath } from '../../../electron/core/routing/path-rewrites.ts';

const provider = { for: 'provider', provider: 'openai' } as const;

describe('edits of headers', () => {
  const lines = [
    { name: 'accept', value: 'text/plain' },
    { name: 'x-a', value: '1' },
    { name: 'x-a', value: '2' },
  ];

  test('set replaces all of a name, remove takes all, rename keeps the values', () => {
    expect(editedHeaders(lines, [{ do: 'set', name: 'x-a', value: '3' }])).toEqual([
      { name: 'accept', value: 'text/plain' },
      { name: 'x-a', value: '3' },
    ]);
    expect(editedHeaders(lines, [{ do: 'remove', name: 'x-a' }])).toEqual([{ name: 'accept', value: 'text/plain' }]);
    expect(editedHeaders(lines, [{ do: 'rename', name: 'x-a', to: 'x-b' }]).map(({ name }) => name)).toEqual([
      'accept',
      'x-b',
      'x-b',
    ]);
  });

  test('come one after the other and leave the given list alone', () => {
    const before = structuredClone(lines);
    const edits = [
      { do: 'rename', name: 'x-a', to: 'x-b' },
      { do: 'remove', name: 'x-b' },
    ] as const;
    expect(editedHeaders(lines, edits)).toEqual([{ name: 'accept', value: 'text/plain' }]);
    expect(lines).toEqual(before);
    expect(namesBroughtIn([...edits, { do: 'set', name: 'x-c', value: '' }])).toEqual(['x-b', 'x-c']);
  });
});

describe('a rewritten path', () => {
  test.each([
    ['/models', '/models', '/v2/models', '/v2/models'],
    ['/models?limit=1', '/models', '/v2/models', '/v2/models?limit=1'],
    ['/models/gpt', '/models', '/v2/models', '/v2/models/gpt'],
    ['/modelsx', '/models', '/v2/models', '/modelsx'],
    ['/v1/chat', '/v1/', '/openai/v1/', '/openai/v1/chat'],
    ['/v1', '/v1/', '/v2/', '/v2/'],
    ['/a/b', '/', '/x', '/x/a/b'],
    ['/a/b', '/', '/x/', '/x/a/b'],
    ['/?q=/models', '/models', '/v2', '/?q=/models'],
    ['/models/../x', '/models', '/v2', '/v2/../x'], // judged afterwards like any other
  ])('%s with %s to %s is %s', (rest, from, to, expected) => {
    expect(rewrittenPath(rest, [{ from, to }])).toBe(expected);
  });

  test('the first that fits counts', () => {
    const rewrites = [
      { from: '/v1/chat', to: '/a' },
      { from: '/v1', to: '/b' },
    ];
    expect(rewrittenPath('/v1/chat/x', rewrites)).toBe('/a/x');
    expect(rewrittenPath('/v1/models', rewrites)).toBe('/b/models');
  });
});

describe('a rule document', () => {
  test.each([
    ['a header name in capitals', { requestHeaders: [{ do: 'remove', name: 'X-A' }] }],
    ['a line break in a value', { requestHeaders: [{ do: 'set', name: 'x-a', value: 'a\r\nb: c' }] }],
    ['a path without slash', { paths: [{ from: 'v1', to: '/v2' }] }],
    ['a path with dots', { paths: [{ from: '/v1', to: '/../v2' }] }],
    ['an encoded path', { paths: [{ from: '/v1', to: '/%2e%2e/v2' }] }],
    ['a pool that names one twice', { pool: { strategy: 'priority', members: [{ label: 'a' }, { label: 'a' }] } }],
    ['a pool of one', { pool: { strategy: 'priority', members: [{ label: 'a' }] } }],
    ['a cache without end', { cache: { maxSeconds: 1e9 } }],
    ['a member that is not known', { follow: true }],
  ])('with %s is refused', (_, changes) => {
    expect(routingRule.safeParse({ ...provider, ...changes }).success).toBe(false);
  });

  test('of a client has no cache and no pool', () => {
    const client = { for: 'client', client: 'Ab3dEf9hIj' };
    expect(routingRule.safeParse(client).success).toBe(true);
    expect(routingRule.safeParse({ ...client, cache: { maxSeconds: 1 } }).success).toBe(false);
  });
});
