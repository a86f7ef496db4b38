import type Database from 'better-sqlite3';
import { z } from 'zod';
import type { UsageBy, UsageRow } from '../../../shared/usage.ts';
import { AppError } from '../../../shared/errors.ts';
import { DIMENSIONS, NAME_KINDS, numberOf, SPAN_DAY, SPAN_HOUR } from './dimensions.ts';
import { dateOfDay, dayNumber, HOUR_MS, type ReportingDays } from './reporting-days.ts';

export interface ReportQuery {
  readonly by: UsageBy;
  /** A day of the reporting zone, or a time (its hour); left out: from the beginning. */
  readonly from?: string | undefined;
  /** A day, which is included, or a time (up to its hour); left out: until now. */
  readonly to?: string | undefined;
  /** Only what this client's token was used for. */
  readonly clientId?: string | undefined;
}
export interface UsageReport {
  readonly by: UsageBy;
  readonly zone: string;
  readonly rows: readonly UsageRow[];
}

const sumRow = z.strictObject({
  key: z.union([z.string(), z.int()]),
  requests: z.int(),
  failed: z.int(),
  incomplete: z.int(),
  unpriced: z.int(),
  input_tokens: z.int(),
  cache_read_tokens: z.int(),
  cache_write_tokens: z.int(),
  output_tokens: z.int(),
  reasoning_tokens: z.int(),
  cost_micro_usd: z.int(),
});
type SumRow = z.output<typeof sumRow>;

const SUMS = `sum(requests) AS requests, sum(failed) AS failed, sum(incomplete) AS incomplete, sum(unpriced) AS unpriced,
  sum(input_tokens) AS input_tokens, sum(cache_read_tokens) AS cache_read_tokens,
  sum(cache_write_tokens) AS cache_write_tokens, sum(output_tokens) AS output_tokens,
  sum(reasoning_tokens) AS reasoning_tokens, sum(cost_micro_usd) AS cost_micro_usd`;

/**
 * Sums rollups, never records. Whole days come from the days of the reporting zone, times from the hours.
 * @throws AppError `invalid_input` where `from` or `to` is no day or time, or they are the wrong way round.
 */
export function usageReport(db: Database.Database, query: ReportQuery, days: ReportingDays): UsageReport {
  const period = periodOf(query, days);
  const sums =
    query.clientId === undefined ? byDimension(db, query.by, period) : byCell(db, query.by, period, query.clientId);
  const rows = mergeSameKeys(sums.map(rowOf));
  return { by: query.by, zone: days.zone, rows: rows.toSorted(query.by === 'day' ? byKey : dearestFirst) };
}

/** Later than any record, and a time that every calendar can name. As a number of days it is later still. */
const LAST_HOUR = Date.UTC(9999, 11, 30) / HOUR_MS;

interface Period {
  readonly span: typeof SPAN_HOUR | typeof SPAN_DAY;
  /** Both included. */
  readonly first: number;
  readonly last: number;
  readonly dayOf: ((hour: number) => number) | null;
}

function periodOf({ from, to }: ReportQuery, days: ReportingDays): Period {
  const byDays = isDay(from) && isDay(to);
  const span = byDays ? SPAN_DAY : SPAN_HOUR;
  const first = from === undefined ? 0 : byDays ? dayNumber(from) : Math.floor(timeOf(from, days, false) / HOUR_MS);
  const last = to === undefined ? LAST_HOUR : byDays ? dayNumber(to) : Math.ceil(timeOf(to, days, true) / HOUR_MS) - 1;
  if (first > last) {
    throw new AppError('invalid_input', 'The period ends before it begins. Nothing was summed.', 'Swap from and to.');
  }
  return { span, first, last, dayOf: byDays ? null : (hour) => days.dayOf(hour * HOUR_MS) };
}

function isDay(text: string | undefined): boolean {
  return text === undefined || /^\d{4}-\d{2}-\d{2}$/.test(text);
}

/** @param after - the end of a day rather than its beginning. */
function timeOf(text: string, days: ReportingDays, after: boolean): number {
  const atMs = isDay(text) ? startOfDay(dayNumber(text) + (after ? 1 : 0), days) : Date.parse(text);
  if (Number.isFinite(atMs)) return atMs;
  throw new AppError(
    'invalid_input',
    'This is no day and no time. Nothing was summed.',
    'Write a day as 2026-11-20, a time as 2026-11-20T14:00:00Z.',
  );
}

/** The first hour (UTC) that lies in this day. */
function startOfDay(day: number, days: ReportingDays): number {
  const utc = day * 24 * HOUR_MS;
  for (let offset = -14; offset <= 13; offset += 1) {
    const atMs = utc + offset * HOUR_MS;
    if (days.dayOf(atMs) >= day) return atMs;
  }
  return utc;
}

function byDimension(db: Database.Database, by: UsageBy, period: Period): SumRow[] {
  const { span, first, last } = period;
  if (by === 'day') {
    const rows = db
      .prepare(
        `SELECT bucket AS key, ${SUMS} FROM usage_rollup
         WHERE span = ? AND dimension = ? AND bucket BETWEEN ? AND ? GROUP BY bucket`,
      )
      .all(span, numberOf(DIMENSIONS, 'all'), first, last);
    return inDays(z.array(sumRow).parse(rows), period);
  }
  const rows = db
    .prepare(
      `SELECT n.shown AS key, s.* FROM (
         SELECT name, ${SUMS} FROM usage_rollup
         WHERE span = ? AND dimension = ? AND bucket BETWEEN ? AND ? GROUP BY name
       ) AS s JOIN usage_name AS n ON n.id = s.name`,
    )
    .all(span, numberOf(DIMENSIONS, by), first, last);
  return z.array(sumRow.extend({ name: z.int() })).parse(rows);
}

/** One client's own, from the combinations that it has a part in. Those are kept by day only: times take their whole day. */
function byCell(db: Database.Database, by: UsageBy, period: Period, clientId: string): SumRow[] {
  const { first, last } = inWholeDays(period);
  const key = by === 'day' ? 'r.bucket' : `(SELECT shown FROM usage_name WHERE id = c.${by})`;
  const rows = db
    .prepare(
      `SELECT ${key} AS key, ${SUMS} FROM usage_rollup AS r JOIN usage_cell AS c ON c.id = r.name
       WHERE r.span = ? AND r.dimension = ? AND r.bucket BETWEEN ? AND ?
         AND c.client = (SELECT id FROM usage_name WHERE kind = ? AND name = ?)
       GROUP BY ${by === 'day' ? 'r.bucket' : `c.${by}`}`,
    )
    .all(SPAN_DAY, numberOf(DIMENSIONS, 'cell'), first, last, numberOf(NAME_KINDS, 'client'), clientId);
  return z.array(sumRow).parse(rows);
}

function inWholeDays({ first, last, dayOf }: Period) {
  return dayOf === null ? { first, last } : { first: dayOf(first), last: dayOf(last) };
}

function inDays(sums: readonly SumRow[], { dayOf }: Period): SumRow[] {
  return sums.map((sum) => (typeof sum.key === 'number' && dayOf !== null ? { ...sum, key: dayOf(sum.key) } : sum));
}

function rowOf(sum: SumRow): UsageRow {
  return {
    key: typeof sum.key === 'number' ? dateOfDay(sum.key) : sum.key,
    requests: sum.requests,
    failed: sum.failed,
    incomplete: sum.incomplete,
    unpriced: sum.unpriced,
    inputTokens: sum.input_tokens,
    cacheReadTokens: sum.cache_read_tokens,
    cacheWriteTokens: sum.cache_write_tokens,
    outputTokens: sum.output_tokens,
    reasoningTokens: sum.reasoning_tokens,
    knownCostMicroUsd: sum.cost_micro_usd,
    costMicroUsd: sum.unpriced > 0 ? null : sum.cost_micro_usd,
  };
}

/** Two things may be known by one name: a key that was deleted and its successor. */
function mergeSameKeys(rows: readonly UsageRow[]): UsageRow[] {
  const merged = new Map<string, UsageRow>();
  for (const row of rows) {
    const other = merged.get(row.key);
    merged.set(row.key, other === undefined ? row : added(other, row));
  }
  return [...merged.values()];
}

function added(one: UsageRow, other: UsageRow): UsageRow {
  const both = one.costMicroUsd !== null && other.costMicroUsd !== null;
  return {
    key: one.key,
    requests: one.requests + other.requests,
    failed: one.failed + other.failed,
    incomplete: one.incomplete + other.incomplete,
    unpriced: one.unpriced + other.unpriced,
    inputTokens: one.inputTokens + other.inputTokens,
    cacheReadTokens: one.cacheReadTokens + other.cacheReadTokens,
    cacheWriteTokens: one.cacheWriteTokens + other.cacheWriteTokens,
    outputTokens: one.outputTokens + other.outputTokens,
    reasoningTokens: one.reasoningTokens + other.reasoningTokens,
    knownCostMicroUsd: one.knownCostMicroUsd + other.knownCostMicroUsd,
    costMicroUsd: both ? one.knownCostMicroUsd + other.knownCostMicroUsd : null,
  };
}

function byKey(one: UsageRow, other: UsageRow): number {
  return one.key < other.key ? -1 : 1;
}

function dearestFirst(one: UsageRow, other: UsageRow): number {
  return other.knownCostMicroUsd - one.knownCostMicroUsd || other.requests - one.requests || byKey(one, other);
}
