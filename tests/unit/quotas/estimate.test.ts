import { describe, expect, test } from 'vitest';
import { type CallSize, Estimates, isSeenInBody, type LearnedCall } from '../../../electron/core/quotas/estimate.ts';
import type { ModelPrice, PriceUnit } from '../../../shared/prices.ts';
import type { ProviderDescriptor } from '../../../shared/provider/descriptor.ts';
import { SHIPPED } from '../usage/recording.ts';

const NOW = Date.UTC(2030, 0, 15, 12);
const DAY = 24 * 3_600_000;
const KIB = 1024;

const provider = (id = 'openai', unit = 'tokens') =>
  ({ id, category: 'llm', usage: { kind: 'openai', unit, includeUsage: false } }) as unknown as ProviderDescriptor;
const size = (given: Partial<CallSize> = {}): CallSize => ({
  ...{ provider: provider(), method: 'POST', path: 'chat/completions', body: null },
  ...given,
});
const json = (body: object) => Buffer.from(JSON.stringify(body));
/** 400 bytes, a hundred tokens of input. */
const bodyOf = (model: string) => Buffer.from(JSON.stringify({ model, max_tokens: 1000 }).padEnd(400));

/** With the owner's price for a model that nobody else has. */
function priced(id: string, prices: ModelPrice['prices']) {
  const model = { provider: id, model: 'own-1', kind: 'chat' as const, status: 'current' as const, prices, source: '' };
  return SHIPPED.withOwn({ models: [model], units: [] });
}

function learned(
  given: Partial<LearnedCall> & { readonly model?: string; readonly outcome?: 'ok' | 'cut' },
): LearnedCall {
  const { model = 'nobody-knows', outcome = 'ok', ...rest } = given;
  const tokens = { inputTokens: 10, outputTokens: 40, costMicroUsd: 100 };
  return { cell: { provider: 'openai', model, outcome }, method: 'POST', measure: 'measured', ...tokens, ...rest };
}

describe('the input of a call', () => {
  test.each<readonly [string, number, Partial<CallSize>]>([
    ['nothing is at hand and no length told', 0, {}],
    ['it is long and nothing of it is at hand: it may be a file', (256 * KIB) / 4, { body: 1024 * KIB }],
    ['its length is told', 1000, { body: 4000 }],
    [
      'its beginning is at hand, and the rest is as that',
      10_000,
      { body: 40_000, beginning: Buffer.alloc(400, 'a b') },
    ],
    ['its beginning is at hand, and no length told', 100, { beginning: Buffer.alloc(400, 'a b') }],
    ['its beginning is longer than it says of itself', 100, { body: 4, beginning: Buffer.alloc(400, 'a b') }],
    ['its beginning is empty', 1000, { body: 4000, beginning: Buffer.alloc(0) }],
  ])('where %s: %d tokens', (_, tokens, given) => {
    expect(new Estimates(() => SHIPPED).of(size(given), NOW).tokens).toBe(tokens + 1000); // and what it may answer
    const embedding = new Estimates(() => SHIPPED).of(size({ ...given, path: 'embeddings' }), NOW);
    expect(embedding.tokens).toBe(Math.max(1, tokens));
  });

  test('is asked of what changes something, not of questions', () => {
    const seen = (method: string, unit: string, isSized = true) =>
      isSeenInBody({ provider: provider('x', unit), method }, isSized);
    expect(['POST', 'GET', 'HEAD'].map((method) => seen(method, 'tokens'))).toEqual([true, false, false]);
    expect([seen('POST', 'characters'), seen('POST', 'characters', false), seen('POST', 'calls', false)]).toEqual([
      false,
      true,
      false,
    ]);
    for (const method of ['GET', 'HEAD']) {
      expect(new Estimates(() => SHIPPED).of(size({ method, body: 4000 }), NOW)).toEqual({ tokens: 0, cost: 0 });
    }
  });
});

describe('what is not counted in tokens', () => {
  const hundred = (unit: PriceUnit, id = 'acme') =>
    SHIPPED.withOwn({ models: [], units: [{ provider: id, unit, prices: [{ price: 100_000_000 }], source: '' }] });
  const asked = (book: typeof SHIPPED, unit: string, body: CallSize['body'] = null, id = 'acme') =>
    new Estimates(() => book).of(size({ provider: provider(id, unit), body }), NOW);

  test.each(['calls', 'messages', 'captchas', 'searches', 'images'] as const)('a call takes one of %s', (unit) => {
    expect(asked(hundred(unit), unit, 4000)).toEqual({ tokens: 0, cost: 100 });
  });

  test('characters are as many as the body is long; how many seconds there are is known behind the call', () => {
    expect(asked(hundred('characters'), 'characters', Buffer.alloc(44)).cost).toBe(4400);
    expect(asked(hundred('characters'), 'characters').cost).toBe(1);
    expect(asked(hundred('seconds'), 'seconds', 4000).cost).toBe(1);
    expect(asked(SHIPPED, 'calls').cost).toBe(1); // a price that is not known
  });

  test('what is free asks for no money, unless its owner set a price', () => {
    expect(asked(SHIPPED, 'calls', null, 'ollama').cost).toBe(0);
    expect(asked(hundred('calls', 'ollama'), 'calls', null, 'ollama').cost).toBe(100);
  });

  test('else it is twice what the last calls cost', () => {
    const estimates = new Estimates(() => SHIPPED);
    const cell = { provider: 'acme', model: '', outcome: 'ok' as const };
    const seconds = size({ provider: provider('acme', 'seconds') });
    estimates.learn(learned({ cell, inputTokens: 0, outputTokens: 0, costMicroUsd: 500 }), NOW);
    expect(estimates.of(seconds, NOW).cost).toBe(1000);
    estimates.learn(learned({ cell, inputTokens: 0, outputTokens: 0, costMicroUsd: 1000 }), NOW);
    expect(estimates.of(seconds, NOW).cost).toBe(1200); // the newest is a fifth of what is usual
    estimates.forget();
    expect(estimates.of(seconds, NOW).cost).toBe(1);
  });
});

describe('what the last calls took', () => {
  /** Output and cost of a call that says nothing, or names a model without a price. */
  const after = (...calls: readonly LearnedCall[]) => {
    const estimates = new Estimates(() => SHIPPED);
    for (const call of calls) estimates.learn(call, NOW);
    const output = estimates.of(size({ body: json({}) }), NOW).tokens - 1;
    return { output, cost: estimates.of(size({ body: bodyOf('never-heard-of') }), NOW).cost };
  };
  const NOTHING = { output: 1000, cost: 1100 * 5 };

  test('says, twice, what the next may: output by what was measured, money by the token', () => {
    expect(after()).toEqual(NOTHING);
    expect(after(learned({}))).toEqual({ output: 80, cost: 1100 * 4 });
    expect(after(learned({}), learned({ outputTokens: 90, costMicroUsd: 700 }))).toEqual({
      output: 100, // four parts of 40, one of 90
      cost: Math.ceil(1100 * 2 * (0.8 * 2 + 0.2 * 7)),
    });
  });

  test.each<readonly [string, LearnedCall, Partial<typeof NOTHING>]>([
    ['a call that was cut', learned({ outcome: 'cut' }), {}],
    ['a question', learned({ method: 'GET' }), {}],
    ['a question for the head alone', learned({ method: 'HEAD' }), {}],
    ['an output that was not measured', learned({ measure: 'none' }), { cost: 4400 }],
    ['a call without output', learned({ outputTokens: 0, inputTokens: 50 }), { cost: 4400 }],
    ['a cost that is not known', learned({ costMicroUsd: null }), { output: 80 }],
    ['a cost of no tokens', learned({ inputTokens: 0, outputTokens: 0 }), {}],
  ])('nothing is learned from %s', (_, call, learnedAllTheSame) => {
    expect(after(call)).toEqual({ ...NOTHING, ...learnedAllTheSame });
  });
});

describe('the price of a model', () => {
  const plain = { input: 1_000_000, output: 4_000_000 }; // a hundred of one, a thousand of the other: 4,100
  test.each<readonly [string, ModelPrice['prices'][number], number]>([
    ['is its own', plain, 4100],
    ['is that of a cache, where writing to it is dearer', { ...plain, cacheWrite: 2_000_000 }, 4200],
    ['is that of its peak hours, whatever the hour', { ...plain, peak: { input: 3_000_000, output: 8_000_000 } }, 8300],
    ['is no less than outside of them', { ...plain, peak: { input: 500_000, output: 1_000_000 } }, 4100],
    ['is the one for long prompts', { ...plain, longPrompt: { input: 2e6, output: 6e6, overTokens: 99 } }, 6200],
    ['is not the one for longer prompts', { ...plain, longPrompt: { input: 2e6, output: 6e6, overTokens: 100 } }, 4100],
  ])('%s', (_, price, cost) => {
    const estimates = new Estimates(() => priced('openai', [price]));
    expect(estimates.of(size({ body: bodyOf('own-1') }), NOW).cost).toBe(cost);
  });

  test('is that of the day, and of the book in force', () => {
    let book = priced('openai', [plain, { input: 2_000_000, output: 8_000_000, from: '2030-01-16' }]);
    const estimates = new Estimates(() => book);
    const cost = (atMs: number) => estimates.of(size({ body: bodyOf('own-1') }), atMs).cost;
    expect([cost(NOW), cost(NOW + DAY), cost(NOW)]).toEqual([4100, 8200, 4100]);
    book = priced('openai', [{ input: 0, output: 1_000_000 }]);
    expect(cost(NOW)).toBe(1000);
  });

  test('of a unit is that of the book in force too', () => {
    const at = (price: number) =>
      SHIPPED.withOwn({ models: [], units: [{ provider: 'acme', unit: 'calls', prices: [{ price }], source: '' }] });
    let book = at(100_000_000);
    const estimates = new Estimates(() => book);
    const cost = () => estimates.of(size({ provider: provider('acme', 'calls') }), NOW).cost;
    expect([cost(), cost()]).toEqual([100, 100]);
    book = at(300_000_000);
    expect(cost()).toBe(300);
  });

  test('that its owner set holds at a provider that is free, and no other model there costs', () => {
    const estimates = new Estimates(() => priced('ollama', [plain]));
    const cost = (model: string) => estimates.of(size({ provider: provider('ollama'), body: bodyOf(model) }), NOW).cost;
    expect([cost('own-1'), cost('llama3')]).toEqual([4100, 0]);
    expect(estimates.of(size({ provider: provider('ollama'), body: json({}) }), NOW).cost).toBe(0);
  });

  test('is the dearest that is known of several names, in either order', () => {
    const estimates = new Estimates(() => priced('openai', [plain]));
    const cost = (first: string, second: string) => {
      const body = JSON.stringify({ of: { model: first }, model: second, max_tokens: 1000 }).padEnd(400);
      return estimates.of(size({ body: Buffer.from(body) }), NOW).cost;
    };
    expect([cost('own-1', 'nobody-knows'), cost('nobody-knows', 'own-1')]).toEqual([4100, 4100]);
  });
});
