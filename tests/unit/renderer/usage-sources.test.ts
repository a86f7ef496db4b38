import { expect, test } from 'vitest';
import type { ReconcileRow } from '../../../shared/contract/usage-figures.ts';
import { importCostText } from '../../../renderer/usage-sources/import-view.ts';
import {
  costText,
  driftText,
  invoiceOf,
  lastDays,
  tokensText,
  verdict,
} from '../../../renderer/usage-sources/compare-view.ts';

const NOT_TOLD: ReconcileRow['theirs'] = {
  requests: null,
  inputTokens: null,
  cacheReadTokens: null,
  cacheWriteTokens: null,
  outputTokens: null,
  costMicroUsd: null,
};
const row = (driftPercent: number | null): ReconcileRow => ({
  day: null,
  model: null,
  theirs: NOT_TOLD,
  ours: NOT_TOLD,
  driftPercent,
  driftOf: null,
  reasons: [],
});

test('what was not told is not shown as nothing', () => {
  expect([costText(NOT_TOLD), tokensText(NOT_TOLD)]).toEqual(['not told', 'not told']);
  expect([costText({ ...NOT_TOLD, costMicroUsd: 0 }), tokensText({ ...NOT_TOLD, inputTokens: 0 })]).toEqual([
    '$0.00',
    '0',
  ]);
});

test.each([
  [0, 'none', 'ok'],
  [-4.99, '−4.99 %', 'ok'],
  [5.01, '+5.01 %', 'warn'],
  [null, '', 'info'],
])('a drift of %s is shown as %j', (percent, shown, tone) => {
  expect([driftText(percent), verdict(row(percent)).tone]).toEqual([shown, tone]);
});

test('the period begins as the last 30 days that are over, in UTC', () => {
  expect(lastDays(Date.UTC(2026, 10, 21, 0, 30))).toEqual({ from: '2026-10-22', to: '2026-11-20' });
});

test.each([
  ['41.27', 41_270_000],
  ['$0.000001', 1],
  ['', undefined],
  ['41,27', null],
  ['-1', null],
])('%j dollars of an invoice', (typed, microUsd) => expect(invoiceOf(typed)).toBe(microUsd));

test.each([
  ['$1.20', 1_200_000, 0, 0],
  ['≥\u00a0$1.20', 1_200_000, 1, 0],
  ['≥\u00a0$1.20', 1_200_000, 0, 1],
  ['Unknown', 0, 3, 0],
])(
  'what imported calls of a model cost is %s, not more than is known',
  (text, knownCostMicroUsd, unpriced, incomplete) => {
    const sums = { provider: 'openai', model: 'm', requests: 3, knownCostMicroUsd, unpriced, incomplete };
    expect(importCostText(sums)).toBe(text);
  },
);
