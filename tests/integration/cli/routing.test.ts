import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type UnlockedHome, unlockedHome } from './unlocked-home.ts';

let vault: UnlockedHome;
beforeAll(async () => {
  vault = await unlockedHome('routing');
});
afterAll(() => vault.close());

function file(name: string, document: unknown): string {
  const path = join(vault.folder, name);
  writeFileSync(path, typeof document === 'string' ? document : JSON.stringify(document));
  return path;
}

test('a rule is set from a file, listed in words with the health of its pool, and removed', async () => {
  const rule = {
    for: 'provider',
    provider: 'openai',
    paths: [{ from: '/v1', to: '/openai/v1' }],
    requestHeaders: [{ do: 'set', name: 'x-team', value: 'blue' }],
    cache: { maxSeconds: 60 },
    pool: { strategy: 'round-robin', members: [{ label: 'work' }, { label: 'home' }] },
  };
  expect(await vault.must(['routing', 'set', file('rule.json', rule)])).toContain('x-team is set to "blue"');
  const listed = await vault.must(['routing', 'list']);
  for (const words of [
    'provider openai',
    'path /v1 becomes /openai/v1',
    'at most 60 s',
    'round-robin: work, home',
    'missing: no such key is served',
  ]) {
    expect(listed).toContain(words);
  }
  expect(JSON.parse(await vault.must(['routing', 'list', '--json']))).toMatchObject({
    rules: [{ provider: 'openai', cache: { maxSeconds: 60, evenPrivate: false } }],
    health: [
      { label: 'work', state: 'missing', told: null },
      { label: 'home', state: 'missing' },
    ],
  });
  await vault.must(['routing', 'remove', 'provider:openai']);
  expect(await vault.kh(['routing', 'remove', 'provider:openai'])).toMatchObject({ code: 4, stdout: '' });
});

test('what is no rule is refused with the place of its fault, and nothing is changed', async () => {
  const cases: readonly [string, unknown, string][] = [
    ['no-json.json', '{', 'no JSON'],
    ['unknown.json', { for: 'provider', provider: 'openai', follow: true }, 'no routing rule'],
    [
      'header.json',
      { for: 'provider', provider: 'openai', requestHeaders: [{ do: 'remove', name: 'X A' }] },
      'requestHeaders.0.name',
    ],
  ];
  for (const [name, document, said] of cases) {
    const outcome = await vault.kh(['routing', 'set', file(name, document)]);
    expect([outcome.code, outcome.stdout]).toEqual([2, '']);
    expect(outcome.stderr).toContain(said);
    // The rule of the advice is one.
    const [advised = ''] = /\{.*\}/.exec(outcome.stderr) ?? [];
    expect(await vault.must(['routing', 'set', file('advised.json', JSON.parse(advised))])).toContain('openai');
    await vault.must(['routing', 'remove', 'provider:openai']);
  }
  const stranger = file('stranger.json', { for: 'provider', provider: 'opanai' });
  const refused = await vault.kh(['routing', 'set', stranger]);
  expect([refused.code, refused.stderr]).toEqual([4, expect.stringContaining('provider')]);
  expect((await vault.kh(['routing', 'set', join(vault.folder, 'nowhere.json')])).code).toBe(2);
  expect((await vault.kh(['routing', 'remove', 'openai'])).code).toBe(2);
  expect(JSON.parse(await vault.must(['routing', 'list', '--json']))).toEqual({ rules: [], health: [] });
});
