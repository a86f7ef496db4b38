import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readAudit } from '../../../../electron/core/audit/audit-log.ts';
import { repriceReport } from '../../../../shared/contract/prices.ts';
import { SPAN_WEEK } from '../../../../electron/core/usage/dimensions.ts';
import { notWholeSql } from '../../../../electron/core/usage/not-whole.ts';
import { call } from '../recording.ts';
import { pricing } from './support.ts';

const DAY = 24 * 3_600_000;
const AT = Date.UTC(2026, 10, 20, 12);
const A_MILLION = { inputTokens: 1_000_000 };

/** Every rollup must say what the records say. */
function differences({ vault }: ReturnType<typeof pricing>): unknown[] {
  const db = vault.opened().usageDb;
  const rollups = db
    .prepare(
      `SELECT span, dimension, sum(cost_micro_usd) AS cost, sum(unpriced) AS unpriced,
              sum(cache_saved_micro_usd) AS saved, sum(incomplete) AS incomplete
       FROM usage_rollup WHERE span < ${SPAN_WEEK} GROUP BY span, dimension`,
    )
    .all();
  const truth = db
    .prepare(
      `SELECT coalesce(sum(cost_micro_usd), 0) AS cost, count(*) - count(cost_micro_usd) AS unpriced,
              sum(cache_saved_micro_usd) AS saved, sum(${notWholeSql('')}) AS incomplete FROM usage_record`,
    )
    .get() as object;
  return rollups.filter((row) => JSON.stringify({ ...(row as object), ...truth }) !== JSON.stringify(row));
}

function recorded(zone = 'UTC') {
  const all = pricing([], undefined, zone);
  all.usage.record([
    call({ model: 'gpt-99', tokens: A_MILLION }),
    call({ model: 'gpt-99', tokens: A_MILLION, atMs: AT - DAY }),
    call({ tokens: A_MILLION }),
    call({ model: 'gpt-99', tokens: A_MILLION, told: 12 }),
  ]);
  all.prices.set({ per: 'tokens', provider: 'openai', model: 'gpt-99', input: 5, output: 5 }, 'cli');
  return all;
}

test('it first tells what would change and changes nothing, then does just that', async () => {
  const all = recorded();
  const { repricer, usage, vault, heard } = all;
  const before = usage.report({ by: 'model' });
  const expected = {
    zone: 'UTC',
    records: 4,
    changed: 2,
    oldMicroUsd: 200_012,
    newMicroUsd: 200_022,
    oldUnpriced: 2,
    newUnpriced: 0,
    beyond: 0,
    keptFrom: '2026-11-19',
    models: [
      {
        provider: 'openai',
        model: 'gpt-99',
        changed: 2,
        oldMicroUsd: 0,
        newMicroUsd: 10,
        oldUnpriced: 2,
        newUnpriced: 0,
      },
    ],
  };
  const preview = repriceReport.parse(await repricer.reprice({ apply: false }, 'cli'));
  expect(preview).toEqual({ ...expected, applied: false });
  expect(usage.report({ by: 'model' })).toEqual(before);
  expect(await repricer.reprice({ apply: true }, 'cli')).toEqual({ ...expected, applied: true });
  expect(differences(all)).toEqual([]);
  expect(usage.report({ by: 'model' }).rows.map(({ key, costMicroUsd }) => [key, costMicroUsd])).toEqual([
    ['gpt-6-luna', 200_000],
    ['gpt-99', 22], // what the provider told itself stays
  ]);
  expect(readAudit(vault.opened(), { limit: 2 }).map(({ action, meta }) => [action, meta])).toEqual([
    ['usage.repriced', { from: '', to: '', changed: 2, oldMicroUsd: 200_012, newMicroUsd: 200_022 }],
    ['usage.reprice', { from: '', to: '', asOf: '2026-11-20' }],
  ]);
  expect(heard.at(-1)).toEqual({
    event: 'usage.recorded',
    data: { requests: 0, providers: ['openai'], clients: [] },
  });
  expect((await repricer.reprice({ apply: true }, 'cli')).changed).toBe(0);
});

test('a cost that is the least it can have been is so in every sum, before and after', async () => {
  const all = pricing();
  const searched = call({ model: 'gpt-99', tokens: A_MILLION });
  const luna = call({ tokens: A_MILLION });
  const withSearch = (entry: typeof searched) => ({ ...entry, result: { ...entry.result, webSearches: 2 } });
  all.usage.record([withSearch(searched), withSearch(searched), withSearch(luna), call({ tokens: A_MILLION })]);
  const sums = () => all.usage.report({ by: 'model' }).rows.map(({ key, incomplete }) => [key, incomplete]);
  expect(new Map(sums() as [string, number][])).toEqual(
    new Map([
      ['gpt-6-luna', 1],
      ['gpt-99', 0],
    ]),
  );
  expect(differences(all)).toEqual([]);
  all.prices.set({ per: 'tokens', provider: 'openai', model: 'gpt-99', input: 5, output: 5 }, 'cli');
  await all.repricer.reprice({ apply: true }, 'cli');
  expect(new Map(sums() as [string, number][]).get('gpt-99')).toBe(2);
  expect(differences(all)).toEqual([]);
  all.prices.set({ per: 'tokens', provider: 'openai', model: 'gpt-99', input: 8, output: 5 }, 'cli');
  expect(await all.repricer.reprice({ apply: true }, 'cli')).toMatchObject({ changed: 2 });
  expect(differences(all)).toEqual([]);
  // Counted by an earlier version: it is in no sum, so nothing is taken away.
  all.vault.opened().usageDb.exec('UPDATE usage_rollup SET incomplete = 0');
  all.prices.remove({ per: 'tokens', provider: 'openai', model: 'gpt-99' }, 'cli');
  await all.repricer.reprice({ apply: true }, 'cli');
  expect(sums().every(([, incomplete]) => incomplete === 0)).toBe(true);
});

test('days are those of the reporting zone, both ends included', async () => {
  // 12:00 UTC is the next day already in Kiritimati (UTC+14).
  const all = recorded('Pacific/Kiritimati');
  const { changed, records } = await all.repricer.reprice({ from: '2026-11-21', to: '2026-11-21', apply: true }, 'cli');
  expect([changed, records]).toEqual([1, 3]);
  expect(differences(all)).toEqual([]);
  expect(all.usage.report({ by: 'day' }).rows.map(({ key, unpriced }) => [key, unpriced])).toEqual([
    ['2026-11-20', 1],
    ['2026-11-21', 0],
  ]);
});

test('what lies beyond the kept records is said, and its cost stays', async () => {
  const all = recorded();
  all.usage.flush();
  all.vault.opened().usageDb.prepare('DELETE FROM usage_record WHERE at_ms < ?').run(AT);
  const report = await all.repricer.reprice({ apply: true }, 'cli');
  expect(report).toMatchObject({ records: 3, beyond: 1, changed: 1, keptFrom: '2026-11-20' });
  expect(all.usage.report({ by: 'day' }).rows.map(({ key, unpriced }) => [key, unpriced])).toEqual([
    ['2026-11-19', 1],
    ['2026-11-20', 0],
  ]);
});

test('a period the wrong way round, or a second one at a time, is refused', async () => {
  const { repricer } = recorded();
  await expect(repricer.reprice({ from: '2026-11-21', to: '2026-11-20', apply: true }, 'cli')).rejects.toThrow(
    /before/,
  );
  const first = repricer.reprice({ apply: true }, 'cli');
  await expect(repricer.reprice({ apply: true }, 'cli')).rejects.toThrow(/already/);
  await first;
});

test('records of many pages and prices: rollups and records agree afterwards', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({
          model: fc.constantFrom('gpt-99', 'gpt-98', 'gpt-6-luna'),
          hours: fc.integer({ min: 0, max: 100 }),
          input: fc.integer({ min: 0, max: 3_000_000 }),
          measure: fc.constantFrom('measured' as const, 'incomplete' as const, 'missing' as const, 'none' as const),
        }),
        { minLength: 1, maxLength: 40 },
      ),
      fc.integer({ min: 1, max: 50 }),
      async (calls, times) => {
        const all = pricing([], undefined, 'Europe/Berlin');
        const entries = Array.from({ length: times }, () => calls).flat();
        all.usage.record(
          entries.map(({ model, hours, input, measure }) => {
            const one = call({
              model,
              atMs: AT + hours * 3_600_000,
              tokens: { inputTokens: input, cacheReadTokens: input },
            });
            const seen = measure === 'measured' || measure === 'incomplete';
            return { ...one, result: { ...one.result, measure, seen } };
          }),
        );
        all.prices.set({ per: 'tokens', provider: 'openai', model: 'gpt-99', input: 77, output: 5 }, 'cli');
        all.prices.set({ per: 'tokens', provider: 'openai', model: 'gpt-6-luna', input: 1, output: 5 }, 'cli');
        await all.repricer.reprice({ apply: true }, 'cli');
        expect(differences(all)).toEqual([]);
      },
    ),
    { numRuns: 12 },
  );
});

test('weeks and months that are over are repriced with their days', async () => {
  const all = recorded();
  all.usage.flush();
  all.clock.advance(40 * DAY);
  while (all.usage.foldOne());
  const folded = all.vault.opened().usageDb.prepare(
    `SELECT span, sum(cost_micro_usd) AS cost, sum(unpriced) AS unpriced FROM usage_rollup
       WHERE span >= ${SPAN_WEEK} AND dimension = 0 GROUP BY span`,
  );
  const sums = (cost: number, unpriced: number) => [2, 3].map((span) => ({ span, cost, unpriced }));
  expect(folded.all()).toEqual(sums(200_012, 2));
  await all.repricer.reprice({ apply: true }, 'cli');
  expect(folded.all()).toEqual(sums(200_022, 0));
});

test('pages follow each other through calls of the same moment, each once', async () => {
  const all = pricing();
  const calls = Array.from({ length: 2500 }, (_, n) =>
    call({ model: 'gpt-99', tokens: A_MILLION, atMs: AT + Math.floor(n / 900) }),
  );
  all.usage.record(calls);
  all.prices.set({ per: 'tokens', provider: 'openai', model: 'gpt-99', input: 5, output: 5 }, 'cli');
  const report = await all.repricer.reprice({ apply: true }, 'cli');
  expect(report).toMatchObject({ records: 2500, changed: 2500, newMicroUsd: 12_500, oldUnpriced: 2500, beyond: 0 });
  expect(differences(all)).toEqual([]);
});

test.each(['Pacific/Kiritimati', 'Pacific/Pago_Pago', 'UTC'])(
  'a period has all calls of its days: %s',
  async (zone) => {
    const all = pricing([], undefined, zone);
    const times = Array.from({ length: 48 }, (_, n) => AT + n * 3 * 3_600_000);
    all.usage.record(times.map((atMs) => call({ atMs, tokens: A_MILLION })));
    const days = all.usage.report({ by: 'day' }).rows.map(({ key, requests }) => ({ day: key, requests }));
    expect(days.length).toBeGreaterThan(5);
    for (const [first, { day: from }] of days.entries()) {
      for (const { day: to } of days.slice(first)) {
        const wanted = days
          .filter(({ day }) => day >= from && day <= to)
          .reduce((sum, { requests }) => sum + requests, 0);
        const { records, beyond } = await all.repricer.reprice({ from, to, apply: false }, 'cli');
        expect([from, to, records, beyond]).toEqual([from, to, wanted, 0]);
      }
      const { records } = await all.repricer.reprice({ from, apply: false }, 'cli');
      expect(records).toBe(days.slice(first).reduce((sum, { requests }) => sum + requests, 0));
    }
  },
);

test('the models for which most money moves stand first, then those of most calls; what loses its price is unpriced', async () => {
  const all = pricing();
  const price = (model: string, input: number) =>
    all.prices.set({ per: 'tokens', provider: 'openai', model, input, output: 0 }, 'cli');
  const models = ['a-1', 'b-2', 'c-3', 'd-4'];
  for (const model of models) price(model, 100);
  all.usage.record([...models, 'd-4'].map((model) => call({ model, tokens: A_MILLION })));
  all.usage.flush();
  for (const [model, input] of [
    ['a-1', 90],
    ['b-2', 500],
    ['c-3', 10],
    ['d-4', 105],
  ] as const)
    price(model, input);
  const first = await all.repricer.reprice({ apply: true }, 'cli');
  expect(first.models.map(({ model, changed }) => [model, changed])).toEqual([
    ['b-2', 1],
    ['c-3', 1],
    ['d-4', 2], // ten, as for the next one
    ['a-1', 1],
  ]);
  all.prices.remove({ per: 'tokens', provider: 'openai', model: 'd-4' }, 'cli');
  const second = await all.repricer.reprice({ apply: true }, 'cli');
  expect(second).toMatchObject({ changed: 2, oldMicroUsd: 810, newMicroUsd: 600, oldUnpriced: 0, newUnpriced: 2 });
  expect(differences(all)).toEqual([]);
});

type Given = NonNullable<Parameters<typeof call>[0]>;
const seconds = { unit: 'seconds', thousandths: 1_000_000_000 } as const;
test.each<[string, Given, { input: number; from?: string } | null]>([
  ['the owner’s', { provider: 'openai', model: 'gpt-99' }, { input: 9 }],
  ['that of the list', { provider: 'openai', model: 'gpt-6-luna' }, null],
  ['that of another provider’s list', { provider: 'azure_openai', model: 'gpt-6-luna' }, null],
  ['none, as the provider is free', { provider: 'ollama', model: 'llama4' }, null],
  ['none, as the model is not known', { provider: 'openai', model: 'gpt-99' }, null],
  ['none yet', { provider: 'openai', model: 'gpt-99' }, { input: 9, from: '2026-12-01' }],
])('a call that had %s is priced anew', async (_, given, before) => {
  const all = pricing();
  const own = { per: 'tokens', provider: given.provider ?? '', model: given.model ?? '', output: 0 } as const;
  if (before !== null) all.prices.set({ ...own, ...before }, 'cli');
  all.usage.record([call({ ...given, tokens: A_MILLION })]);
  all.usage.flush();
  all.prices.set({ ...own, input: 77 }, 'cli');
  expect(await all.repricer.reprice({ apply: true }, 'cli')).toMatchObject({ changed: 1, newMicroUsd: 77 });
  expect(differences(all)).toEqual([]);
});

test('a call whose unit had no price is priced anew', async () => {
  const all = pricing();
  all.usage.record([call({ provider: 'deepgram', model: null, quantity: seconds })]);
  all.usage.flush();
  all.prices.set({ per: 'seconds', provider: 'deepgram', price: 3 }, 'cli');
  expect(await all.repricer.reprice({ apply: true }, 'cli')).toMatchObject({ changed: 1, newMicroUsd: 3 });
});

test('why it costs what it costs is kept anew too where the cost stays, and where nothing is applied it is not', async () => {
  const all = pricing();
  all.usage.record([call({ tokens: A_MILLION })]);
  all.usage.flush();
  const reason = () => all.vault.opened().usageDb.prepare('SELECT price_reason FROM usage_record').pluck().get();
  const before = reason();
  all.prices.set({ per: 'tokens', provider: 'openai', model: 'gpt-6-luna', input: 200_000, output: 0 }, 'cli');
  await all.repricer.reprice({ apply: false }, 'cli');
  expect(reason()).toBe(before);
  expect(readAudit(all.vault.opened(), { limit: 1 })[0]?.action).toBe('prices.set');
  const told = all.heard.length;
  expect((await all.repricer.reprice({ apply: true }, 'cli')).changed).toBe(0);
  expect(reason()).not.toBe(before);
  expect(all.heard).toHaveLength(told + 1);
});

test('what a cache saved is summed anew where the cost stays', async () => {
  const all = pricing();
  const set = { per: 'tokens', provider: 'openai', model: 'gpt-99', output: 0, cacheRead: 10 } as const;
  all.prices.set({ ...set, input: 100 }, 'cli');
  all.usage.record([call({ model: 'gpt-99', tokens: { cacheReadTokens: 1_000_000 } })]);
  all.usage.flush();
  all.prices.set({ ...set, input: 300 }, 'cli');
  expect(await all.repricer.reprice({ apply: true }, 'cli')).toMatchObject({ changed: 0, newMicroUsd: 10 });
  expect(differences(all)).toEqual([]);
  const saved = all.vault.opened().usageDb.prepare('SELECT cache_saved_micro_usd FROM usage_record').pluck().get();
  expect(saved).toBe(290);
});

test('with no calls at all there is nothing to price, and no first day', async () => {
  const { repricer } = pricing();
  expect(await repricer.reprice({ apply: false }, 'cli')).toMatchObject({ records: 0, beyond: 0, keptFrom: null });
});
