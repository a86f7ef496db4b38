import fc from 'fast-check';
import { expect, test } from 'vitest';
import { codeGroups, normalGroup, pickGroups } from '../../../renderer/first-run/groups.ts';
import { isLongEnough } from '../../../renderer/first-run/strength.ts';

test('two different groups are asked for, in reading order', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 12 }), fc.double({ min: 0, max: 0.999999, noNaN: true }), (count, random) => {
      const [first, second] = pickGroups(count, () => random);
      expect(first).toBeLessThan(second);
      expect(second).toBeLessThan(count);
    }),
  );
});

test('a group is the same in small letters, with spaces, and with O for 0', () => {
  expect(normalGroup(' k7-qo2 ')).toBe(normalGroup('K7Q02'));
  expect(normalGroup('I1L')).toBe('111');
});

test('the code falls into its groups', () => {
  expect(codeGroups('AAAAA-BBBBB-CCCC')).toEqual(['AAAAA', 'BBBBB', 'CCCC']);
});

test('length counts code points after normalisation, not UTF-16 units', () => {
  expect(isLongEnough('🗝'.repeat(11))).toBe(false);
  expect(isLongEnough('🗝'.repeat(12))).toBe(true);
});
