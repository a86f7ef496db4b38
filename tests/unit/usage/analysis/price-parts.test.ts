import { join } from 'node:path';
import { expect, test } from 'vitest';
import { usageRequest } from '../../../../shared/contract/usage-records.ts';
import { priceParts } from '../../../../electron/core/usage/analysis/price-parts.ts';
import { oneRequest } from '../../../../electron/core/usage/analysis/records.ts';
import { NO_TOKENS } from '../../../../electron/core/usage/meter/tally.ts';
import { PriceBook } from '../../../../electron/core/usage/prices/price-book.ts';
import { priceOf } from '../../../../electron/core/usage/prices/price-of.ts';
import { type Made, usageDatabase, write } from './filled-usage.ts';

const BOOK = PriceBook.load(join(import.meta.dirname, '../../../../resources/prices.json'));
const NOW = Date.UTC(2030, 0, 15, 12);
const TOKENS = {
  ...NO_TOKENS,
  ...{ inputTokens: 1_000_003, cacheReadTokens: 70_001, cacheWriteTokens: 333, outputTokens: 4_567 },
};

function explained(given: Partial<Made>) {
  const db = usageDatabase();
  write(db, 'UTC', [{ atMs: NOW, provider: 'anthropic', model: 'claude-opus-5', tokens: TOKENS, ...given }]);
  const { record, atMs, related } = oneRequest(db, { id: 1 });
  return usageRequest.parse({ record, price: priceParts(record, atMs, BOOK), related }).price;
}

const call = {
  ...{ provider: 'anthropic', model: 'claude-opus-5', measure: 'measured' as const, seen: true, tokens: TOKENS },
  ...{ quantity: null, webSearches: 0, providerCostMicroUsd: null, serviceTier: null, region: null },
};

test('the parts of a cost come to what was recorded, but for a rounding each', () => {
  const { costMicroUsd } = priceOf(call, BOOK, NOW);
  const price = explained({ costMicroUsd });
  expect(price).toMatchObject({ from: 'book', asRecorded: true, totalMicroUsd: costMicroUsd, factor: 1 });
  expect(price?.parts.map(({ what, tokens }) => [what, tokens])).toEqual([
    ['input', 1_000_003],
    ['cacheRead', 70_001],
    ['cacheWrite', 333],
    ['output', 4_567],
  ]);
  const parts = price?.parts.reduce((sum, { microUsd }) => sum + microUsd, 0) ?? 0;
  expect(Math.abs(parts - (costMicroUsd ?? 0))).toBeLessThanOrEqual(2);
});

test('a price that has changed since, or another one of the provider, is told', () => {
  expect(explained({ costMicroUsd: 5 })).toMatchObject({ asRecorded: false });
  expect(explained({ costMicroUsd: null })).toMatchObject({ asRecorded: false });
});

test('what has no price is not explained', () => {
  expect(explained({ model: 'unheard-of' })).toBeNull();
  expect(explained({ measure: 'none' })).toBeNull();
});
