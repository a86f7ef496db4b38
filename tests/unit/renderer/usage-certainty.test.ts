import { describe, expect, test } from 'vitest';
import { heatSums, weekGrid, yearGrid } from '../../../renderer/usage/calendar-view.ts';
import { certainties, costText, exactText, sumsText } from '../../../renderer/usage/figures.ts';
import { chartSeries, type NamedBars, OTHER, rankedNames } from '../../../renderer/usage/overview-view.ts';
import { bucketValues, type BucketValues } from '../../../shared/contract/usage.ts';
import { certaintyOf, type UsageSums } from '../../../shared/usage.ts';

// Nothing is shown as known that is not: how far a cost is known is decided in one place.

const NAMES = Object.keys(bucketValues.shape) as (keyof BucketValues)[];
const values = (given: Partial<BucketValues>): BucketValues =>
  Object.fromEntries(NAMES.map((name) => [name, given[name] ?? [0, 0, 0]])) as BucketValues;
const sumsOf = (of: BucketValues): UsageSums =>
  Object.fromEntries(NAMES.map((name) => [name, of[name].reduce((sum, one) => sum + one, 0)])) as UsageSums;

test.each([
  ['nothing asked', {}, 'known', '$0.00'],
  ['all priced', { knownCostMicroUsd: 2_000_000 }, 'known', '$2.00'],
  ['free, and priced so', { knownCostMicroUsd: 0 }, 'known', '$0.00'],
  ['some without a price', { unpriced: 1, knownCostMicroUsd: 2_000_000 }, 'at-least', '≥\u00a0$2.00'],
  ['some cut', { incomplete: 1, knownCostMicroUsd: 2_000_000 }, 'at-least', '≥\u00a0$2.00'],
  ['none with a price', { unpriced: 9 }, 'unknown', 'Unknown'],
  ['none with a price but one failed call, which cost nothing', { unpriced: 9, failed: 1 }, 'unknown', 'Unknown'],
  ['none with a price, some cut', { unpriced: 9, incomplete: 3 }, 'unknown', 'Unknown'],
] as const)('a cost: %s', (_, given, certainty, text) => {
  const sums: UsageSums = { ...sumsOf(values({})), requests: 10, ...given };
  expect(certaintyOf(sums)).toBe(certainty);
  expect(sumsText('spend', sums)).toBe(text);
  expect(sumsText('requests', sums)).toBe('10');
});

// Three days: priced, a price missing, and nothing but calls without a price.
const mixed = values({ requests: [1, 2, 3], unpriced: [0, 1, 3], knownCostMicroUsd: [1_000_000, 500_000, 0] });
const unpriced = values({ requests: [0, 1, 3], unpriced: [0, 1, 2] });
const cut = values({ requests: [1, 0, 0], incomplete: [1, 0, 0], knownCostMicroUsd: [70, 0, 0] });
const series = (key: string, of: BucketValues) => ({ key, values: of, totals: sumsOf(of) });
const all = values({
  requests: [2, 3, 6],
  unpriced: [0, 2, 5],
  incomplete: [1, 0, 0],
  knownCostMicroUsd: [1_000_070, 500_000, 0],
});
const bars: NamedBars = {
  ...{ by: 'provider', bucket: 'day', zone: 'UTC', from: '2026-11-18', to: '2026-11-20', collectedSince: null },
  buckets: ['2026-11-18', '2026-11-19', '2026-11-20'].map((day) => ({ from: day, to: day, partial: false })),
  ...{ values: all, totals: sumsOf(all), series: [series('mixed', mixed), series('free?', unpriced)] },
  other: { names: 1, values: cut, totals: sumsOf(cut) },
};

describe('bars', () => {
  test('say of each value how far it is known, also where it stands for nothing', () => {
    expect(certainties(all)).toEqual(['at-least', 'at-least', 'unknown']);
    const drawn = chartSeries(rankedNames(bars, 'spend'), String, false);
    expect(drawn.map(({ key, certainty }) => [key, certainty])).toEqual([
      ['mixed', ['known', 'at-least', 'unknown']],
      ['free?', ['known', 'unknown', 'unknown']],
      [OTHER, ['at-least', 'known', 'known']],
    ]);
  });
  test('of running totals are as uncertain as what they were summed from', () => {
    expect(certainties(mixed, true)).toEqual(['known', 'at-least', 'at-least']);
    expect(certainties(unpriced, true)).toEqual(['known', 'unknown', 'unknown']);
    expect(certainties(cut, true)).toEqual(['at-least', 'at-least', 'at-least']);
    const drawn = chartSeries(rankedNames(bars, 'spend'), String, true);
    expect(drawn[0]?.certainty).toEqual(['known', 'at-least', 'at-least']);
  });
  test('of calls and tokens are known', () => {
    expect(chartSeries(rankedNames(bars, 'requests'), String, false).map(({ certainty }) => certainty)).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
  test('names and the rest say it of their sums', () => {
    const said = rankedNames(bars, 'spend').map(({ sums }) => sumsText('spend', sums, exactText));
    expect(said).toEqual(['≥\u00a0$1.50', 'Unknown', '≥\u00a0$0.00007']);
    expect(costText('$1.00', undefined)).toBe('$1.00');
  });
});

describe('the calendar', () => {
  const days = 371;
  const list = (at: number, value: number): number[] => Array<number>(days).fill(0).with(at, value);
  const heat = {
    requests: list(8, 3).with(9, 1),
    failed: list(8, 1),
    unpriced: list(8, 2),
    incomplete: list(9, 1),
    knownCostMicroUsd: list(9, 250_000),
    tokens: list(8, 10),
  };
  const hoursOfWeek = Object.fromEntries(
    Object.entries(heat).map(([name, of]) => [name, of.slice(0, 168)]),
  ) as typeof heat;
  const map = {
    ...{ zone: 'UTC', from: '2025-11-17', to: '2026-11-22', collectedSince: '2025-11-17T00:00:00.000Z', remarks: [] },
    ...{ days: heat, hoursOfWeek },
  };
  test('tells a day of unknown cost from a day without use', () => {
    const cells = yearGrid(map, 'spend').rows.flatMap(({ cells: some }) => some);
    const at = (key: string) => cells.find((cell) => cell.key === key);
    expect(at('2025-11-25')).toMatchObject({ open: true, step: 0 });
    expect(at('2025-11-25')?.text).toMatch(/Unknown, 3 requests$/);
    expect(at('2025-11-26')?.text).toMatch(/≥\u00a0\$0\.25, 1 request$/);
    expect(at('2025-11-27')).toMatchObject({ open: false });
    expect(at('2025-11-27')?.text).toMatch(/\$0\.00, 0 requests$/);
    expect(yearGrid(map, 'requests').rows[1]?.cells[1]).toMatchObject({ open: false, step: 3 });
  });
  test('says the same of hours of the week and of the whole', () => {
    const text = weekGrid(hoursOfWeek, 'spend').rows[0]?.cells.map((cell) => cell.text) ?? [];
    expect(text[8]).toMatch(/Unknown$/);
    expect(text[9]).toMatch(/≥\u00a0\$0\.25$/);
    expect(heatSums(heat)).toMatchObject({ requests: 4, unpriced: 2, knownCostMicroUsd: 250_000 });
    expect(certaintyOf(heatSums(heat))).toBe('at-least');
  });
});
