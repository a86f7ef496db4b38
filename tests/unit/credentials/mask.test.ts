import fc from 'fast-check';
import { expect, test } from 'vitest';
import { maskSecret } from '../../../electron/core/credentials/mask.ts';

const DOTS = '•'.repeat(8);

test('a long key shows its known prefix and its last four characters', () => {
  expect(maskSecret(`sk-proj-${'a'.repeat(40)}WXYZ`, 'sk-proj-')).toBe(`sk-proj-${DOTS}WXYZ`);
});

test('a prefix that would show too much of the value is left out', () => {
  expect(maskSecret('sk-proj-abcdWXYZ', 'sk-proj-')).toBe(`${DOTS}WXYZ`);
});

test('nothing of a short or multi-line value is shown', () => {
  expect(maskSecret('hunter2hunt')).toBe(DOTS);
  expect(maskSecret('-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----')).toBe(DOTS);
});

test('whatever the value and the prefix: never more than a third is shown, and always as many dots', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), fc.nat(40), (value, cut) => {
      const masked = maskSecret(value, value.slice(0, cut));
      const shown = [...masked.replace(DOTS, '')].length;
      expect(masked).toContain(DOTS);
      expect(shown).toBeLessThanOrEqual([...value].length / 3);
      if (shown > 0) expect([...value].length).toBeGreaterThanOrEqual(12);
    }),
  );
});
