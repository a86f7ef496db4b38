import { expect, test } from 'vitest';
import { NO_OWN_PRICES, PriceBook } from '../../../../electron/core/usage/prices/price-book.ts';
import { priceEntries, priceTiers } from '../../../../electron/core/usage/prices/price-list.ts';
import { priceDocument } from '../../../../shared/prices.ts';

const AT = Date.UTC(2026, 10, 20, 12);
const model = (provider: string, id: string, rest: object = {}) => ({
  ...{ provider, model: id, kind: 'chat', status: 'current', source: 'a test', prices: [{ input: 1, output: 2 }] },
  ...rest,
});
const unit = (provider: string, rest: object = {}) => ({
  ...{ provider, unit: 'seconds', prices: [{ price: 5 }], source: 'a test', ...rest },
});
const list = (models: readonly object[], unitPrices: readonly object[], tiers: readonly object[] = []) =>
  priceDocument.parse({
    ...{ schema: 'keyharbor.prices/1', asOf: '2026-11-01', currency: 'USD', models, unitPrices, tiers },
    ...{ peakHours: [], regions: [], listedAs: [], free: [] },
  });
const BOOK = new PriceBook(
  list(
    [model('openai', 'b'), model('groq', 'z'), model('openai', 'a', { aliases: ['other', 'mine'], unverified: true })],
    [unit('openai'), unit('groq', { model: 'b' }), unit('groq', { model: 'a' })],
  ),
);
const shown = (book: PriceBook) =>
  priceEntries(book, 'book', AT).map(({ provider, model: id, source, overridden }) => [
    provider,
    id,
    source,
    overridden,
  ]);

test('what the list has is sorted by provider and model, tokens before units', () => {
  expect(shown(BOOK)).toEqual([
    ['groq', 'z', 'book', false],
    ['openai', 'a', 'book', false],
    ['openai', 'b', 'book', false],
    ['groq', 'a', 'book', false],
    ['groq', 'b', 'book', false],
    ['openai', null, 'book', false],
  ]);
});

test('the owner’s stand first; what they overrule is marked, by an alias too, and nothing else is', () => {
  const { models, unitPrices: units } = list([model('openai', 'mine')], [unit('groq', { model: 'a' })]);
  expect(shown(BOOK.withOwn({ models, units }))).toEqual([
    ['openai', 'mine', 'own', false],
    ['groq', 'a', 'own', false],
    ['groq', 'z', 'book', false],
    ['openai', 'a', 'book', true],
    ['openai', 'b', 'book', false],
    ['groq', 'a', 'book', true],
    ['groq', 'b', 'book', false],
    ['openai', null, 'book', false],
  ]);
});

test('a price that no second list says is marked, and which of them holds today is told', () => {
  const prices = [{ from: '2026-11-21', input: 1, output: 1 }];
  const steps = [{ price: 1 }, { from: '2026-11-20', price: 2 }, { from: '2026-11-21', price: 3 }];
  const book = new PriceBook(list([model('openai', 'soon', { prices })], [unit('openai', { prices: steps })]));
  expect(priceEntries(book, 'book', AT).map(({ today, unverified }) => [today, unverified])).toEqual([
    [null, false],
    [1, false],
  ]);
  const marked = priceEntries(BOOK, 'update', AT).filter(({ unverified }) => unverified);
  expect(marked.map(({ model: id, source }) => [id, source])).toEqual([['a', 'update']]);
});

test('the owner’s factors stand before those of the list', () => {
  const tier = (factor: readonly number[]) => ({ provider: 'openai', tier: 'batch', factor });
  const { tiers } = list([], [], [tier([3, 4])]);
  const book = new PriceBook(list([], [], [tier([1, 2])]), { ...NO_OWN_PRICES, tiers });
  expect(priceTiers(book, 'book').map(({ factor, source }) => [...factor, source])).toEqual([
    [3, 4, 'own'],
    [1, 2, 'book'],
  ]);
});
