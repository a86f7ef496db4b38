import { expect, test } from 'vitest';
import { priceList } from '../../../../shared/contract/prices.ts';
import { NO_TOKENS } from '../../../../electron/core/usage/meter/tally.ts';
import type { UsageEntry } from '../../../../electron/core/usage/usage-entry.ts';
import { readAudit } from '../../../../electron/core/audit/audit-log.ts';
import { call } from '../recording.ts';
import { pricing } from './support.ts';

const A_MILLION = { inputTokens: 1_000_000 };
const costs = (usage: ReturnType<typeof pricing>['usage']) =>
  usage.report({ by: 'model' }).rows.map(({ key, costMicroUsd }) => [key, costMicroUsd]);

test('an own price wins from its day on; before that day the list holds', () => {
  const { prices, usage } = pricing();
  prices.set(
    { per: 'tokens', provider: 'openai', model: 'gpt-6-luna', from: '2026-11-20', input: 7, output: 9 },
    'cli',
  );
  usage.record([call({ tokens: A_MILLION, atMs: Date.UTC(2026, 10, 19, 23) }), call({ tokens: A_MILLION })]);
  expect(usage.report({ by: 'day' }).rows.map(({ costMicroUsd }) => costMicroUsd)).toEqual([200_000, 7]);
});

test('a price of another day stands beside it, one of the same day takes its place', () => {
  const { prices } = pricing();
  const set = { per: 'tokens', provider: 'openai', model: 'gpt-6-luna', output: 0 } as const;
  prices.set({ ...set, input: 1, from: '2026-12-01' }, 'cli');
  prices.set({ ...set, input: 2 }, 'cli');
  const kept = prices.set({ ...set, input: 3, from: '2026-12-01', cacheRead: 1 }, 'cli');
  expect(kept.prices.map((one) => ('input' in one ? [one.from, one.input, one.cacheRead] : one))).toEqual([
    [null, 2, null],
    ['2026-12-01', 3, 1],
  ]);
  prices.remove({ per: 'tokens', provider: 'openai', model: 'gpt-6-luna', from: '2026-12-01' }, 'cli');
  expect(prices.list().prices[0]).toMatchObject({ source: 'own', prices: [{ from: null, input: 2 }] });
  prices.remove({ per: 'tokens', provider: 'openai', model: 'gpt-6-luna' }, 'cli');
  expect(prices.list().prices.filter(({ source }) => source === 'own')).toEqual([]);
  expect(() => prices.remove({ per: 'tokens', provider: 'openai', model: 'gpt-6-luna' }, 'cli')).toThrow(
    /no own price/,
  );
});

test('a long prompt and its cached part have prices of their own, and so have peak hours', () => {
  const { prices, usage } = pricing();
  const longPrompt = { overTokens: 200_000, input: 10, output: 20, cacheRead: 1, cacheWrite: 12, cacheWriteLong: 16 };
  const peak = { input: 8, output: 9, cacheRead: 3 };
  const set = { per: 'tokens', provider: 'openai', model: 'gpt-6-luna', input: 5, output: 6, cacheRead: 2 } as const;
  const kept = prices.set({ ...set, longPrompt, peak }, 'cli');
  const none = { cacheWrite: null, cacheWriteLong: null };
  expect(kept.prices).toMatchObject([{ longPrompt, peak: { ...peak, ...none } }]);
  const tokens = { inputTokens: 1_000_000, cacheReadTokens: 1_000_000, cacheWriteLongTokens: 1_000_000 };
  usage.record([call({ tokens })]);
  expect(costs(usage)).toEqual([['gpt-6-luna', 27]]);
});

test.each([
  ['elevenlabs', 'characters', 2500, 165_000_000, 412_500], // 2.5 thousand at $0.165 a thousand
  ['deepgram', 'seconds', 90, 71_666_667, 6450], // a minute and a half at $0.0043 a minute
  ['twocaptcha', 'captchas', 3, 2_990_000_000, 8970],
] as const)('%s costs by its %s', (provider, unit, amount, price, cost) => {
  const { prices, usage } = pricing();
  const used = () => call({ provider, model: null, quantity: { unit, thousandths: amount * 1000 } });
  usage.record([used()]);
  expect(costs(usage)).toEqual([['', null]]);
  prices.set({ per: unit, provider, price }, 'cli');
  usage.record([used()]);
  expect(usage.report({ by: 'provider' }).rows[0]).toMatchObject({ unpriced: 1, knownCostMicroUsd: cost });
  expect(prices.list().unpriced).toMatchObject([{ provider, model: '', calls: 1, knownNow: true }]);
});

test('a unit price of one model goes before that of its provider', () => {
  const { prices, usage } = pricing();
  prices.set({ per: 'seconds', provider: 'deepgram', price: 1_000_000 }, 'cli');
  prices.set({ per: 'seconds', provider: 'deepgram', model: 'nova-3', price: 2_000_000 }, 'cli');
  const quantity = { unit: 'seconds', thousandths: 10_500 } as const;
  usage.record(['nova-3', 'nova-2'].map((model) => call({ provider: 'deepgram', model, quantity })));
  expect(costs(usage)).toEqual([
    ['nova-3', 21],
    ['nova-2', 11], // 10.5, half up
  ]);
});

test('what was set is told back, not another own price; without a day all of its days are taken out', () => {
  const { prices, vault } = pricing();
  const luna = { per: 'tokens', provider: 'openai', model: 'gpt-6-luna', output: 0 } as const;
  const told = [
    prices.set({ ...luna, input: 1 }, 'cli'),
    prices.set({ per: 'seconds', provider: 'openai', model: 'gpt-6-luna', price: 2 }, 'cli'),
    prices.set({ per: 'seconds', provider: 'openai', price: 3 }, 'cli'),
    prices.set({ ...luna, model: 'gpt-5', input: 4 }, 'cli'),
    prices.set({ ...luna, provider: 'azure_openai', input: 5 }, 'cli'),
    prices.set({ ...luna, input: 6, from: '2026-12-01' }, 'cli'),
  ];
  expect(
    told.map(({ provider, model, per, source, prices: days }) => [provider, model, per, source, days.length]),
  ).toEqual([
    ['openai', 'gpt-6-luna', 'tokens', 'own', 1],
    ['openai', 'gpt-6-luna', 'seconds', 'own', 1],
    ['openai', null, 'seconds', 'own', 1],
    ['openai', 'gpt-5', 'tokens', 'own', 1],
    ['azure_openai', 'gpt-6-luna', 'tokens', 'own', 1],
    ['openai', 'gpt-6-luna', 'tokens', 'own', 2],
  ]);
  prices.remove({ per: 'tokens', provider: 'openai', model: 'gpt-6-luna' }, 'cli');
  const left = prices.list().prices.filter(({ source }) => source === 'own');
  expect(left).toHaveLength(4);
  vault.opened().db.exec("UPDATE own_price SET document = '{}' WHERE per = 'seconds'");
  const next = pricing([], vault);
  expect(next.prices.list().prices.filter(({ source }) => source === 'own')).toHaveLength(2);
  expect(next.warned).toEqual(['prices.own-of-another-form']);
});

test('a factor is of a provider that there is, and in the audit log', () => {
  const { prices, vault } = pricing();
  expect(() => prices.setTier({ provider: 'no-such-one', tier: 'batch', factor: [1, 2] }, 'cli')).toThrow();
  prices.setTier({ provider: 'openai', tier: 'batch', factor: [1, 2] }, 'ui');
  prices.setTier({ provider: 'openai', tier: 'batch', factor: null }, 'cli');
  const kept = readAudit(vault.opened(), { limit: 9 }).map(({ actor, action, target, meta }) => [
    actor,
    action,
    target,
    meta,
  ]);
  expect(kept).toEqual([
    ['cli', 'prices.tier', 'openai/batch', { factor: '' }],
    ['ui', 'prices.tier', 'openai/batch', { factor: '1/2' }],
  ]);
});

test('an own price of a provider that is free is charged', () => {
  const { prices, usage } = pricing();
  prices.set({ per: 'tokens', provider: 'ollama', model: 'llama4', input: 5, output: 0 }, 'cli');
  usage.record(['llama4', 'other'].map((model) => call({ provider: 'ollama', model, tokens: A_MILLION })));
  expect(costs(usage)).toEqual([
    ['llama4', 5],
    ['other', 0],
  ]);
});

test('the list names what has no price first, with its calls, and whether a price is there by now', () => {
  const { prices, usage } = pricing();
  usage.record([
    call({ model: 'gpt-99', tokens: A_MILLION }),
    call({ model: 'gpt-99', tokens: A_MILLION }),
    call({ model: 'gpt-98', tokens: A_MILLION }),
  ]);
  usage.flush();
  prices.set({ per: 'tokens', provider: 'openai', model: 'gpt-98', input: 1, output: 1 }, 'cli');
  const list = priceList.parse(prices.list());
  const day = { firstDay: '2026-11-20', lastDay: '2026-11-20' };
  expect(list.unpriced).toEqual([
    { provider: 'openai', model: 'gpt-99', calls: 2, ...day, knownNow: false, why: 'no_price' },
    { provider: 'openai', model: 'gpt-98', calls: 1, ...day, knownNow: true, why: 'no_price' },
  ]);
  expect(list.prices[0]).toMatchObject({ source: 'own', model: 'gpt-98', today: 0, overridden: false });
  prices.set({ per: 'tokens', provider: 'openai', model: 'gpt-5', input: 1, output: 1 }, 'cli');
  const gpt5 = prices.list().prices.filter(({ provider, model }) => provider === 'openai' && model === 'gpt-5');
  expect(gpt5.map(({ source, overridden }) => [source, overridden])).toEqual([
    ['own', false],
    ['book', true],
  ]);
});

test('calls that no price helps are told apart from models without one', async () => {
  const { prices, usage, repricer } = pricing();
  const but = (model: string, result: Partial<UsageEntry['result']>): UsageEntry => {
    const entry = call({ model });
    return { ...entry, result: { ...entry.result, ...result } };
  };
  const none = { measure: 'missing', seen: false } as const;
  const tokens = { ...NO_TOKENS, ...A_MILLION };
  usage.record([
    ...['gpt-5', 'gpt-99', 'gpt-98'].map((model) => but(model, none)),
    but('gpt-4o', { tokens, serviceTier: 'never-heard-of' }),
    but('gpt-98', { tokens }),
  ]);
  usage.flush();
  const told = () => prices.list().unpriced.map(({ model, knownNow, why }) => [model, knownNow, why]);
  const hopeless = [
    ['gpt-4o', false, 'unknown_tier'],
    ['gpt-5', false, 'not_told'],
    ['gpt-99', false, 'not_told'],
  ];
  expect(told()).toEqual([['gpt-98', false, 'no_price'], ...hopeless]);
  prices.set({ per: 'tokens', provider: 'openai', model: 'gpt-98', input: 1, output: 1 }, 'cli');
  expect(told()).toEqual([['gpt-98', true, 'no_price'], ...hopeless]);
  await repricer.reprice({ apply: true }, 'cli');
  expect(told()).toEqual([...hopeless.slice(0, 2), ['gpt-98', false, 'not_told'], ...hopeless.slice(2)]);
});

test('of calls whose records are gone it is told that a price comes too late, and not where there is none', () => {
  const { prices, usage, vault, clock } = pricing();
  const quantity = { unit: 'seconds', thousandths: 1000 } as const;
  usage.record([
    ...['gpt-99', 'gpt-98'].map((model) => call({ model, tokens: A_MILLION })),
    ...['nova-3', null].map((model) => call({ provider: 'deepgram', model, quantity })),
  ]);
  usage.flush();
  vault.opened().usageDb.exec('DELETE FROM usage_record');
  prices.set({ per: 'tokens', provider: 'openai', model: 'gpt-99', input: 1, output: 1 }, 'cli');
  const whys = () =>
    Object.fromEntries(prices.list().unpriced.map(({ provider, model, why }) => [`${provider}/${model}`, why]));
  const none = { 'openai/gpt-99': 'not_kept', 'openai/gpt-98': 'no_price' };
  expect(whys()).toEqual({ ...none, 'deepgram/nova-3': 'no_price', 'deepgram/': 'no_price' });
  prices.set({ per: 'seconds', provider: 'deepgram', price: 1 }, 'cli');
  expect(whys()).toEqual({ ...none, 'deepgram/nova-3': 'not_kept', 'deepgram/': 'not_kept' });
  expect(prices.list().unpriced.every(({ knownNow }) => !knownNow)).toBe(true);
  const day = 24 * 3_600_000;
  clock.wallMs += 89 * day; // the calls are of the day before the clock's
  expect(prices.list().unpriced).toHaveLength(4);
  clock.wallMs += day;
  expect(prices.list().unpriced).toEqual([]);
});

test('what the owner does to prices is in the audit log, and told', () => {
  const { prices, vault, heard } = pricing();
  prices.set({ per: 'calls', provider: 'github', price: 1 }, 'ui');
  prices.remove({ per: 'calls', provider: 'github' }, 'cli');
  expect(readAudit(vault.opened(), { limit: 9 }).map(({ actor, action, target }) => [actor, action, target])).toEqual([
    ['cli', 'prices.remove', 'github'],
    ['ui', 'prices.set', 'github'],
  ]);
  expect(heard.map(({ event }) => event)).toEqual(['prices.changed', 'prices.changed']);
});

test('a price of a provider that is not known, or that the disk does not take, changes nothing', () => {
  const { prices, vault } = pricing();
  expect(() => prices.set({ per: 'calls', provider: 'no-such-one', price: 1 }, 'cli')).toThrow();
  vault.broken = true;
  expect(() => prices.set({ per: 'calls', provider: 'github', price: 1 }, 'cli')).toThrow(/disk is full/);
  expect(prices.list().prices.filter(({ source }) => source === 'own')).toEqual([]);
});

test('an unknown model is told of once, a restart does not change that, a price that comes and goes does', () => {
  const vault = pricing().vault;
  const first = pricing([], vault);
  const meet = ({ usage, clock }: typeof first, model: string) => {
    usage.record([call({ model, tokens: A_MILLION }), call({ model, tokens: A_MILLION })]);
    clock.advance(0);
  };
  const told = ({ heard }: typeof first) => heard.filter(({ event }) => event === 'usage.unknownModel');
  meet(first, 'gpt-99');
  meet(first, 'gpt-99');
  expect(told(first)).toEqual([{ event: 'usage.unknownModel', data: { provider: 'openai', model: 'gpt-99' } }]);
  const second = pricing([], vault);
  meet(second, 'gpt-99');
  expect(told(second)).toEqual([]);
  second.prices.set({ per: 'tokens', provider: 'openai', model: 'gpt-99', input: 1, output: 1 }, 'cli');
  second.prices.remove({ per: 'tokens', provider: 'openai', model: 'gpt-99' }, 'cli');
  const third = pricing([], vault);
  for (const one of [third, second]) {
    meet(one, 'gpt-99');
    expect(told(one)).toHaveLength(1);
  }
});

test('of models met together each is told of; what a lock forestalls is told of after the next unlock', () => {
  const all = pricing();
  const told = () => all.heard.flatMap((one) => (one.event === 'usage.unknownModel' ? [one.data.model] : []));
  const meet = (...models: string[]) => all.usage.record(models.map((model) => call({ model, tokens: A_MILLION })));
  meet('gpt-99', 'gpt-98');
  all.clock.advance(0);
  expect(told()).toEqual(['gpt-99', 'gpt-98']);
  meet('gpt-97');
  all.prices.locking();
  all.clock.advance(0);
  expect(told()).toHaveLength(2);
  all.prices.unlocked();
  meet('gpt-97', 'gpt-99');
  all.clock.advance(0);
  expect(told()).toEqual(['gpt-99', 'gpt-98', 'gpt-97']);
  const flood = Array.from({ length: 1100 }, (_, n) => `made-up-${n}`);
  meet(...flood);
  all.clock.advance(0);
  expect(told()).toHaveLength(1000); // names come from answers: there is an end to them
});

test('looking something up in the book for a report tells nobody', () => {
  const { prices, heard, clock } = pricing();
  expect(prices.book.priceAt('openai', 'gpt-99', 0)).toBe('unknown_model');
  clock.advance(1000);
  expect(heard).toEqual([]);
});

test('an own factor for a service tier wins over the list, and makes calls of an unknown tier known', async () => {
  const { prices, usage, repricer } = pricing();
  const of = (provider: string, model: string): UsageEntry => {
    const one = call({ provider, model, tokens: A_MILLION });
    return { ...one, result: { ...one.result, serviceTier: 'batch' } };
  };
  const known = { per: 'tokens', input: 100_000, output: 0 } as const;
  prices.set({ ...known, provider: 'mistral', model: 'mistral-small-latest' }, 'cli');
  usage.record([of('mistral', 'mistral-small-latest'), of('openai', 'gpt-6-luna')]);
  expect(costs(usage)).toEqual(
    expect.arrayContaining([
      ['mistral-small-latest', null],
      ['gpt-6-luna', 100_000],
    ]),
  );
  expect(prices.list().unpriced).toMatchObject([{ model: 'mistral-small-latest', why: 'unknown_tier' }]);
  prices.setTier({ provider: 'mistral', tier: 'batch', factor: [1, 2] }, 'cli');
  prices.setTier({ provider: 'openai', tier: 'batch', factor: [3, 4] }, 'cli');
  expect(prices.list().unpriced).toMatchObject([{ model: 'mistral-small-latest', knownNow: true }]);
  await repricer.reprice({ apply: true }, 'cli');
  expect(costs(usage)).toEqual(
    expect.arrayContaining([
      ['mistral-small-latest', 50_000],
      ['gpt-6-luna', 150_000],
    ]),
  );
  const listed = priceList.parse(prices.list()).tiers;
  expect(listed.slice(0, 2).map(({ provider, source }) => [provider, source])).toEqual([
    ['mistral', 'own'],
    ['openai', 'own'],
  ]);
  prices.setTier({ provider: 'openai', tier: 'batch', factor: null }, 'cli');
  usage.record([of('openai', 'gpt-6-luna')]);
  expect(costs(usage)).toEqual(expect.arrayContaining([['gpt-6-luna', 250_000]]));
  expect(() => prices.setTier({ provider: 'openai', tier: 'batch', factor: null }, 'cli')).toThrow(/no own price/);
});
