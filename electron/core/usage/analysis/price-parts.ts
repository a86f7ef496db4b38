import type { UsageRecord, UsageRequest } from '../../../../shared/contract/usage-records.ts';
import type { PriceBook } from '../prices/price-book.ts';
import { costOf, factorsOf, figuresFor, type PricedCall, priceOf } from '../prices/price-of.ts';
import { type Measure, MEASURES } from '../meter/meter.ts';
import { NO_TOKENS } from '../meter/tally.ts';
import { summedAs } from '../summed-rows.ts';

/**
 * How the cost of a call comes about by the book in force; null where it has no price for it, or the call is not counted in
 * tokens. A provider's own figure is not explained by it, but can be compared with it.
 */
export function priceParts(record: UsageRecord, atMs: number, book: PriceBook): UsageRequest['price'] {
  if (record.unit !== null || record.model === '' || record.measure === 'none') return null;
  const found = book.priceAt(record.provider, record.model, atMs);
  if (typeof found === 'string') return null;
  const call = callOf(record);
  const factors = factorsOf(call, record.model, book);
  if (factors === null) return null;
  const figures = figuresFor(found.price, call, book.document, atMs);
  const part = (what: Part['what'], tokens: number, price: number): Part => ({
    ...{ what, tokens, price },
    microUsd: costOf({ ...NO_TOKENS, inputTokens: tokens }, { input: price, output: 0 }, factors),
  });
  const { tokens } = call;
  const parts = [
    part('input', tokens.inputTokens, figures.input),
    part('cacheRead', tokens.cacheReadTokens, figures.cacheRead ?? figures.input),
    part('cacheWrite', tokens.cacheWriteTokens, figures.cacheWrite ?? figures.input),
    part('cacheWriteLong', tokens.cacheWriteLongTokens, figures.cacheWriteLong ?? figures.input),
    part('output', tokens.outputTokens, figures.output),
  ];
  const total = priceOf({ ...call, providerCostMicroUsd: null }, book, atMs).costMicroUsd;
  const totalMicroUsd = total ?? costOf(tokens, figures, factors);
  return {
    from: found.own ? 'own_price' : found.elsewhere ? 'listed_elsewhere' : 'book',
    validFrom: found.price.from ?? null,
    bookAsOf: book.asOf,
    parts: parts.filter(({ tokens: counted }) => counted > 0),
    factor: factors.reduce((so, [times, over]) => (so * times) / over, 1),
    totalMicroUsd,
    asRecorded: totalMicroUsd === record.costMicroUsd,
  };
}

type Part = NonNullable<UsageRequest['price']>['parts'][number];

function callOf(record: UsageRecord): PricedCall {
  return {
    provider: record.provider,
    measure: MEASURES.find((known): known is Measure => known === record.measure) ?? 'measured',
    seen: true,
    model: record.model,
    tokens: {
      inputTokens: record.inputTokens,
      cacheReadTokens: record.cacheReadTokens,
      cacheWriteTokens: record.cacheWriteTokens,
      cacheWriteLongTokens: record.cacheWriteLongTokens,
      outputTokens: record.outputTokens,
      reasoningTokens: record.reasoningTokens,
    },
    quantity: null,
    webSearches: record.webSearches,
    providerCostMicroUsd: null,
    serviceTier: record.serviceTier,
    region: record.region,
    ...summedAs(record.endpoint),
  };
}
