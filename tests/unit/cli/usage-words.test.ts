import { expect, test } from 'vitest';
import { costText } from '../../../cli/usage-cost.ts';
import { formatFrom } from '../../../cli/usage-format.ts';
import { filterFrom, rangeFrom } from '../../../cli/usage-options.ts';

test.each([
  [{ unpriced: 0, incomplete: 0, knownCostMicroUsd: 1_200_000 }, '$1.20'],
  [{ unpriced: 0, incomplete: 1, knownCostMicroUsd: 1_200_000 }, 'at least $1.20'],
  [{ unpriced: 1, incomplete: 0, knownCostMicroUsd: 1_200_000 }, 'over $1.20'],
  [{ unpriced: 1, incomplete: 1, knownCostMicroUsd: 1_200_000 }, 'over $1.20'],
  [{ unpriced: 1, incomplete: 0, knownCostMicroUsd: 0 }, 'unknown'],
])('a cost is told with how sure it is: %j', (sums, told) => expect(costText(sums)).toBe(told));

test('the format is what was asked for, a table else; --json is one of its names', () => {
  expect([formatFrom({}), formatFrom({ json: true }), formatFrom({ json: true, format: 'json' })]).toEqual([
    ...['table', 'json', 'json'],
  ]);
  expect(['table', 'json', 'csv'].map((format) => formatFrom({ format }))).toEqual(['table', 'json', 'csv']);
  expect(() => formatFrom({ json: true, format: 'csv' })).toThrow(/contradict/);
  expect(() => formatFrom({ format: 'xml' })).toThrow(/not known/);
});

test('a range is of days, times or words, and what is none of these is named by its option', () => {
  expect(rangeFrom({})).toEqual({});
  expect(rangeFrom({ from: '7d', to: '2026-11-20T14:00:00Z' })).toEqual({ from: '7d', to: '2026-11-20T14:00:00Z' });
  expect(() => rangeFrom({ from: 'soon' })).toThrow(/^--from is no day/);
  expect(() => rangeFrom({ to: '2026-13-40' })).toThrow(/^--to is no day/);
});

test('only what was narrowed to is asked for; a key is named as in reports, the empty name stays empty', () => {
  expect(filterFrom({})).toEqual({});
  expect(filterFrom({ from: '7d' })).toEqual({});
  expect(filterFrom({ model: ['a', 'b'], client: [''] })).toEqual({ filter: { model: ['a', 'b'], client: [''] } });
  expect(filterFrom({ credential: ['kh://openai', 'kh://openai/work', 'openai/home', 'openai', ''] })).toEqual({
    filter: { credential: ['openai/default', 'openai/work', 'openai/home', 'openai/default', ''] },
  });
});
