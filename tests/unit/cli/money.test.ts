import { expect, test } from 'vitest';
import { dollars, perMillion } from '../../../cli/money.ts';

test.each([
  ['2.50', 1_000_000, 2_500_000],
  ['$10', 1_000_000, 10_000_000],
  ['0.30', 1000, 300_000_000], // thirty cents a thousand characters
  ['0.0043', 60, 71_666_667], // a minute at 0.43 cents, in seconds
  ['0.00299', 1, 2_990_000_000],
  ['0.0000005', 1_000_000, 1], // half up
])('%s dollars for %i is %i micro-USD for a million', (typed, per, microUsd) => {
  expect(perMillion(typed, per)).toBe(microUsd);
});

test.each(['', '-1', '1,5', '1e3', '0x10', 'free', '1.2.3', '12345678901'])('%j is no price', (typed) => {
  expect(perMillion(typed)).toBeNull();
});

test('what is shown can be typed again', () => {
  for (const microUsd of [1, 150, 2_500_000, 71_666_667]) expect(perMillion(dollars(microUsd))).toBe(microUsd);
});
