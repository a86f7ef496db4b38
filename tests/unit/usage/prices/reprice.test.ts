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
  all.usage.record([withSearch(searched), withSearch(luna), call({ tokens: A_MILLION })]);
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
  expect(new Map(sums() as [string, number][]).get('gpt-99')).toBe(1);
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
