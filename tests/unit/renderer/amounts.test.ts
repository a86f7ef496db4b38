import { describe, expect, test } from 'vitest';
import { amountText, parseAmount } from '../../../renderer/quotas/amounts.ts';

describe('a typed amount of money is exact to the micro-dollar', () => {
  test.each([
    ['12', 12_000_000],
    ['0.1', 100_000],
    ['$12.50', 12_500_000],
    ['12.50 USD', 12_500_000],
    ['12,50', 12_500_000],
    ['1,234', 1_234_000_000],
    ['1,234.56', 1_234_560_000],
    ['1.234,56', 1_234_560_000],
    ['1.234', 1_234_000],
    ['1 000', 1_000_000_000],
    ['0.000001', 1],
    ['.5', 500_000],
    ['2k', 2_000_000_000],
    ['8.29', 8_290_000],
  ])('%s is %d', (typed, micro) => {
    expect(parseAmount('cost', typed)).toBe(micro);
  });

  test.each(['', '.', 'a lot', '-1', '1.0000001', '1.2.3', '12,34,56', '1,23,456.7', '1e3', '99999999999999999'])(
    '“%s” is no amount',
    (typed) => {
      expect(parseAmount('cost', typed)).toBeNull();
    },
  );
});

describe('a count is whole', () => {
  test.each([
    ['1000', 1_000],
    ['1,000', 1_000],
    ['1 000 000', 1_000_000],
    ["1'000", 1_000],
    ['500k', 500_000],
    ['1.5M', 1_500_000],
    ['2B', 2_000_000_000],
    ['1,234,567', 1_234_567],
  ])('%s is %d', (typed, count) => {
    expect(parseAmount('tokens', typed)).toBe(count);
  });

  test.each(['1.5', '0.0001k', 'k', ''])('“%s” is no count', (typed) => {
    expect(parseAmount('requests', typed)).toBeNull();
  });
});

test('an amount that is edited reads back as the same amount', () => {
  for (const micro of [1, 100_000, 12_500_000, 12_000_000, 1_234_567_891, 0]) {
    expect(parseAmount('cost', amountText('cost', micro))).toBe(micro);
  }
  expect(amountText('cost', 12_500_000)).toBe('12.50');
  expect(amountText('cost', 12_000_000)).toBe('12');
  expect(amountText('tokens', 1_500_000)).toBe('1500000');
});
