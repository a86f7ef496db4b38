import { expect, test } from 'vitest';
import { modelPrice, PRICE_UNITS, priceDocument, unitPrice } from '../../../../shared/prices.ts';

const MODEL = {
  ...{ provider: 'openai', model: 'gpt-x', kind: 'chat', status: 'current', source: 'a test' },
  prices: [{ input: 1, output: 2 }],
};
const UNIT = { provider: 'openai', unit: 'seconds', source: 'a test', prices: [{ price: 1 }] };
const LIST = {
  ...{ schema: 'keyharbor.prices/1', asOf: '2026-11-01', currency: 'USD', models: [], unitPrices: [] },
  ...{ peakHours: [], tiers: [], regions: [], listedAs: [], free: [] },
};
const takesModel = (given: object) => modelPrice.safeParse({ ...MODEL, ...given }).success;
const takesPrice = (given: object) => takesModel({ prices: [{ input: 1, output: 2, ...given }] });
const takesUnit = (given: object) => unitPrice.safeParse({ ...UNIT, ...given }).success;
const takesList = (given: object) => priceDocument.safeParse({ ...LIST, ...given }).success;
const letters = (count: number) => 'x'.repeat(count);
const days = (count: number) =>
  Array.from({ length: count }, (_, n) => ({ from: new Date(Date.UTC(2026, 0, n + 1)).toISOString().slice(0, 10) }));
const many = <T>(count: number, one: T): T[] => Array.from({ length: count }, () => one);
const peak = (given: object) => ({ peakHours: [{ provider: 'openai', days: [1], hours: [[0, 24]], ...given }] });
const tier = (given: object) => ({ tiers: [{ provider: 'openai', tier: 'batch', factor: [1, 2], ...given }] });

test.each<[string, (n: number) => boolean, number, number]>([
  ['price of tokens', (input) => takesPrice({ input }), 0, 1e12],
  ['price of a cached token', (cacheRead) => takesPrice({ cacheRead }), 0, 1e12],
  ['price of a unit', (price) => takesUnit({ prices: [{ price }] }), 0, 1e12],
  ['prompt that is long', (n) => takesPrice({ longPrompt: { overTokens: n, input: 1, output: 1 } }), 1, 2 ** 50],
  ['letters of a model', (n) => takesModel({ model: letters(n) }), 1, 128],
  ['letters of an alias', (n) => takesModel({ aliases: [letters(n)] }), 1, 128],
  ['letters of a model with a unit price', (n) => takesUnit({ model: letters(n) }), 1, 128],
  ['letters of a source', (n) => takesModel({ source: letters(n) }), 0, 200],
  ['letters of the source of a unit price', (n) => takesUnit({ source: letters(n) }), 0, 200],
  ['letters of a note', (n) => takesModel({ note: letters(n) }), 0, 400],
  ['letters of the note of a unit price', (n) => takesUnit({ note: letters(n) }), 0, 400],
  ['days of a model', (n) => takesModel({ prices: days(n).map((one) => ({ ...one, input: 1, output: 1 })) }), 1, 50],
  ['days of a unit', (n) => takesUnit({ prices: days(n).map((one) => ({ ...one, price: 1 })) }), 1, 50],
  ['models of a list', (n) => takesList({ models: many(n, MODEL) }), 0, 5000],
  ['unit prices of a list', (n) => takesList({ unitPrices: many(n, UNIT) }), 0, 1000],
  ['day of the week', (n) => takesList(peak({ days: [n] })), 1, 7],
  ['hour that begins', (n) => takesList(peak({ hours: [[n, 24]] })), 0, 23],
  ['hour that ends', (n) => takesList(peak({ hours: [[0, n]] })), 1, 24],
  ['part of a factor', (n) => takesList(tier({ factor: [n, 1] })), 1, 1000],
  ['whole of a factor', (n) => takesList(tier({ factor: [1, n] })), 1, 1000],
  ['letters of a tier', (n) => takesList(tier({ tier: letters(n) })), 1, 128],
])('the %s is within its bounds', (_, takes, least, most) => {
  expect([takes(least), takes(most)]).toEqual([true, true]);
  if (most < 2 ** 50) expect(takes(most + 1)).toBe(false);
  if (least > 0 || most === 1e12) expect(takes(least - 1)).toBe(false);
});

test('days are in their order, each once; only the first may be without one', () => {
  const model = (...from: (string | undefined)[]) =>
    takesModel({ prices: from.map((one) => ({ input: 1, output: 1, ...(one === undefined ? {} : { from: one }) })) });
  const unit = (...from: (string | undefined)[]) =>
    takesUnit({ prices: from.map((one) => ({ price: 1, ...(one === undefined ? {} : { from: one }) })) });
  for (const takes of [model, unit]) {
    expect(takes(undefined, '2026-01-01', '2026-01-02')).toBe(true);
    expect(takes('2026-01-02', '2026-01-01')).toBe(false);
    expect(takes('2026-01-01', '2026-01-01')).toBe(false);
    expect(takes('2026-01-01', undefined)).toBe(false);
    expect(takes(undefined, undefined)).toBe(false);
    expect(takes('2026-02-30')).toBe(false);
  }
});

test('a list says what it is, and what it leaves out is nothing', () => {
  const { unitPrices: _, ...without } = LIST;
  expect(priceDocument.parse(without).unitPrices).toEqual([]);
  expect(takesList({ schema: 'keyharbor.prices/2' })).toBe(false);
  expect(takesList({ currency: 'EUR' })).toBe(false);
  for (const empty of [peak({ days: [] }), peak({ hours: [] }), tier({ models: [] }), tier({ models: [''] })])
    expect(takesList(empty)).toBe(false);
  expect(takesModel({ aliases: [] })).toBe(false);
  expect(takesModel({ unverified: false })).toBe(false);
  expect(takesList({ regions: [{ provider: 'openai', region: '', factor: [1, 1] }] })).toBe(false);
});

test('a member that is not known is refused wherever it stands', () => {
  const more = { more: 1 };
  const figures = { input: 1, output: 1 };
  expect(takesPrice({ longPrompt: { overTokens: 1, ...figures }, peak: figures })).toBe(true);
  const refused = [
    ...[takesModel(more), takesPrice(more), takesUnit(more), takesUnit({ prices: [{ price: 1, ...more }] })],
    ...[
      takesPrice({ peak: { ...figures, ...more } }),
      takesPrice({ longPrompt: { overTokens: 1, ...figures, ...more } }),
    ],
    ...[takesList(more), takesList(peak(more)), takesList(tier(more))],
    takesList({ regions: [{ provider: 'openai', region: 'eu', factor: [1, 1], ...more }] }),
    takesList({ listedAs: [{ provider: 'openai', as: 'groq', ...more }] }),
  ];
  expect(refused.filter((taken) => taken)).toEqual([]);
});

test('a unit keeps the number that it has in the database', () => {
  expect(PRICE_UNITS).toEqual(['characters', 'seconds', 'images', 'captchas', 'messages', 'calls', 'searches']);
});
