import { afterAll, beforeAll, expect, test } from 'vitest';
import { fakeKey } from '../../support/fake-keys.ts';
import { type UnlockedHome, unlockedHome } from './unlocked-home.ts';

let vault: UnlockedHome;
beforeAll(async () => {
  vault = await unlockedHome('audit');
  await vault.must(['add', 'openai', '--label', 'work', '--stdin'], fakeKey('openai', 'project'));
  await vault.must(['client', 'add', 'editor', '--grant', 'keys:list']);
});
afterAll(() => vault.close());

test('the log is listed with names, and filtered', async () => {
  const listed = await vault.must(['audit']);
  for (const words of ['Command line', 'Key added', 'kh://openai/work', 'Client made', 'editor']) {
    expect(listed).toContain(words);
  }
  const keys = JSON.parse(await vault.must(['audit', 'list', '--area', 'keys', '--json'])) as object[];
  expect(keys).toMatchObject([{ action: 'credential.add', actor: 'cli', targetName: 'kh://openai/work' }]);
  expect(JSON.parse(await vault.must(['audit', 'list', '--who', 'editor', '--json']))).toEqual([]);
  expect(JSON.parse(await vault.must(['audit', 'list', '--limit', '1', '--json']))).toHaveLength(1);
});

test.each([
  [['--area', 'key'], 'area'],
  [['--from', 'tomorrow'], 'no day'],
  [['--from', '2026-02-31'], 'no day'],
  [['--from', '2026-11-22', '--to', '2026-11-01'], 'ends before it begins'],
  [['--limit', '0'], '--limit'],
])('a filter that is none is refused: %s', async (options, words) => {
  const { code, stderr } = await vault.kh(['audit', 'list', ...options]);
  expect([code, stderr]).toEqual([2, expect.stringContaining(words)]);
});

test('it verifies, and is exported whole with its chain, without a secret', async () => {
  expect(await vault.must(['audit', 'verify'])).toMatch(/^The log is whole: \d+ entries/);
  const text = await vault.must(['audit', 'export']);
  const entries = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { seq: number; prev: string; mac: string });
  expect(entries.map(({ seq }) => seq)).toEqual(entries.map((_, at) => at + 1));
  entries.slice(1).forEach(({ prev }, at) => expect(prev).toBe(entries[at]?.mac));
  expect(text).not.toContain(fakeKey('openai', 'project'));
});
