import { describe, expect, test } from 'vitest';
import type { ProviderDescriptor } from '../../../shared/provider/descriptor.ts';
import { Estimates } from '../../../electron/core/quotas/estimate.ts';
import { QuotaExceeded } from '../../../electron/core/quotas/refusal.ts';
import { textBytes } from '../../../electron/core/quotas/said-in-body.ts';
import { call, SHIPPED } from '../usage/recording.ts';
import { CLIENT, Counting, daily, KEY, refusal } from './counting.ts';

const NOW = Date.UTC(2030, 0, 15, 12);
const provider = (id: string, unit: string = 'tokens') =>
  ({ id, category: 'llm', usage: { kind: 'openai', unit, includeUsage: false } }) as unknown as ProviderDescriptor;
const json = (body: object) => Buffer.from(JSON.stringify(body));
const held = (path: string, body: Buffer | number | null, id = 'openai') =>
  new Estimates(() => SHIPPED).of({ provider: provider(id), method: 'POST', path, body }, NOW);
const quarter = (body: Buffer) => Math.ceil(body.byteLength / 4);

/** Micro-USD that so much costs by the price book. */
function price(id: string, model: string, input: number, output: number): number {
  const found = SHIPPED.priceAt(id, model, NOW);
  if (typeof found === 'string') throw new Error(`no price of ${model}`);
  return Math.ceil(
    (input * Math.max(found.price.input, found.price.cacheWrite ?? 0) + output * found.price.output) / 1e6,
  );
}

describe('what a call holds', () => {
  test('is its input and what it allows as output, all of it, at the price of its own model', () => {
    for (const member of ['max_tokens', 'max_completion_tokens', 'max_output_tokens']) {
      const body = json({ model: 'gpt-4o', messages: [], [member]: 20_000 });
      const { tokens, cost } = held('chat/completions', body);
      expect(tokens).toBe(quarter(body) + 20_000);
      expect(cost).toBe(price('openai', 'gpt-4o', quarter(body), 20_000));
    }
    const cheap = held('chat/completions', json({ model: 'gpt-4o-mini', max_tokens: 20_000 }));
    expect(cheap.cost).toBeLessThan(held('chat/completions', json({ model: 'gpt-4o', max_tokens: 20_000 })).cost / 5);
  });

  test('is as much for a long body, wherever it says so, and not what a text in it says', () => {
    const text = 'a "max_tokens": 999999, "model": "gpt-4o" \\ word_tokens '.repeat(4000);
    for (const body of [
      json({ model: 'gpt-4o-mini', max_tokens: 800, messages: [text] }),
      json({ messages: [text], tools: ['x'.repeat(5000)], model: 'gpt-4o-mini', max_tokens: 800 }),
      json({ messages: [text], max_tokens: 800, model: 'gpt-4o-mini', tools: [text] }),
    ]) {
      const { tokens, cost } = held('chat/completions', body);
      expect(tokens).toBe(quarter(body) + 800);
      expect(cost).toBe(price('openai', 'gpt-4o-mini', quarter(body), 800));
    }
  });

  test('is for each answer that is asked for', () => {
    const body = json({ model: 'gpt-4o', n: 5, max_tokens: 100 });
    expect(held('chat/completions', body).tokens).toBe(quarter(body) + 500);
  });

  test('is read as Gemini says it, with the model in the path', () => {
    const body = json({ contents: [], generationConfig: { maxOutputTokens: 5000, candidateCount: 2 } });
    const model = SHIPPED.document.models.find((one) => one.provider === 'google')?.model ?? '';
    const { tokens, cost } = held(`models/${model}:generateContent`, body, 'google');
    expect(tokens).toBe(quarter(body) + 10_000);
    expect(cost).toBe(price('google', model, quarter(body), 10_000));
  });

  test('is the dearest where several names could be the model', () => {
    const body = json({ metadata: { model: 'gpt-4o-mini' }, model: 'gpt-4o', max_tokens: 1000 });
    expect(held('chat/completions', body).cost).toBe(price('openai', 'gpt-4o', quarter(body), 1000));
  });

  test('is no output for embeddings, nothing for a question, and no money where nothing is charged', () => {
    const body = json({ model: 'text-embedding-3-small', input: 'hi' });
    expect(held('embeddings', body).tokens).toBe(quarter(body));
    const estimates = new Estimates(() => SHIPPED);
    const get = { provider: provider('openai'), method: 'GET', path: 'models', body: null };
    expect(estimates.of(get, NOW)).toEqual({ tokens: 0, cost: 0 });
    expect(held('chat/completions', json({ model: 'llama', max_tokens: 10 }), 'ollama').cost).toBe(0);
  });

  test('is little for a picture in the body', () => {
    const picture = Buffer.alloc(1024 * 1024, 7).toString('base64');
    const body = json({ text: 'What is this? '.repeat(1000), picture });
    expect(textBytes(body)).toBeLessThan(body.byteLength / 10);
    expect(textBytes(body)).toBeGreaterThan(14_000);
    const prose = json({ text: 'Words and words, with spaces. '.repeat(10_000) });
    expect(textBytes(prose)).toBe(prose.byteLength);
  });

  test('is twice what the last calls of this model took where nothing is said, also behind a lock', () => {
    const counting = new Counting();
    counting.set(daily(1e9, { counts: 'tokens' }));
    const silent = json({ model: 'gpt-4o', messages: [] });
    const other = json({ model: 'gpt-4o-mini', messages: [] });
    const used = call({ model: 'gpt-4o-2024-08-06', tokens: { inputTokens: 10, outputTokens: 300 } });
    counting.settle(counting.hold(CLIENT, silent), { result: used.result });
    const little = call({ model: 'gpt-4o-mini', tokens: { inputTokens: 10, outputTokens: 4 } });
    counting.settle(counting.hold(CLIENT, other), { result: little.result });
    const asked = () => {
      const estimates = [silent, other].map((body) => counting.hold(CLIENT, body)?.amounts.tokens ?? 0);
      return [(estimates[0] ?? 0) - quarter(silent), (estimates[1] ?? 0) - quarter(other)];
    };
    expect(asked()).toEqual([600, 8]);
    counting.usage.locking();
    counting.quotas.locking();
    counting.start();
    expect(asked()).toEqual([600, 8]);
  });
});

describe('a limit of money', () => {
  test('holds against calls at once that are allowed far more than the ones before took', () => {
    const counting = new Counting();
    counting.set(daily(1_000_000, { counts: 'cost' }));
    const small = call({ model: 'gpt-4o', tokens: { inputTokens: 10, outputTokens: 5 } });
    for (let n = 0; n < 20; n += 1) counting.settle(counting.hold(CLIENT, 400), { result: small.result });
    const { used } = counting.named('daily');
    const dear = json({ model: 'gpt-4o', messages: [], max_tokens: 20_000 });
    let out = 0;
    for (let n = 0; n < 40; n += 1) {
      try {
        counting.hold(CLIENT, dear);
        out += 1;
      } catch (error) {
        expect(error).toBeInstanceOf(QuotaExceeded);
      }
    }
    expect(out).toBe(Math.floor((1_000_000 - used) / price('openai', 'gpt-4o', quarter(dear), 20_000)));
  });

  test('that is used up, or nothing, lets no call through whose price is told behind it; a free provider goes on', () => {
    const counting = new Counting();
    counting.set(daily(0, { counts: 'cost' }));
    const ask = (given: ProviderDescriptor, body: number | null) =>
      counting.quotas.ledger.reserve(
        { provider: given.id, credential: KEY, client: CLIENT, project: '' },
        { provider: given, method: 'POST', path: 'x', body },
        counting.clock.now(),
        () => false,
      );
    expect(refusal(() => ask(provider('elevenlabs', 'characters'), 0)).facts).toMatchObject({ limit: 0, asked: 1 });
    expect(refusal(() => ask(provider('openai'), null)).facts.limit).toBe(0);
    expect(ask(provider('ollama'), 100)).not.toBeNull();
  });

  test('holds characters at their own price from the first call on', () => {
    const own = { unit: 'characters' as const, prices: [{ price: 100_000_000 }] };
    const book = SHIPPED.withOwn({ models: [], units: [{ provider: 'elevenlabs', source: '', ...own }] });
    const size = {
      provider: provider('elevenlabs', 'characters'),
      method: 'POST',
      path: 'v1/text-to-speech/x',
      body: 4400,
    };
    expect(new Estimates(() => book).of(size, NOW)).toEqual({ tokens: 0, cost: 440_000 });
  });
});

describe('room that calls under way hold', () => {
  test('makes nothing used up: the refusal says so and is over in seconds, and the true level is told later', () => {
    const counting = new Counting();
    counting.set(daily(1_000_000, { counts: 'cost' }));
    const allowed = json({ model: 'gpt-4o', max_tokens: 45_000 }); // some 45 cents
    const under = [counting.hold(CLIENT, allowed), counting.hold(CLIENT, allowed)];
    const error = refusal(() => counting.hold(CLIENT, allowed));
    expect(error.message).toContain('held by calls under way');
    expect(error.message).not.toContain('begins anew');
    expect(error.retryAfterMs).toBe(5000);
    expect(error.resetsAtMs).toBe(counting.clock.now() + 5000);
    expect(error.hint).toBe('Try again in a few seconds.');
    expect(counting.named('daily').state).not.toBe('used-up');
    const small = call({ model: 'gpt-4o', tokens: { inputTokens: 10, outputTokens: 5 } });
    for (const one of under) counting.settle(one, { result: small.result });
    counting.clock.advance(1000);
    expect(counting.warnings()).toEqual([]);
    expect(counting.named('daily').state).toBe('ok');
    const large = call({ model: 'gpt-4o', tokens: { outputTokens: 103_000 } });
    counting.settle(counting.hold(CLIENT, allowed), { result: large.result });
    counting.clock.advance(1000);
    expect(counting.warnings()).toEqual([100]);
    const over = refusal(() => counting.hold(CLIENT, allowed));
    expect(over.message).toContain('begins anew');
    expect(over.retryAfterMs).toBeGreaterThan(3_600_000);
  });

  test('a call that would not fit beside what is used is told to ask for less', () => {
    const counting = new Counting();
    counting.set(daily(1000, { counts: 'tokens' }));
    expect(refusal(() => counting.hold(CLIENT, json({ max_tokens: 5000 }))).hint).toContain('max_tokens');
  });
});
