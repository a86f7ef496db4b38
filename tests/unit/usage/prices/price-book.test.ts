import { expect, test } from 'vitest';
import { heldAt, type OwnPrices, PriceBook } from '../../../../electron/core/usage/prices/price-book.ts';
import { priceDocument } from '../../../../shared/prices.ts';

const AT = Date.UTC(2026, 10, 20, 12);
const list = (models: readonly object[], rest: object = {}) =>
  priceDocument.parse({
    ...{
      schema: 'keyharbor.prices/1',
      asOf: '2026-11-01',
      currency: 'USD',
      models,
      peakHours: [],
      tiers: [],
      regions: [],
    },
    ...{ listedAs: [{ provider: 'azure_openai', as: 'openai' }], free: [], ...rest },
  });
const model = (provider: string, id: string, rest: object = {}) => ({
  ...{ provider, model: id, kind: 'chat', status: 'current', source: 'a test', prices: [{ input: 1, output: 2 }] },
  ...rest,
});
const unit = (provider: string, id: string | undefined, price: number) => ({
  ...{ provider, unit: 'seconds', prices: [{ price }], source: 'a test' },
  ...(id === undefined ? {} : { model: id }),
});
const own = (document: ReturnType<typeof list>): OwnPrices => ({ models: document.models, units: document.unitPrices });

test('who charges like another has its models and tiers, and no others', () => {
  const tiers = [{ provider: 'openai', tier: 'batch', factor: [1, 2] }];
  const book = new PriceBook(list([model('openai', 'gpt-x')], { tiers }));
  expect(book.priceAt('azure_openai', 'gpt-x', AT)).toMatchObject({ elsewhere: true, own: false });
  expect(book.priceAt('openai', 'gpt-x', AT)).toMatchObject({ elsewhere: false });
  expect(book.priceAt('groq', 'gpt-x', AT)).toBe('unknown_model');
  expect(book.tierFactor('azure_openai', 'batch', 'gpt-x')).toEqual([1, 2]);
  expect(book.tierFactor('azure_openai', 'flex', 'gpt-x')).toBeNull();
  expect(book.tierFactor('groq', 'batch', 'gpt-x')).toBeNull();
});

test('a tier of some models holds for those whose id starts so', () => {
  const tiers = [{ provider: 'openai', tier: 'flex', models: ['gpt-6', 'o9'], factor: [1, 2] }];
  const book = new PriceBook(list([], { tiers }));
  const factors = ['gpt-6-luna', 'o9-mini', 'gpt-5'].map((id) => book.tierFactor('openai', 'flex', id));
  expect(factors).toEqual([[1, 2], [1, 2], null]);
});

test('an own price is one of the model’s tokens, of its unit, or of the unit of the whole provider', () => {
  const unitPrices = [unit('deepgram', 'nova-3', 5), unit('groq', undefined, 6)];
  const book = new PriceBook(list([])).withOwn(own(list([model('openai', 'gpt-x')], { unitPrices })));
  expect(book.hasOwn('openai', 'gpt-x-2026-11-01', null)).toBe(true);
  expect(book.hasOwn('openai', 'gpt-y', null)).toBe(false);
  expect(book.hasOwn('openai', null, null)).toBe(false);
  expect(book.hasOwn('openai', 'gpt-x', 'seconds')).toBe(false);
  expect(book.hasOwn('deepgram', 'nova-3-latest', 'seconds')).toBe(true);
  expect(book.hasOwn('deepgram', 'nova-2', 'seconds')).toBe(false);
  expect(book.hasOwn('groq', 'any', 'seconds')).toBe(true);
  expect(book.hasOwn('groq', null, 'seconds')).toBe(true);
  expect(book.hasOwn('groq', 'any', 'images')).toBe(false);
});

test('the price of a unit is told with whose it is: the owner’s, the model’s, the whole provider’s', () => {
  const book = new PriceBook(list([], { unitPrices: [unit('groq', undefined, 6), unit('deepgram', 'nova-3', 5)] }));
  expect(book.unitPriceAt('groq', 'any', 'seconds', AT)).toEqual({ price: 6, own: false, isOfModel: false });
  expect(book.unitPriceAt('deepgram', 'nova-3', 'seconds', AT)).toEqual({ price: 5, own: false, isOfModel: true });
  expect(book.unitPriceAt('deepgram', null, 'seconds', AT)).toBeNull();
  const mine = book.withOwn(own(list([], { unitPrices: [unit('groq', undefined, 7)] })));
  expect(mine.unitPriceAt('groq', null, 'seconds', AT)).toEqual({ price: 7, own: true, isOfModel: false });
});

test('all spellings of a model have one name, which is the list’s, or the shortest', () => {
  const book = new PriceBook(
    list([model('google', 'gemini-x', { aliases: ['gem'] }), model('google', 'gemini-x-2026-11-01')]),
  );
  const names = ['gem', 'models/gemini-x', 'gemini-x-latest', 'gemini-x-2026-11-01', 'other-x@20261101', 'plain'];
  expect(names.map((name) => book.nameOf('google', name))).toEqual([
    ...['gemini-x', 'gemini-x', 'gemini-x', 'gemini-x-2026-11-01', 'other-x', 'plain'],
  ]);
});

test('a price that is not there yet is none, and one of the owner’s that is not leaves it to the list', () => {
  const later = [{ from: '2026-11-21', input: 9, output: 9 }];
  const book = new PriceBook(list([model('openai', 'new', { prices: later }), model('openai', 'gpt-x')])).withOwn(
    own(list([model('openai', 'gpt-x', { prices: later })])),
  );
  const told = ['new', 'gpt-x', 'none'].map((id) => [
    book.hasPriceAt('openai', id, AT),
    book.hasOwnAt('openai', id, AT),
  ]);
  expect(told).toEqual([
    [false, false],
    [true, false],
    [false, false],
  ]);
  expect(book.priceAt('openai', 'new', AT)).toBe('no_price_then');
  expect(book.priceAt('openai', 'gpt-x', AT)).toMatchObject({ own: false, price: { input: 1 } });
  const nextDay = AT + 12 * 3_600_000;
  expect([book.hasPriceAt('openai', 'new', nextDay), book.hasOwnAt('openai', 'gpt-x', nextDay)]).toEqual([true, true]);
  expect(heldAt(later, nextDay - 1)).toBeUndefined();
});

test('a model that nobody knows is told of, however often it is looked up, once', () => {
  const told: string[] = [];
  const book = new PriceBook(list([model('openai', 'gpt-x')])).telling((provider, id) =>
    told.push(`${provider} ${id}`),
  );
  for (const id of ['gpt-y', 'gpt-y', 'gpt-x']) book.priceAt('openai', id, AT);
  expect(book.hasPriceAt('openai', 'gpt-z', AT)).toBe(false);
  expect(told).toEqual(['openai gpt-y']);
  for (let n = 0; n < 4096; n += 1) book.priceAt('openai', `made-up-${n}`, AT); // names of strangers are not all kept
  book.priceAt('openai', 'gpt-y', AT);
  expect(told.filter((one) => one === 'openai gpt-y')).toHaveLength(2);
});
