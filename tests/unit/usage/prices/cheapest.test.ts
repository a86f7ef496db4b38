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
    { ...price('together', 'old-1', 1, 1), status: 'retired' },
    price('groq', 'old-1', 5, 5),
    { ...price('together', 'soon-1', 1, 1), prices: [{ from: '2029-11-16', input: 1, output: 1 }] },
    price('groq', 'soon-1', 5, 5),
    { ...price('groq', 'cached-1', 100, 400), prices: [{ input: 100, output: 400, cacheRead: 10, cacheWrite: 200 }] },
  ],
  listedAs: [{ provider: 'azure_openai', as: 'openai' }],
});
const KEYS = new Map([
  ['groq', ['groq/work']],
  ['together', ['together/work', 'together/home']],
]);

function ask(made: readonly Made[], wanted?: string, keys = KEYS, book = BOOK) {
  const db = usageDatabase();
  write(db, 'UTC', made);
  return usageCheapest.parse(cheapest(book, keys, modelUse(db, { reportingZone: 'UTC', nowMs: NOW }), NOW, wanted));
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
  const mix = { measured: false, input: 750_000, cacheRead: 0, cacheWrite: 0, output: 250_000 };
  expect(models).toMatchObject([{ mix, savesMicroUsd: 0 }]);
  expect(models[0]?.offers.map(({ provider }) => provider)).toEqual(['groq', 'together']);
  expect(ask([], 'gpt-6').models).toEqual([]); // no key of its provider
  expect(ask([]).models).toEqual([]);
});

const OSS = 'openai/gpt-oss-120b';
const onGroq = { atMs: NOW, provider: 'groq', model: OSS };
const elsewhere = { atMs: NOW, provider: 'together', model: OSS };
const mostly = { inputTokens: 900_000, outputTokens: 100_000 };

test('calls of which one has no known price are on neither side of what would have been saved', () => {
  const known = { ...elsewhere, tokens: mostly, costMicroUsd: 180_000 };
  const unknown = { ...elsewhere, tokens: mostly, costMicroUsd: null };
  expect(ask([known, unknown]).models).toMatchObject([
    {
      mix: { measured: false },
      offers: [{ provider: 'groq' }, { provider: 'together', requests: 2, knownCostMicroUsd: 180_000 }],
      savesMicroUsd: 0,
    },
  ]);
  // What was used elsewhere at known prices still counts, and by itself: 300,000 paid for what costs 180,000.
  const dear = { ...onGroq, provider: 'fireworks', tokens: mostly, costMicroUsd: 300_000 };
  expect(ask([known, unknown, dear]).models[0]).toMatchObject({ savesMicroUsd: 120_000, mix: { measured: true } });
});

test('what went to the best offer already is no saving, however its cost was rounded; what went elsewhere is one', () => {
  expect(ask([{ ...elsewhere, tokens: mostly, costMicroUsd: 180_009 }]).models[0]?.savesMicroUsd).toBe(0);
  const both = [
    { ...elsewhere, tokens: mostly, costMicroUsd: 180_000 },
    { ...onGroq, tokens: mostly, costMicroUsd: 195_000 },
  ];
  expect(ask(both).models[0]?.savesMicroUsd).toBe(15_000);
});

test('every model of the month is told, the one that saves most first, each by its own calls, then by name', () => {
  const { models } = ask([
    { ...onGroq, model: 'old-1', tokens: { outputTokens: 0 }, costMicroUsd: 1 },
    { ...onGroq, model: 'long-1', tokens: { outputTokens: 0 }, costMicroUsd: 500 },
    { ...onGroq, tokens: mostly, costMicroUsd: 195_000 },
    { ...onGroq, model: 'cached-1', tokens: { outputTokens: 0 }, costMicroUsd: 0 },
    { ...onGroq, model: 'soon-1', tokens: { outputTokens: 0 }, costMicroUsd: 1 },
  ]);
  expect(models.map(({ model, savesMicroUsd }) => [model, savesMicroUsd])).toEqual([
    ['gpt-oss-120b', 15_000],
    ['long-1', 400],
    ['cached-1', 0],
    ['old-1', 0],
    ['soon-1', 0],
  ]);
  expect(models.map(({ offers }) => offers.find(({ provider }) => provider === 'groq')?.knownCostMicroUsd)).toEqual([
    195_000, 500, 0, 1, 1,
  ]);
});

test('an offer has the name that was used there, and equal ones stand in the order of their calls', () => {
  const model = 'gpt-oss-120b-20290801';
  const book = new PriceBook({
    ...BOOK.document,
    models: [price('together', OSS, 100, 100), price('groq', 'gpt-oss-120b', 100, 100)],
  });
  const offers = (made: readonly Made[]) =>
    ask(made, 'gpt-oss-120b', KEYS, book).models[0]?.offers.map((offer) => [offer.provider, offer.model]);
  const groq = { ...onGroq, model };
  expect(offers([groq])).toEqual([
    ['groq', model],
    ['together', OSS],
  ]);
  expect(offers([groq, elsewhere, elsewhere])).toEqual([
    ['together', OSS],
    ['groq', model],
  ]);
});

test('nothing is offered that is retired or has no price yet; who charges like another offers its models', () => {
  const providers = (wanted: string, keys = KEYS) =>
    ask([], wanted, keys).models.flatMap(({ offers }) => offers.map(({ provider }) => provider));
  expect(providers('old-1')).toEqual(['groq']);
  expect(providers('soon-1')).toEqual(['groq']);
  const keys = new Map([...KEYS, ['azure_openai', ['azure_openai/work']]]);
  expect(providers('gpt-6', keys)).toEqual(['azure_openai']);
  expect(providers('old-1', keys)).toEqual(['groq']);
});

test('the mix counts cached tokens, and a prompt is all that was sent', () => {
  const tokens = { inputTokens: 500_001, cacheReadTokens: 300_000, cacheWriteTokens: 100_000, outputTokens: 100_000 };
  const made = { ...onGroq, model: 'cached-1', costMicroUsd: 1 };
  const [model] = ask([
    { ...made, tokens },
    { ...made, tokens: { inputTokens: 0, outputTokens: 0 } },
  ]).models;
  expect(model).toMatchObject({
    mix: { measured: true, input: 500_000, cacheRead: 300_000, cacheWrite: 100_000, output: 100_000 },
    promptTokens: 450_001, // 450,000.5
    offers: [{ microUsdPerMillion: 113 }], // 50 + 3 + 20 + 40
  });
  expect(ask([{ ...made, tokens: { inputTokens: 0, outputTokens: 0 } }]).models[0]?.promptTokens).toBeNull();
});
