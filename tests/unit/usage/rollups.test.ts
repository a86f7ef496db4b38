import { randomBytes } from 'node:crypto';
import type Database from 'better-sqlite3';
import Sqlite from 'better-sqlite3';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { USAGE_MIGRATIONS } from '../../../electron/core/store/migrate.ts';
import { DIMENSIONS, NAME_KINDS } from '../../../electron/core/usage/dimensions.ts';
import {
  addFirstByte,
  addHistogram,
  latencyBucket,
  noCounts,
  percentileMs,
} from '../../../electron/core/usage/latency-histogram.ts';
import { usageReport } from '../../../electron/core/usage/report.ts';
import {
  dateOfDay,
  HOUR_MS,
  monthOfDay,
  ReportingDays,
  weekOfDay,
} from '../../../electron/core/usage/reporting-days.ts';
import { notWholeSql } from '../../../electron/core/usage/not-whole.ts';
import { hasDaysOf, readUsageState } from '../../../electron/core/usage/state-table.ts';
import { UsageStore } from '../../../electron/core/usage/usage-store.ts';
import type { CountedCall } from '../../../electron/core/usage/counted-call.ts';
import { pricedCall } from './usage-file.ts';

const ZONES = ['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Pacific/Auckland'] as const;
const START = Date.UTC(2030, 2, 20); // days before summer time begins in Europe
const START_DAY = START / (24 * HOUR_MS);
const SUMS = [
  'count(*)',
  "sum(o.name NOT IN ('ok', 'cached'))",
  `sum(${notWholeSql('r.')})`,
  'sum(r.cost_micro_usd IS NULL)',
  'sum(r.input_tokens)',
  'sum(r.cache_read_tokens)',
  'sum(r.cache_write_tokens + r.cache_write_long_tokens)',
  'sum(r.output_tokens)',
  'sum(r.reasoning_tokens)',
  'coalesce(sum(r.cost_micro_usd), 0)',
  'sum(r.cache_saved_micro_usd)',
];

function newDatabase(): Database.Database {
  const db = new Sqlite(':memory:');
  for (const sql of USAGE_MIGRATIONS) db.exec(sql);
  return db;
}

/** Every row of usage_rollup as SQL over the records says it must be: "span dimension bucket name: sums". */
function fromRecords(db: Database.Database, days: ReportingDays, foldedTo: number): string[] {
  const buckets = [
    (ms: number) => Math.floor(ms / HOUR_MS),
    (ms: number) => days.dayOf(ms),
    (ms: number) => weekOfDay(days.dayOf(ms)),
    (ms: number) => monthOfDay(days.dayOf(ms)),
  ] as const;
  for (const [span, of] of buckets.entries()) db.function(`bucket_${span}`, (ms: unknown) => of(Number(ms)));
  db.function('day_of', (ms: unknown) => days.dayOf(Number(ms)));
  const lines: string[] = [];
  for (const span of [0, 1, 2, 3]) {
    for (const [dimension, kind] of DIMENSIONS.entries()) {
      if (kind === 'cell' && span === 0) continue;
      const name = kind === 'all' ? '0' : kind === 'cell' ? 'c.id' : `c.${kind}`;
      const rows = db
        .prepare(
          `SELECT bucket_${span}(r.at_ms) AS bucket, ${name} AS name, ${SUMS.join(', ')}
           FROM usage_record AS r JOIN usage_cell AS c ON c.id = r.cell JOIN usage_name AS o ON o.id = c.outcome
           WHERE ${span < 2 ? '1' : `day_of(r.at_ms) < ${foldedTo}`} GROUP BY 1, 2`,
        )
        .raw()
        .all() as number[][];
      for (const [bucket, number, ...sums] of rows)
        lines.push(`${span} ${dimension} ${bucket} ${number}: ${sums.join(' ')}`);
    }
  }
  return lines.toSorted();
}

function fromRollups(db: Database.Database): string[] {
  const rows = db
    .prepare(
      `SELECT span, dimension, bucket, name, requests, failed, incomplete, unpriced, input_tokens, cache_read_tokens,
       cache_write_tokens, output_tokens, reasoning_tokens, cost_micro_usd, cache_saved_micro_usd FROM usage_rollup`,
    )
    .raw()
    .all() as number[][];
  return rows
    .map(([span, dimension, bucket, name, ...sums]) => `${span} ${dimension} ${bucket} ${name}: ${sums.join(' ')}`)
    .toSorted();
}

const anyCall = fc.record({
  atMs: fc.integer({ min: START, max: START + 24 * 24 * HOUR_MS }),
  provider: fc.constantFrom('openai', 'google'),
  model: fc.constantFrom('gpt-6-luna', 'gpt-5', null),
  client: fc.constantFrom('a', 'b', null),
  credential: fc.constantFrom('openai/work', 'google/home'),
  project: fc.constantFrom('', '/home/me/app'),
  outcome: fc.constantFrom('ok' as const, 'cut' as const, 'client_error' as const),
  measure: fc.constantFrom('measured' as const, 'incomplete' as const, 'missing' as const, 'none' as const),
  why: fc.constantFrom('book' as const, 'at_least' as const),
  serviceTier: fc.constantFrom(null, 'batch'),
  tokens: fc.record({
    inputTokens: fc.nat(10_000),
    cacheReadTokens: fc.nat(100),
    cacheWriteTokens: fc.constantFrom(0, 3),
    cacheWriteLongTokens: fc.constantFrom(0, 4),
    outputTokens: fc.nat(5000),
  }),
  costMicroUsd: fc.option(fc.nat(1_000_000)),
  savedMicroUsd: fc.nat(50),
  latencyMs: fc.double({ min: 0, max: 100_000, noNaN: true }),
  firstByteMs: fc.option(fc.nat(5000)),
});
type Act =
  | { readonly kind: 'write'; readonly calls: readonly CountedCall[] }
  | { readonly kind: 'undone'; readonly calls: readonly CountedCall[] }
  | { readonly kind: 'fold' }
  | { readonly kind: 'restart' };
const calls = fc.array(anyCall, { maxLength: 25 }).map((list) => list.map(pricedCall));
const anyAct: fc.Arbitrary<Act> = fc.oneof(
  { weight: 6, arbitrary: calls.map((list) => ({ kind: 'write' as const, calls: list })) },
  { weight: 1, arbitrary: calls.map((list) => ({ kind: 'undone' as const, calls: list })) },
  { weight: 3, arbitrary: fc.constant({ kind: 'fold' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'restart' as const }) },
);

/** Does what it is told and compares every row of the rollups with SQL over the records. */
function check(acts: readonly Act[], zone: string): void {
  const db = newDatabase();
  const days = new ReportingDays(zone);
  let store = new UsageStore(db, days);
  for (const act of acts) {
    if (act.kind === 'write') store.write(act.calls, randomBytes(16), 0);
    else if (act.kind === 'fold') store.foldOne(START_DAY + 20);
    else if (act.kind === 'undone') {
      // The last statement of a batch fails: nothing of it may stay, also not in what is kept in memory.
      expect(() => store.write(act.calls, null as unknown as Buffer, 0)).toThrow();
    } else {
      store = new UsageStore(db, days);
    }
  }
  expect(fromRollups(db)).toEqual(fromRecords(db, days, readUsageState(db)?.foldedTo ?? 0));
  db.close();
}

test('after any order of batches, failures, foldings and restarts every rollup row is what the records say', () => {
  fc.assert(
    fc.property(fc.array(anyAct, { maxLength: 12 }), fc.constantFrom(...ZONES), (acts, zone) => check(acts, zone)),
    { numRuns: 60 },
  );
});

const names = (lines: readonly string[]) => lines.filter((line) => !/^[1-3] 8 /.test(line)); // cells keep their days

test('another zone sums days again, in steps, and then begins to fold anew', () => {
  const db = newDatabase();
  const berlin = new UsageStore(db, new ReportingDays('Europe/Berlin'));
  const list = fc.sample(anyCall, { numRuns: 300, seed: 3 }).map(pricedCall);
  berlin.write(list, randomBytes(16), 0);
  while (berlin.foldOne(START_DAY + 15));
  const days = new ReportingDays('America/New_York');
  const york = new UsageStore(db, days);
  york.write([pricedCall({ atMs: START + 5 * HOUR_MS })], randomBytes(16), 0);
  expect(hasDaysOf(db, 'America/New_York')).toBe(false);
  let steps = 0;
  for (; !hasDaysOf(db, 'America/New_York'); steps += 1) expect(york.foldOne(START_DAY + 15)).toBe(true);
  expect(steps).toBeGreaterThan(10);
  expect(names(fromRollups(db))).toEqual(names(fromRecords(db, days, 0)));
  while (york.foldOne(START_DAY + 15));
  expect(readUsageState(db)?.foldedTo).toBeGreaterThan(0);
  expect(names(fromRollups(db))).toEqual(names(fromRecords(db, days, readUsageState(db)?.foldedTo ?? 0)));
  db.close();
});

/** Days and models of all there is, as a report has them and as SQL over the records has them. */
function bothWays(db: Database.Database, days: ReportingDays) {
  db.function('day_of', (ms: unknown) => dateOfDay(days.dayOf(Number(ms))));
  const asked = { zone: days.zone, nowMs: START + 40 * 24 * HOUR_MS };
  const report = (by: 'day' | 'model', from?: string) =>
    usageReport(db, { by, from }, asked).rows.map(({ key, requests, inputTokens }) => [key, requests, inputTokens]);
  const since = dateOfDay(START_DAY + 3);
  const records = (by: string, from: string) =>
    db
      .prepare(
        `SELECT ${by} AS key, count(*), sum(r.input_tokens) FROM usage_record AS r JOIN usage_cell AS c ON c.id = r.cell
         JOIN usage_name AS m ON m.id = c.model WHERE day_of(r.at_ms) >= ? GROUP BY 1`,
      )
      .raw()
      .all(from);
  const byKey = (rows: readonly unknown[]) => rows.map((row) => JSON.stringify(row)).toSorted();
  return {
    reports: [report('day'), report('model'), report('model', since)].map(byKey),
    records: [records('day_of(r.at_ms)', ''), records('m.shown', ''), records('m.shown', since)].map(byKey),
  };
}

test('at any moment of a change of the zone reports are right, and it goes on after the process ended', () => {
  const zone = fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York', 'Pacific/Auckland');
  const acts = fc.array(
    fc.oneof(
      { weight: 4, arbitrary: calls.map((list) => ({ kind: 'write' as const, calls: list })) },
      { weight: 6, arbitrary: fc.nat(12).map((steps) => ({ kind: 'fold' as const, steps })) },
      { weight: 3, arbitrary: zone.map((to) => ({ kind: 'zone' as const, zone: to })) },
      { weight: 1, arbitrary: fc.constant({ kind: 'restart' as const }) },
    ),
    { maxLength: 14 },
  );
  const play = (list: typeof acts extends fc.Arbitrary<infer A> ? A : never) => {
    const db = newDatabase();
    let days = new ReportingDays('UTC');
    let store = new UsageStore(db, days);
    for (const act of list) {
      if (act.kind === 'write') store.write(act.calls, randomBytes(16), 0);
      else if (act.kind === 'fold') for (let left = act.steps; left > 0; left -= 1) store.foldOne(START_DAY + 20);
      else {
        if (act.kind === 'zone') days = new ReportingDays(act.zone);
        store = new UsageStore(db, days);
      }
      const { reports, records } = bothWays(db, days);
      expect(reports).toEqual(records);
    }
    while (store.foldOne(START_DAY + 40));
    expect(hasDaysOf(db, days.zone)).toBe(true);
    expect(names(fromRollups(db))).toEqual(names(fromRecords(db, days, readUsageState(db)?.foldedTo ?? 0)));
    db.close();
  };
  fc.assert(fc.property(acts, play), { numRuns: 60 });
});

test('days that begin at half an hour are summed from the hours that begin in them', () => {
  const db = newDatabase();
  const list = fc.sample(anyCall, { numRuns: 200, seed: 5 }).map(pricedCall);
  new UsageStore(db, new ReportingDays('UTC')).write(list, randomBytes(16), 0);
  const days = new ReportingDays('Asia/Kolkata');
  const store = new UsageStore(db, days);
  while (!hasDaysOf(db, 'Asia/Kolkata')) store.foldOne(0);
  db.function('day_of', (hour: unknown) => days.dayOf(Number(hour) * HOUR_MS));
  const sums = (of: string, span: number) =>
    db
      .prepare(
        `SELECT ${of} AS day, name, sum(requests) FROM usage_rollup WHERE span = ${span} AND dimension = 4 GROUP BY 1, 2`,
      )
      .raw()
      .all();
  expect(sums('bucket', 1)).toEqual(sums('day_of(bucket)', 0));
  db.close();
});

test('histograms count every call once, whole and to the first byte, at each span', () => {
  const db = newDatabase();
  const store = new UsageStore(db, new ReportingDays('UTC'));
  const list = fc.sample(anyCall, { numRuns: 400, seed: 7 }).map(pricedCall);
  for (let at = 0; at < list.length; at += 37) store.write(list.slice(at, at + 37), randomBytes(16), 0);
  while (store.foldOne(START_DAY + 40));
  const whole = noCounts();
  const first = noCounts();
  for (const call of list) {
    const count = (counts: number[], ms: number) => {
      counts[latencyBucket(ms)] = (counts[latencyBucket(ms)] ?? 0) + 1;
    };
    count(whole, call.latencyMs);
    if (call.firstByteMs !== null) count(first, call.firstByteMs);
  }
  for (const span of [0, 1, 2, 3]) {
    for (const dimension of [...NAME_KINDS.keys(), DIMENSIONS.indexOf('all')]) {
      const found = [noCounts(), noCounts()] as const;
      const stored = db.prepare('SELECT latency FROM usage_rollup WHERE span = ? AND dimension = ?').pluck();
      for (const blob of stored.all(span, dimension) as Uint8Array[]) {
        addHistogram(found[0], blob);
        addFirstByte(found[1], blob);
      }
      expect(found).toEqual([whole, first]);
    }
  }
  db.close();
});

test('a percentile of a histogram is the true one or lies within its bucket', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 1, max: 5_000_000, noNaN: true }), { minLength: 1, maxLength: 300 }),
      fc.constantFrom(0.5, 0.95, 0.99),
      (times, part) => {
        const counts = noCounts();
        for (const ms of times) counts[latencyBucket(ms)] = (counts[latencyBucket(ms)] ?? 0) + 1;
        const truth = times.toSorted((a, b) => a - b)[Math.ceil(times.length * part) - 1] as number;
        const told = percentileMs(counts, part) as number;
        expect(told).toBeGreaterThanOrEqual(truth * (1 - 1e-6));
        expect(told).toBeLessThanOrEqual(truth * 2 ** 0.25 * (1 + 1e-6));
      },
    ),
  );
});
