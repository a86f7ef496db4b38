import { expect, test } from 'vitest';
import { findKeys, parsePalette, SHOWN_KEYS } from '../../../renderer/palette/palette-items.ts';
import { credential, inDays, NOW_MS } from './credential-fixture.ts';

const around = { nowMs: NOW_MS, providerName: (id: string) => id };
const find = (typed: string, credentials: readonly ReturnType<typeof credential>[]) =>
  findKeys(typed, { ...around, credentials }).map((one) => one.label);

test('a leading sign narrows the search', () => {
  expect(parsePalette('> lock')).toEqual({ scope: 'acts', text: 'lock' });
  expect(parsePalette('#prod')).toEqual({ scope: 'tags', text: 'prod' });
  expect(parsePalette('work')).toEqual({ scope: 'all', text: 'work' });
});

test('a name that starts with what was typed comes before one that only holds it', () => {
  const list = [credential({ label: 'my-work', lastUsedAt: inDays(-1) }), credential({ label: 'work' })];
  expect(find('work', list)).toEqual(['work', 'my-work']);
});

test('what was used last comes first', () => {
  const list = [
    credential({ label: 'a1', lastUsedAt: inDays(-9) }),
    credential({ label: 'a2', lastUsedAt: inDays(-1) }),
  ];
  expect(find('a', list)).toEqual(['a2', 'a1']);
});

test('binned keys are not offered, and never more than fit', () => {
  const many = Array.from({ length: 100 }, (_, index) => credential({ label: `k${index}` }));
  expect(find('k', [...many, credential({ label: 'kx', state: 'binned' })])).toHaveLength(SHOWN_KEYS);
  expect(find('kx', [credential({ label: 'kx', state: 'binned' })])).toEqual([]);
});

test('"@" looks at providers only, "#" at tags only', () => {
  const list = [credential({ label: 'github', tags: ['ci'] }), credential({ provider: 'github', label: 'x' })];
  expect(find('@github', list)).toEqual(['x']);
  expect(find('#ci', list)).toEqual(['github']);
});
