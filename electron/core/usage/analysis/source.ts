import type Database from 'better-sqlite3';
import { z } from 'zod';
import { ROLLUP_SUMS } from '../batch-sums.ts';
import { DIMENSIONS, type NameKind, numberOf, SPAN_DAY, SPAN_HOUR, SPAN_MONTH, SPAN_WEEK } from '../dimensions.ts';
import { whereDaysAre } from '../name-days.ts';
import { notWholeSql } from '../not-whole.ts';
import { HOUR_MS } from '../reporting-days.ts';
import type { NumberedFilter } from './names.ts';

/**
 * Where sums are read from: rows of one dimension (by hour and by day), of combinations (by day; hours are summed from
 * single calls), or single calls (as long as they are kept: areHoursKept).
 */
export type Source =
  | { readonly kind: 'dimension'; readonly dimension: NameKind | 'all'; readonly names: readonly number[] | null }
  | { readonly kind: 'cells'; readonly filter: NumberedFilter }
  | { readonly kind: 'records'; readonly filter: NumberedFilter };

/** A stretch of rollups: hours of UTC, or days, weeks and months of the reporting zone; first and last included. */
export interface Slice {
  readonly span: keyof typeof SPANS;
  readonly first: number;
  readonly last: number;
}

/** Whose names get rows of their own; of two dimensions at once only where sums are kept by combination. */
export type By = NameKind | readonly [NameKind, NameKind] | null;

/** Two numbers of usage_name as one: both fit into 24 bits. */
const PAIRED = 2 ** 24;
export const namesOfPair = (pair: number): readonly [number, number] => [Math.floor(pair / PAIRED), pair % PAIRED];

function whoSql(by: By): string {
  if (by === null) return '0';
  return typeof by === 'string' ? `c.${by}` : `c.${by[0]} * ${PAIRED} + c.${by[1]}`;
}

/** Bucket, name, then the figures in the order of ROLLUP_SUMS. */
export type SumRow = readonly number[];

const SPANS = { hour: SPAN_HOUR, day: SPAN_DAY, week: SPAN_WEEK, month: SPAN_MONTH } as const;
const CELL = numberOf(DIMENSIONS, 'cell');
const SUMS = ROLLUP_SUMS.map((column) => `sum(${column})`).join(', ');
const PLAIN = ROLLUP_SUMS.join(', ');
/** The figures of one call, as the rollups add them up. */
const OF_RECORDS = `count(*), sum(c.outcome NOT IN (SELECT id FROM usage_name WHERE kind = 6 AND name IN ('ok', 'cached'))),
  sum(${notWholeSql('r.')}), sum(r.cost_micro_usd IS NULL), sum(r.input_tokens), sum(r.cache_read_tokens),
  sum(r.cache_write_tokens + r.cache_write_long_tokens), sum(r.output_tokens), sum(r.reasoning_tokens),
  coalesce(sum(r.cost_micro_usd), 0), sum(r.cache_saved_micro_usd)`;

/**
 * @param by - of two dimensions the name of a row is a pair (`namesOfPair`).
 * @param each - a row for each bucket of the slice; else one for all of it, its bucket 0.
 */
export function readSums(db: Database.Database, source: Source, by: By, slice: Slice, each: boolean): SumRow[] {
  if (source.kind === 'dimension') return fromDimension(db, source, by, slice, each);
  return source.kind === 'cells' && slice.span !== 'hour'
    ? fromCells(db, source.filter, by, slice, each)
    : fromRecords(db, source.filter, by, slice, each);
}

function fromDimension(
  db: Database.Database,
  { dimension, names }: Extract<Source, { kind: 'dimension' }>,
  by: By,
  { span, first, last }: Slice,
  each: boolean,
): SumRow[] {
  if (span === 'day' && each && by !== null && names !== null) {
    const days = whereDaysAre(db, dimension, first, last);
    if (days !== null) return fromNameDays(db, { dimension, names, first, last, ...days });
  }
  const where = `FROM usage_rollup WHERE span = ? AND dimension = ? AND ${stretch(first, last, names)}`;
  // The rows of `all`, and a name's row of a bucket, are there once: nothing is to be added up.
  const isOneRow = dimension === 'all' || by !== null;
  const sql = each
    ? isOneRow
      ? `SELECT bucket, name, ${PLAIN} ${where}`
      : `SELECT bucket, 0, ${SUMS} ${where} GROUP BY bucket`
    : `SELECT 0, name, ${SUMS} ${where} GROUP BY ${by === null ? 'span' : 'name'}`;
  return rowsOf(db, sql, [SPANS[span], numberOf(DIMENSIONS, dimension)]);
}

/** What whereDaysAre found, read there. */
function fromNameDays(
  db: Database.Database,
  given: {
    readonly dimension: NameKind | 'all';
    readonly names: readonly number[];
    readonly first: number;
    readonly last: number;
    readonly taken: ReadonlySet<number>;
    readonly others: readonly number[];
  },
): SumRow[] {
  const { names, first, last, taken, others } = given;
  const dimension = numberOf(DIMENSIONS, given.dimension);
  const sideBySide = rowsOf(
    db,
    `SELECT day, name, ${PLAIN} FROM usage_name_day
     WHERE dimension = ?${among('name', names)} AND day BETWEEN ? AND ?`,
    [dimension, first, last],
  );
  const rows = sideBySide.filter(([day = 0]) => taken.has(day));
  if (others.length === 0) return rows;
  const days = others.join(', ');
  const sql = `SELECT bucket, name, ${PLAIN} FROM usage_rollup
    WHERE span = ? AND dimension = ? AND bucket IN (${days})${among('name', names)}`;
  return [...rows, ...rowsOf(db, sql, [SPANS.day, dimension])];
}

function fromCells(
  db: Database.Database,
  filter: NumberedFilter,
  by: By,
  { span, first, last }: Slice,
  each: boolean,
): SumRow[] {
  const columns = ROLLUP_SUMS.map((column) => `sum(r.${column})`).join(', ');
  const cells = cellsOf(db, filter);
  const sql = `SELECT ${each ? 'r.bucket' : '0'} AS at, ${whoSql(by)} AS who, ${columns}
    FROM usage_rollup AS r CROSS JOIN usage_cell AS c ON c.id = r.name
    WHERE r.span = ? AND r.dimension = ? AND ${stretch(first, last, cells)}${cells === null ? filterSql(filter) : ''}
    GROUP BY at, who`;
  return rowsOf(db, sql, [SPANS[span], CELL]);
}

function fromRecords(
  db: Database.Database,
  filter: NumberedFilter,
  by: By,
  { first, last }: Slice,
  each: boolean,
): SumRow[] {
  const sql = `SELECT ${each ? `r.at_ms / ${HOUR_MS}` : '0'} AS at, ${whoSql(by)} AS who, ${OF_RECORDS}
    FROM usage_record AS r CROSS JOIN usage_cell AS c ON c.id = r.cell
    WHERE r.at_ms >= ? AND r.at_ms < ?${filterSql(filter)} GROUP BY at, who`;
  return rowsOf(db, sql, [first * HOUR_MS, (last + 1) * HOUR_MS]);
}

/** Cells that are gone to one by one: each costs a microsecond or two in each bucket. */
const MOST_CELLS = 400;

/** Those that match; null: so many that all of a bucket are read. */
function cellsOf(db: Database.Database, filter: NumberedFilter): readonly number[] | null {
  const found = db.prepare(`SELECT id FROM usage_cell AS c WHERE 1${filterSql(filter)} LIMIT ${MOST_CELLS + 1}`);
  const cells = z.array(z.int()).parse(found.pluck().all());
  return cells.length > MOST_CELLS ? null : cells;
}

/** Few names of many are found by going to each of them; a range of buckets would be read whole. */
const MOST_NAMED_BUCKETS = 1000;

function stretch(first: number, last: number, names: readonly number[] | null): string {
  if (names === null || last - first >= MOST_NAMED_BUCKETS) {
    return `bucket BETWEEN ${first} AND ${last}${among('name', names)}`;
  }
  const buckets = Array.from({ length: last - first + 1 }, (_, at) => first + at);
  return `bucket IN (${buckets.join(', ')})${among('name', names)}`;
}

/** The same condition on cells, called `c`. Numbers of our own, no text of anybody's. */
export function filterSql(filter: NumberedFilter): string {
  return [...filter].map(([kind, names]) => among(`c.${kind}`, names)).join('');
}

function among(column: string, names: readonly number[] | null): string {
  return names === null ? '' : ` AND ${column} IN (${names.join(', ')})`;
}

/** Tens of thousands of rows: their first is looked at whole, the rest came from the same columns. */
const sumRow = z.array(z.number());
function rowsOf(db: Database.Database, sql: string, given: readonly number[]): SumRow[] {
  const rows = db
    .prepare(sql)
    .raw()
    .all(...given) as SumRow[];
  if (rows[0] !== undefined) sumRow.parse(rows[0]);
  return rows;
}

const rankRow = z.array(z.tuple([z.int(), z.int(), z.number()]));

/** Names with their requests and cost: two figures of a name take half as long as all of them. */
export function readRanks(
  db: Database.Database,
  { dimension, names }: Extract<Source, { kind: 'dimension' }>,
  { span, first, last }: Slice,
): readonly (readonly [number, number, number])[] {
  const rows = db
    .prepare(
      `SELECT name, sum(requests), sum(cost_micro_usd) FROM usage_rollup
       WHERE span = ? AND dimension = ? AND ${stretch(first, last, names)} GROUP BY name`,
    )
    .raw();
  const found = rows.all(SPANS[span], numberOf(DIMENSIONS, dimension)) as (readonly [number, number, number])[];
  rankRow.parse(found.slice(0, 1));
  return found;
}

const requestsRow = z.array(z.tuple([z.int(), z.int(), z.int()]));

/** Hours, names and how many calls there were; for questions over many names that ask for no more. */
export function readRequests(
  db: Database.Database,
  dimension: NameKind,
  first: number,
  last: number,
): readonly (readonly [number, number, number])[] {
  const where = 'span = ? AND dimension = ? AND bucket BETWEEN ? AND ?';
  const rows = db.prepare(`SELECT bucket, name, requests FROM usage_rollup WHERE ${where}`).raw();
  const given = [SPAN_HOUR, numberOf(DIMENSIONS, dimension), first, last];
  const found = rows.all(...given) as (readonly [number, number, number])[];
  requestsRow.parse(found.slice(0, 1));
  return found;
}

/** Stored latency histograms, each with the number of its name; 0 for `all`. */
export function* readLatencies(
  db: Database.Database,
  { dimension, names }: Extract<Source, { kind: 'dimension' }>,
  { span, first, last }: Slice,
): Generator<readonly [number, Uint8Array]> {
  const where = `span = ? AND dimension = ? AND ${stretch(first, last, names)}`;
  const rows = db
    .prepare(`SELECT name, latency FROM usage_rollup WHERE ${where}`)
    .raw()
    .iterate(SPANS[span], numberOf(DIMENSIONS, dimension));
  for (const row of rows as Iterable<readonly unknown[]>) {
    if (row[1] instanceof Uint8Array) yield [Number(row[0]), row[1]];
  }
}

/** The same of single calls: milliseconds with how many calls took so long. */
export function recordLatencies(
  db: Database.Database,
  filter: NumberedFilter,
  { first, last }: Slice,
): readonly (readonly [number, number])[] {
  const rows = db
    .prepare(
      `SELECT r.latency_ms, count(*) FROM usage_record AS r CROSS JOIN usage_cell AS c ON c.id = r.cell
       WHERE r.at_ms >= ? AND r.at_ms < ?${filterSql(filter)} GROUP BY r.latency_ms`,
    )
    .raw()
    .all(first * HOUR_MS, (last + 1) * HOUR_MS);
  return z.array(z.tuple([z.number(), z.int()])).parse(rows);
}

/** The first hour that anything was counted in; null: nothing was. */
export function firstHour(db: Database.Database): number | null {
  const found = db
    .prepare('SELECT min(bucket) FROM usage_rollup WHERE span = ? AND dimension = ?')
    .pluck()
    .get(SPAN_HOUR, numberOf(DIMENSIONS, 'all'));
  return z.int().nullable().parse(found);
}

/** The last hour that anything was counted in, which may lie ahead of now; null: nothing was. */
export function lastHour(db: Database.Database): number | null {
  const found = db
    .prepare('SELECT max(bucket) FROM usage_rollup WHERE span = ? AND dimension = ?')
    .pluck()
    .get(SPAN_HOUR, numberOf(DIMENSIONS, 'all'));
  return z.int().nullable().parse(found);
}

/** Whether every single call of these hours is still kept. */
export function areRecordsKept(db: Database.Database, first: number, last: number): boolean {
  const counted = db
    .prepare(
      `SELECT coalesce(sum(requests), 0) FROM usage_rollup WHERE span = ? AND dimension = ? AND bucket BETWEEN ? AND ?`,
    )
    .pluck()
    .get(SPAN_HOUR, numberOf(DIMENSIONS, 'all'), first, last);
  const kept = db
    .prepare('SELECT count(*) FROM usage_record WHERE at_ms >= ? AND at_ms < ?')
    .pluck()
    .get(first * HOUR_MS, (last + 1) * HOUR_MS);
  return counted === kept;
}

/** So many hours of single calls are read at most: tens of thousands of them may lie in a day. */
export const MOST_RECORD_HOURS = 73;

/** Whether what is to be read hour by hour can be read from single calls: they are kept, and it is a matter of few days. */
export function areHoursKept(db: Database.Database, slices: readonly Slice[]): boolean {
  const hours = slices.filter(({ span }) => span === 'hour');
  if (hours.reduce((all, { first, last }) => all + last - first + 1, 0) > MOST_RECORD_HOURS) return false;
  return hours.every(({ first, last }) => areRecordsKept(db, first, last));
}
