import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { NO_TOKENS } from '../../../electron/core/usage/meter/tally.ts';
import { PriceBook } from '../../../electron/core/usage/prices/price-book.ts';
import { costOf, priceOf, type PricedCall } from '../../../electron/core/usage/prices/price-of.ts';
import { modelPrice, priceDocument } from '../../../shared/prices.ts';

const RESOURCES = join(import.meta.dirname, '../../../resources');
const book = PriceBook.load(join(RESOURCES, 'prices.json'));
const AT = Date.UTC(2026, 10, 20, 12); // a Friday noon: no peak hour

const call = (given: Partial<PricedCall> & Pick<PricedCall, 'provider' | 'model'>): PricedCall => ({
  measure: 'measured',
  seen: true,
  tokens: NO_TOKENS,
  quantity: null,
  webSearches: 0,
  providerCostMicroUsd: null,
  serviceTier: null,
  region: null,
  ...given,
});
const tokens = (given: Partial<typeof NO_TOKENS>) => ({ ...NO_TOKENS, ...given });

/** Worked out by hand from the price list: tokens times dollars for a million. */
test.each([
  ['openai', 'gpt-6-luna', { inputTokens: 176, cacheReadTokens: 1024, outputTokens: 48 }, 52], // 17.6 + 10.24 + 24
  [
    'openai',
    'gpt-6.1-terra',
    { inputTokens: 258, cacheReadTokens: 1536, cacheWriteTokens: 256, outputTokens: 75 },
    1030,
  ], // 258 + 76.8 + 320 + 375
  ['openai', 'gpt-6.1-terra', { inputTokens: 90, outputTokens: 16 }, 170],
  [
    'anthropic',
    'claude-haiku-5-5',
    { inputTokens: 214, cacheReadTokens: 3000, cacheWriteTokens: 1000, cacheWriteLongTokens: 500, outputTokens: 61 },
    307, // 21.4 + 30 + 125 + 100 + 30.5
  ],
  ['google', 'gemini-3.8-flash', { inputTokens: 128, cacheReadTokens: 512, outputTokens: 39 }, 281], // 96 + 38.4 + 146.25
])('the sample of %s %s costs what the list says', (provider, model, given, cost) => {
  expect(priceOf(call({ provider, model, tokens: tokens(given) }), book, AT)).toMatchObject({
    costMicroUsd: cost,
    why: 'book',
  });
});

test('a prompt over the limit makes the whole request dearer, cached tokens counted', () => {
  const at = (cacheReadTokens: number) =>
    priceOf(
      call({
        provider: 'anthropic',
        model: 'claude-haiku-5-5',
        tokens: tokens({ cacheReadTokens, outputTokens: 1000 }),
      }),
      book,
      AT,
    );
  expect(at(100_000).costMicroUsd).toBe(1000 + 500);
  expect(at(100_001).costMicroUsd).toBe(5000 + 2500);
});

test('prices hold by the day', () => {
  const gemini = call({ provider: 'google', model: 'gemini-3.8-flash', tokens: tokens({ inputTokens: 1_000_000 }) });
  expect(priceOf(gemini, book, Date.UTC(2026, 11, 31, 23, 59)).costMicroUsd).toBe(750_000);
  expect(priceOf(gemini, book, Date.UTC(2027, 0, 1)).costMicroUsd).toBe(1_500_000);
  expect(priceOf(gemini, book, Date.UTC(2026, 7, 1))).toEqual({ costMicroUsd: null, why: 'no_price_then' });
});

test('DeepSeek costs double in its peak hours on weekdays', () => {
  const asked = call({ provider: 'deepseek', model: 'deepseek-flash', tokens: tokens({ inputTokens: 1_000_000 }) });
  expect(priceOf(asked, book, Date.UTC(2026, 10, 20, 6)).costMicroUsd).toBe(300_000); // Friday
  expect(priceOf(asked, book, Date.UTC(2026, 10, 20, 10)).costMicroUsd).toBe(150_000);
  expect(priceOf(asked, book, Date.UTC(2026, 10, 21, 6)).costMicroUsd).toBe(150_000); // Saturday
});

test('tiers and regions change the price; a tier without a known price has none', () => {
  const opus = { provider: 'anthropic', model: 'claude-opus-5-5', tokens: tokens({ inputTokens: 1_000_000 }) };
  expect(priceOf(call({ ...opus, serviceTier: 'standard' }), book, AT).costMicroUsd).toBe(4_000_000);
  expect(priceOf(call({ ...opus, serviceTier: 'batch' }), book, AT).costMicroUsd).toBe(2_000_000);
  expect(priceOf(call({ ...opus, serviceTier: 'batch', region: 'us' }), book, AT).costMicroUsd).toBe(2_200_000);
  expect(priceOf(call({ ...opus, serviceTier: 'priority' }), book, AT)).toEqual({
    costMicroUsd: null,
    why: 'unknown_tier',
  });
  expect(priceOf(call({ ...opus, serviceTier: 'fast' }), book, AT).costMicroUsd).toBe(8_000_000);
  // Whoever usually charges like another one has its tiers too.
  const azure = { provider: 'azure_openai', model: 'gpt-6-luna', tokens: tokens({ inputTokens: 100_000 }) };
  expect(priceOf(call({ ...azure, serviceTier: 'batch' }), book, AT)).toMatchObject({
    costMicroUsd: 5000,
    why: 'listed_elsewhere',
  });
  const gpt = { provider: 'openai', tokens: tokens({ inputTokens: 100_000 }), serviceTier: 'priority' };
  expect(priceOf(call({ ...gpt, model: 'gpt-6-sol' }), book, AT).costMicroUsd).toBe(400_000);
  expect(priceOf(call({ ...gpt, model: 'gpt-5' }), book, AT).costMicroUsd).toBeNull();
});

test('an id with a day, "latest" or a context size finds its model; an exact one is taken first', () => {
  const found = (provider: string, model: string) => book.find(provider, model)?.model.model;
  expect(found('openai', 'gpt-6-luna-2026-09-22')).toBe('gpt-6-luna');
  expect(found('anthropic', 'claude-opus-5-20260701')).toBe('claude-opus-5');
  expect(found('anthropic', 'claude-opus-4-8[1m]')).toBe('claude-opus-4-8');
  expect(found('anthropic', 'claude-sonnet-4-5-latest')).toBe('claude-sonnet-4-5');
  expect(found('mistral', 'mistral-large-latest')).toBe('mistral-large-latest');
  expect(found('openai', 'gpt-5.6')).toBe('gpt-5.6-sol');
  expect(found('google', 'models/gemini-2.5-pro')).toBe('gemini-2.5-pro');
  expect(found('openai', 'gpt-6-luna-mini')).toBeUndefined();
  expect(found('anthropic', 'gpt-5')).toBeUndefined();
});

test('a price that the owner set wins, an unknown model costs "unknown"', () => {
  const own = modelPrice.parse({
    provider: 'openai',
    model: 'gpt-5',
    kind: 'chat',
    status: 'current',
    prices: [{ input: 7, output: 0 }],
    source: 'set by the owner',
  });
  const asked = call({ provider: 'openai', model: 'gpt-5', tokens: tokens({ inputTokens: 1_000_000 }) });
  expect(priceOf(asked, book.withOwn({ models: [own], units: [] }), AT)).toEqual({ costMicroUsd: 7, why: 'own_price' });
  expect(priceOf(call({ provider: 'openai', model: 'gpt-99' }), book, AT)).toEqual({
    costMicroUsd: null,
    why: 'unknown_model',
  });
  expect(priceOf(call({ provider: 'openai', model: null }), book, AT).costMicroUsd).toBeNull();
});

const owned = (model: string, given: { readonly tokens?: number; readonly images?: number; readonly from?: string }) =>
  book.withOwn({
    models:
      given.tokens === undefined
        ? []
        : [
            modelPrice.parse({
              ...{ provider: 'openai', model, kind: 'chat', status: 'current', source: 'set by the owner' },
              prices: [{ input: given.tokens, output: given.tokens, from: given.from }],
            }),
          ],
    units:
      given.images === undefined
        ? []
        : [{ provider: 'openai', model, unit: 'images', source: '', prices: [{ price: given.images }] }],
  });

test('it wins over what the provider says too, where it is about what was used', () => {
  const used = { provider: 'openai', model: 'gpt-5', providerCostMicroUsd: 5 } as const;
  const asked = call({ ...used, tokens: tokens({ inputTokens: 1_000_000 }) });
  const told = { costMicroUsd: 5, why: 'provider' };
  expect(priceOf(asked, book, AT)).toEqual(told);
  expect(priceOf(asked, owned('gpt-5', { tokens: 7 }), AT)).toEqual({ costMicroUsd: 7, why: 'own_price' });
  expect(priceOf(asked, owned('gpt-5', { tokens: 7, from: '2026-11-21' }), AT)).toEqual(told);
  expect(priceOf(asked, owned('gpt-4o', { tokens: 7 }), AT)).toEqual(told);
  expect(priceOf(asked, owned('gpt-5', { images: 7 }), AT)).toEqual(told);
  expect(priceOf(call({ ...used }), owned('gpt-5', { tokens: 7 }), AT)).toEqual(told); // no tokens were told
  const unknownTier = call({ ...used, tokens: tokens({ inputTokens: 1 }), serviceTier: 'odd' });
  expect(priceOf(unknownTier, owned('gpt-5', { tokens: 7 }), AT)).toEqual(told);
});

test('pictures cost what their tokens cost, unless the owner set a price for pictures', () => {
  const pictures = call({
    ...{ provider: 'openai', model: 'gpt-image-1', tokens: tokens({ inputTokens: 1_000_000 }) },
    quantity: { unit: 'images', thousandths: 2000 },
  });
  expect(priceOf(pictures, owned('gpt-image-1', { tokens: 7 }), AT)).toEqual({ costMicroUsd: 7, why: 'own_price' });
  expect(priceOf(pictures, owned('gpt-image-1', { tokens: 7, images: 3_000_000 }), AT).costMicroUsd).toBe(6);
  expect(priceOf(pictures, book, AT).why).toBe('no_unit_price');
  const heard = { ...pictures, quantity: { unit: 'seconds', thousandths: 61_000 } as const };
  expect(priceOf(heard, owned('gpt-image-1', { tokens: 7 }), AT)).toEqual({ costMicroUsd: 7, why: 'at_least' });
});

test('a model with prices for both is charged for its seconds and its tokens', () => {
  const heard = call({
    ...{ provider: 'mistral', model: 'voxtral-small-latest', tokens: tokens({ inputTokens: 1000, outputTokens: 100 }) },
    quantity: { unit: 'seconds', thousandths: 60_000 },
  });
  const dated = { source: 'own', prices: [{ price: 66_700_000 }] };
  const seconds = { ...dated, provider: 'mistral', model: 'voxtral-small-latest', unit: 'seconds' } as const;
  const ofTokens = modelPrice.parse({
    ...{ provider: 'mistral', model: 'voxtral-small-latest', kind: 'chat', status: 'current', source: 'own' },
    prices: [{ input: 100_000, output: 300_000 }],
  });
  const priced = (own: Parameters<PriceBook['withOwn']>[0]) => priceOf(heard, book.withOwn(own), AT);
  expect(priced({ models: [ofTokens], units: [seconds] })).toMatchObject({
    costMicroUsd: 4002 + 130,
    why: 'own_price',
  });
  expect(priced({ models: [], units: [seconds] })).toMatchObject({ costMicroUsd: 4002, why: 'own_price' });
  expect(priced({ models: [ofTokens], units: [] })).toMatchObject({ costMicroUsd: 130, why: 'at_least' });
  // A price for whatever model of the provider it is, is not one beside that of this model's tokens.
  const anyModel = { ...dated, provider: 'mistral', unit: 'seconds' } as const;
  expect(priced({ models: [ofTokens], units: [anyModel] })).toMatchObject({ costMicroUsd: 4002, why: 'own_price' });
});

test('a model without a price is told of once, in whatever it is counted', () => {
  const met: string[] = [];
  const telling = owned('dall-e-3', { images: 3 }).telling((provider, model) => met.push(`${provider} ${model}`));
  const used = (model: string) => call({ provider: 'openai', model, quantity: { unit: 'images', thousandths: 1000 } });
  for (const model of ['dall-e-3', 'dall-e-9', 'dall-e-9']) priceOf(used(model), telling, AT);
  expect(met).toEqual(['openai dall-e-9']);
});

test('what is not known is never zero, what is not charged is', () => {
  const seen = { provider: 'openai', model: 'gpt-5' };
  expect(priceOf(call({ ...seen, measure: 'missing', seen: false }), book, AT)).toEqual({
    costMicroUsd: null,
    why: 'not_told',
  });
  expect(priceOf(call({ ...seen, measure: 'incomplete', seen: false }), book, AT).costMicroUsd).toBeNull();
  expect(priceOf(call({ ...seen, measure: 'incomplete', tokens: tokens({ inputTokens: 100 }) }), book, AT)).toEqual({
    costMicroUsd: 125,
    why: 'at_least',
  });
  expect(priceOf(call({ ...seen, webSearches: 1 }), book, AT).why).toBe('at_least');
  expect(priceOf(call({ ...seen, measure: 'none', seen: false }), book, AT)).toEqual({
    costMicroUsd: 0,
    why: 'nothing_used',
  });
  expect(priceOf(call({ ...seen, providerCostMicroUsd: 5 }), book, AT)).toEqual({ costMicroUsd: 5, why: 'provider' });
  const one = { unit: 'calls', thousandths: 1000 } as const;
  expect(priceOf(call({ provider: 'github', model: null, measure: 'none', quantity: one }), book, AT)).toEqual({
    costMicroUsd: 0,
    why: 'free',
  });
  expect(priceOf(call({ provider: 'twilio', model: null, measure: 'none', quantity: one }), book, AT)).toEqual({
    costMicroUsd: null,
    why: 'no_unit_price',
  });
  expect(priceOf(call({ provider: 'azure_openai', model: 'gpt-5' }), book, AT).why).toBe('listed_elsewhere');
});

test('a sum is exact for any counts', () => {
  const n = fc.integer({ min: 0, max: 1_000_000_000 });
  fc.assert(
    fc.property(n, n, n, n, (inputTokens, outputTokens, input, output) => {
      const exact = BigInt(inputTokens) * BigInt(input) + BigInt(outputTokens) * BigInt(output);
      const cost = costOf(tokens({ inputTokens, outputTokens }), { input, output });
      expect(BigInt(cost)).toBe((exact + 500_000n) / 1_000_000n);
    }),
  );
});

test('each model stands once in the price book, under a provider of the catalogue', () => {
  const document = priceDocument.parse(JSON.parse(readFileSync(join(RESOURCES, 'prices.json'), 'utf8')));
  const ids = document.models.map(({ provider, model }) => `${provider} ${model}`);
  expect(new Set(ids).size).toBe(ids.length);
  expect(document.models.length).toBe(146);
  const providers = z.array(z.string()).parse([...new Set(document.models.map(({ provider }) => provider))]);
  for (const provider of providers)
    expect(() => readFileSync(join(RESOURCES, `providers/${provider}.json`))).not.toThrow();
  for (const { prices } of document.models) {
    for (const price of prices) expect(price.cacheRead ?? 0).toBeLessThanOrEqual(price.input);
  }
});

test('a cache write that lasts an hour is twice the input of a long prompt too', () => {
  const sonnet = book.find('anthropic', 'claude-sonnet-4-5')?.model.prices[0];
  expect(sonnet?.longPrompt).toMatchObject({ input: 6_000_000, cacheWriteLong: 12_000_000 });
});
