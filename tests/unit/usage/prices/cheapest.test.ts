import { join } from 'node:path';
import { expect, test } from 'vitest';
import { usageCheapest } from '../../../../shared/contract/usage-records.ts';
import { modelUse } from '../../../../electron/core/usage/analysis/model-use.ts';
import { cheapest, plainModel } from '../../../../electron/core/usage/prices/cheapest.ts';
import { PriceBook } from '../../../../electron/core/usage/prices/price-book.ts';
import { type Made, usageDatabase, write } from '../analysis/filled-usage.ts';

const NOW = Date.UTC(2029, 10, 15, 12);
const SHIPPED = PriceBook.load(join(import.meta.dirname, '../../../../resources/prices.json')).document;
const price = (provider: string, model: string, input: number, output: number) => ({
  ...{ provider, model, kind: 'chat' as const, status: 'current' as const, source: 'a test' },
  prices: [{ input, output }],
});
const BOOK = new PriceBook({
  ...SHIPPED,
  models: [
    price('groq', 'openai/gpt-oss-120b', 150_000, 600_000),
    price('together', 'openai/gpt-oss-120b', 100_000, 900_000),
    price('fireworks', 'accounts/fireworks/models/gpt-oss-120b', 90_000, 300_000),
    price('openai', 'gpt-6', 1_000_000, 4_000_000),
    {
      ...price('together', 'long-1', 100_000, 200_000),
      prices: [
        { input: 100_000, output: 200_000, longPrompt: { overTokens: 200_000, input: 1_000_000, output: 2_000_000 } },
      ],
    },
    price('groq', 'long-1', 300_000, 600_000),
  ],
});
const KEYS = new Map([
  ['groq', ['groq/work']],
  ['together', ['together/work', 'together/home']],
]);

function ask(made: readonly Made[], wanted?: string, keys = KEYS) {
  const db = usageDatabase();
  write(db, 'UTC', made);
  return usageCheapest.parse(cheapest(BOOK, keys, modelUse(db, { reportingZone: 'UTC', nowMs: NOW }), NOW, wanted));
}

test.each([
  ['accounts/fireworks/models/glm-5p1', 'glm-5-1'],
  ['GLM-5.1-20260801', 'glm-5-1'],
  ['claude-opus-5-latest', 'claude-opus-5'],
  ['anthropic/claude-opus-5', 'claude-opus-5'],
  ['gpt-6-mini', 'gpt-6-mini'],
])('%s is plainly %s', (model, plain) => expect(plainModel(model)).toBe(plain));

test('the same model is compared at the providers that there are keys of, by what was used of it', () => {
  const used = { atMs: NOW, provider: 'groq', model: 'openai/gpt-oss-120b' };
  const { models } = ask([{ ...used, tokens: { inputTokens: 900_000, outputTokens: 100_000 }, costMicroUsd: 195_000 }]);
  expect(models).toEqual([
    {
      model: 'gpt-oss-120b',
      mix: { measured: true, input: 900_000, cacheRead: 0, cacheWrite: 0, output: 100_000 },
      promptTokens: 900_000,
      offers: [
        expect.objectContaining({ provider: 'together', microUsdPerMillion: 180_000, requests: 0 }),
        expect.objectContaining({ provider: 'groq', microUsdPerMillion: 195_000, knownCostMicroUsd: 195_000 }),
      ],
      savesMicroUsd: 15_000,
    },
  ]);
  expect(models[0]?.offers[0]?.credentials).toEqual(['together/work', 'together/home']);
});

test('a price for long prompts counts where a call has so many tokens in the mean, and not where only the sum has', () => {
  const used = { atMs: NOW, provider: 'together', model: 'long-1' };
  const calls = (count: number, inputTokens: number) =>
    Array.from({ length: count }, () => ({ ...used, tokens: { inputTokens, outputTokens: 0 }, costMicroUsd: 1 }));
  const offers = (made: readonly Made[]) =>
    ask(made).models[0]?.offers.map(({ provider, microUsdPerMillion, longPrompt }) => [
      ...[provider, microUsdPerMillion, longPrompt],
    ]);
  expect(offers(calls(2, 300_000))).toEqual([
    ['groq', 300_000, false],
    ['together', 1_000_000, true],
  ]);
  expect(offers(calls(30, 200_000))).toEqual([
    ['together', 100_000, false],
    ['groq', 300_000, false],
  ]);
  expect(ask([], 'long-1').models[0]).toMatchObject({ promptTokens: null, offers: [{ provider: 'together' }, {}] });
  // What would have been saved is by the price that the prompts would have had there.
  const dear = calls(2, 300_000).map((one) => ({ ...one, provider: 'groq', costMicroUsd: 90_000 }));
  expect(ask(dear).models[0]?.savesMicroUsd).toBe(0);
});

test('a model that was not used is compared by three tokens in to one out', () => {
  const { models } = ask([], 'gpt-oss-120b');
  expect(models).toMatchObject([{ mix: { measured: false, input: 750_000, output: 250_000 }, savesMicroUsd: 0 }]);
  expect(models[0]?.offers.map(({ provider }) => provider)).toEqual(['groq', 'together']);
  expect(ask([], 'gpt-6').models).toEqual([]); // no key of its provider
  expect(ask([]).models).toEqual([]);
});
