import { expect, test } from 'vitest';
import { displayName, grouped, sorted } from '../../../renderer/providers/arrange.ts';
import { credential, inDays, NOW_MS, tested } from './credential-fixture.ts';

const around = { nowMs: NOW_MS, providerName: (id: string) => id };
const labels = (list: readonly { readonly label: string }[]) => list.map((one) => one.label);

test('a name stands before the label', () => {
  expect(displayName({ name: '', label: 'work' })).toBe('work');
  expect(displayName({ name: 'Production', label: 'work' })).toBe('Production');
});

test('names are sorted as people count: key-2 before key-10', () => {
  const list = ['key-10', 'key-2', 'Alpha'].map((label) => credential({ label }));
  expect(labels(sorted(list, 'name', around))).toEqual(['Alpha', 'key-2', 'key-10']);
});

test('sorting by state puts failing first', () => {
  const list = [
    credential({ label: 'a', lastTest: tested('valid') }),
    credential({ label: 'b', lastTest: tested('expired') }),
  ];
  expect(labels(sorted(list, 'state', around))).toEqual(['b', 'a']);
});

test('sorting by expiry puts keys without one last', () => {
  const list = [
    credential({ label: 'none' }),
    credential({ label: 'late', expiresAt: inDays(9) }),
    credential({ label: 'soon', expiresAt: inDays(1) }),
  ];
  expect(labels(sorted(list, 'expires', around))).toEqual(['soon', 'late', 'none']);
});

test('groups keep the order and every key', () => {
  const list = [
    credential({ provider: 'github', label: 'a' }),
    credential({ provider: 'openai', label: 'b' }),
    credential({ provider: 'github', label: 'c' }),
  ];
  expect(grouped(list).map((group) => [group.provider, labels(group.credentials)])).toEqual([
    ['github', ['a', 'c']],
    ['openai', ['b']],
  ]);
});
