import { expect, test } from 'vitest';
import { quotasFor } from '../../../electron/core/quotas/client-quotas.ts';
import { parseGrant } from '../../../shared/grant.ts';
import { CLIENT, Counting, daily, KEY, OTHER } from './counting.ts';

test('a client sees the quota of a folder only where its own project is in it', () => {
  const counting = new Counting();
  counting.set(daily(10, { name: 'all' }));
  counting.set(daily(10, { name: 'folder', scope: { kind: 'project', project: '/home/ann/work' } }));
  const seen = (project?: string) =>
    quotasFor(
      { id: CLIENT, grants: [], ...(project === undefined ? {} : { project }) },
      counting.quotas.list(),
      () => null,
    ).map(({ name }) => name);
  expect(seen()).toEqual(['all']);
  expect(seen('/home/ann/other')).toEqual(['all']);
  expect(seen('/home/ann/workshop')).toEqual(['all']);
  expect(seen('/home/ann/work/site')).toEqual(['all', 'folder']);
});

const PLACES: Readonly<Record<string, { provider: string; label: string }>> = {
  [KEY]: { provider: 'openai', label: 'work' },
};
test.each<readonly [grants: string, seen: readonly string[]]>([
  ['', ['all', 'demo', 'ours']],
  ['usage:read', ['all', 'demo', 'ours']],
  ['proxy:groq', ['all', 'demo', 'ours']],
  ['proxy:openai/home', ['all', 'demo', 'ours', 'openai']],
  ['proxy:openai/work', ['all', 'demo', 'ours', 'openai', 'key']],
  ['proxy:openai', ['all', 'demo', 'ours', 'openai', 'key']],
  ['keys:list proxy:groq keys:read:openai', ['all', 'demo', 'ours', 'openai', 'key']],
])(
  'a client with the grants "%s" sees what may hold for its calls, and nothing that is switched off',
  (grants, seen) => {
    const counting = new Counting();
    counting.keys = [KEY, 'f'.repeat(32)];
    counting.set(daily(10, { name: 'all' }));
    counting.set(daily(10, { name: 'off', enabled: false }));
    counting.set(daily(10, { name: 'demo', scope: { kind: 'system' } }));
    counting.set(daily(10, { name: 'ours', scope: { kind: 'clients', clients: [CLIENT, OTHER] } }));
    counting.set(daily(10, { name: 'theirs', scope: { kind: 'clients', clients: [OTHER] } }));
    counting.set(daily(10, { name: 'openai', scope: { kind: 'provider', provider: 'openai' } }));
    counting.set(daily(10, { name: 'key', scope: { kind: 'credential', credential: KEY } }));
    counting.set(daily(10, { name: 'gone', scope: { kind: 'credential', credential: 'f'.repeat(32) } }));
    const client = { id: CLIENT, grants: grants === '' ? [] : grants.split(' ').map(parseGrant) };
    const told = quotasFor(client, counting.quotas.list(), (id) => PLACES[id] ?? null);
    expect(told.map(({ name }) => name).toSorted()).toEqual(seen.toSorted());
  },
);

test('of a pool a client sees its own part, and no other; a pool of one has none', () => {
  const counting = new Counting();
  counting.set(daily(10, { name: 'both', scope: { kind: 'clients', clients: [OTHER, CLIENT] } }));
  counting.set(daily(10, { name: 'mine', scope: { kind: 'clients', clients: [CLIENT] } }));
  counting.one(OTHER);
  counting.one(OTHER);
  counting.one(CLIENT);
  const told = quotasFor({ id: CLIENT, grants: [] }, counting.quotas.list(), () => null);
  expect(told).toMatchObject([
    { name: 'both', used: 3, own: { used: 1, share: 5 } },
    { name: 'mine', used: 1, own: null },
  ]);
  expect(JSON.stringify(told)).not.toContain(OTHER);
});
