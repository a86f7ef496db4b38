import { expect, test } from 'vitest';
import { withoutDay, withPrice } from '../../../../electron/core/usage/prices/own-price.ts';

const tokens = { per: 'tokens', provider: 'openai', model: 'gpt-x', input: 1, output: 2 } as const;
const seconds = { per: 'seconds', provider: 'deepgram', price: 5 } as const;
const day = (n: number) => new Date(Date.UTC(2026, 0, n)).toISOString().slice(0, 10);

test('a price is kept with its note, as one of a chat model where nothing else was said of the model', () => {
  expect(withPrice(null, { ...tokens, note: 'by contract' })).toEqual({
    ...{ provider: 'openai', model: 'gpt-x', kind: 'chat', status: 'current' },
    ...{ prices: [{ input: 1, output: 2 }], source: 'set by the owner', note: 'by contract' },
  });
  expect(withPrice(null, seconds)).toEqual({
    ...{ provider: 'deepgram', unit: 'seconds', prices: [{ price: 5 }], source: 'set by the owner' },
  });
  expect(withPrice({ ...withPrice(null, tokens), kind: 'embedding' }, tokens)).toMatchObject({ kind: 'embedding' });
});

test('one thing has prices of 50 days, and of those days a new one at any time', () => {
  let kept: unknown = null;
  for (let n = 50; n > 0; n -= 1) kept = withPrice(kept, { ...tokens, from: day(n) });
  const days = (price: unknown) => (price as { prices: { from: string }[] }).prices.map(({ from }) => from);
  expect(days(kept)).toEqual(Array.from({ length: 50 }, (_, n) => day(n + 1)));
  expect(() => withPrice(kept, { ...tokens, from: day(51) })).toThrow(/prices of 50 days/);
  expect(withPrice(kept, { ...tokens, from: day(50), input: 7 }).prices.at(-1)).toMatchObject({ input: 7 });
});

test.each([
  ['tokens', tokens],
  ['seconds', seconds],
])('a day of a price for %s is taken out, the others stay; with the last nothing is left', (_, price) => {
  const both = withPrice(withPrice(null, { ...price, from: day(1) }), { ...price, from: day(2) });
  const left = withoutDay(both, day(1));
  expect(left?.prices.map(({ from }) => from)).toEqual([day(2)]);
  expect(withoutDay(left, day(2))).toBeNull();
  for (const known of [left, null, {}])
    expect(() => withoutDay(known, day(3))).toThrow(expect.objectContaining({ code: 'not_found' }));
});
