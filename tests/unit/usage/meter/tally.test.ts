import { expect, test } from 'vitest';
import { microUsd } from '../../../../electron/core/usage/meter/tally.ts';

test('a cost is taken as a number or as plain decimal text, and nothing else', () => {
  for (const [told, is] of [
    [0.000001, 1],
    ['0.00299', 2990],
    ['10000', 1e10],
    [0, 0],
  ] as const) {
    expect(microUsd(told)).toBe(is);
  }
  expect(microUsd('10001', 1e6)).toBe(10_001e6); // a row of many calls
  for (const odd of [-1, 10_001, '-1', '1e3', ' 1', '0x10', '', 'free', null, undefined, [1], Number.NaN]) {
    expect(microUsd(odd)).toBeNull();
  }
});
