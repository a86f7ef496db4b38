import type Database from 'better-sqlite3';
import { z } from 'zod';
import { AppError } from '../../../../shared/errors.ts';
import type { UsageFilter, UsageRemark } from '../../../../shared/contract/usage.ts';
import type { UsageRecord, UsageRequests } from '../../../../shared/contract/usage-records.ts';
import { isBatchAnswerId } from '../batch-answers.ts';
import { NAME_KINDS, SOURCES } from '../dimensions.ts';
import { MEASURES } from '../meter/meter.ts';
import { UNITS } from '../meter/tally.ts';
import { PRICE_REASONS } from '../prices/price-of.ts';
import { recordRow } from '../record-row.ts';
import { HOUR_MS } from '../reporting-days.ts';
import { type Calendar, calendarOf } from './calendar.ts';
import { type NumberedFilter, numbered, shownNames } from './names.ts';
import { type Range, rangeOf, type RangeText } from './range.ts';
import { filterSql, firstHour } from './source.ts';
import type { Asked } from './view.ts';

export interface RecordsQuery extends RangeText, Asked {
  readonly zone?: string | undefined;
  readonly filter?: UsageFilter | undefined;
}
export interface RequestsQuery extends RecordsQuery {
  readonly cursor?: string | undefined;
  readonly limit: number;
}

const shownRow = recordRow.omit({ cache_saved_micro_usd: true });
type ShownRow = z.output<typeof shownRow>;
const COLUMNS = Object.keys(shownRow.shape).join(', ');

/** Calls of a range in milliseconds, `until` not included, that match. */
export interface Stretch {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly filter: NumberedFilter;
  /** Those that were counted after this one are left out; null: none are. */
  readonly lastId: number | null;
}

export interface Place {
  readonly atMs: number;
  readonly id: number;
}

/** One page of single calls, the latest first. @throws AppError `invalid_input`. */
export function usageRequests(db: Database.Database, query: RequestsQuery): UsageRequests {
  const { stretch, zone, keptSince, remarks } = stretchOf(db, query);
  const before = query.cursor === undefined ? null : placeOf(query.cursor);
  const rows = readPage(db, stretch, before, 'latest', query.limit + 1);
  const page = rows.slice(0, query.limit);
  const last = page.at(-1);
  return {
    zone,
    records: recordsOf(db, page),
    next: rows.length > query.limit && last !== undefined ? `${last.at_ms}.${last.seq}` : null,
    keptSince: keptSince === null ? null : new Date(keptSince).toISOString(),
    remarks: [...remarks],
  };
}

/** What a question about single calls means, and what it cannot tell. */
export function stretchOf(
  db: Database.Database,
  query: RecordsQuery,
): {
  readonly stretch: Stretch;
  readonly zone: string;
  readonly keptSince: number | null;
  readonly remarks: readonly UsageRemark[];
} {
  const calendar = calendarOf(query.zone ?? query.reportingZone);
  const first = firstHour(db);
  const range = rangeOf(query, { calendar, nowMs: query.nowMs, firstHour: first }, 'all');
  const { filter, remarks } = numbered(db, query.filter);
  const [fromMs, untilMs] = millisecondsOf(range, calendar);
  const keptSince = z.int().nullable().parse(db.prepare('SELECT min(at_ms) FROM usage_record').pluck().get());
  const gone = first !== null && (keptSince === null || first * HOUR_MS + HOUR_MS <= keptSince);
  const isCut = gone && fromMs < (keptSince ?? Number.POSITIVE_INFINITY) && untilMs > first * HOUR_MS;
  return {
    stretch: { fromMs, untilMs, filter, lastId: null },
    zone: calendar.zone,
    keptSince,
    remarks: isCut ? [...remarks, RECORDS_GONE] : remarks,
  };
}

const RECORDS_GONE: UsageRemark = {
  code: 'records-gone',
  text: 'Single calls of a part of this time are no longer kept; their sums are.',
};

function millisecondsOf({ unit, first, last }: Range, calendar: Calendar): readonly [number, number] {
  return unit === 'hour'
    ? [first * HOUR_MS, (last + 1) * HOUR_MS]
    : [calendar.startMs(first), calendar.startMs(last + 1)];
}

/** @throws AppError `invalid_input`. */
function placeOf(cursor: string): Place {
  const [, atMs, id] = /^(\d{1,16})\.(\d{1,16})$/.exec(cursor) ?? [];
  if (atMs === undefined || id === undefined) {
    throw new AppError('invalid_input', 'This is no place in a list of calls. Nothing was read.', 'Begin without one.');
  }
  return { atMs: Number(atMs), id: Number(id) };
}

const WITHIN = 'FROM usage_record WHERE at_ms >= ? AND at_ms < ? AND seq <= ?';

function cellsSql(filter: NumberedFilter): string {
  const conditions = filterSql(filter);
  return conditions === '' ? '' : ` AND cell IN (SELECT c.id FROM usage_cell AS c WHERE true${conditions})`;
}

/** @param beside - the last one of the page before; null: from the beginning. */
export function readPage(
  db: Database.Database,
  { fromMs, untilMs, filter, lastId }: Stretch,
  beside: Place | null,
  order: 'latest' | 'oldest',
  limit: number,
): ShownRow[] {
  const isLatest = order === 'latest';
  const direction = isLatest ? 'DESC' : 'ASC';
  const rows = db
    .prepare(
      `SELECT ${COLUMNS} ${WITHIN} AND (at_ms, seq) ${isLatest ? '<' : '>'} (?, ?)${cellsSql(filter)}
       ORDER BY at_ms ${direction}, seq ${direction} LIMIT ?`,
    )
    .all(
      isLatest ? fromMs : (beside?.atMs ?? fromMs),
      isLatest ? (beside === null ? untilMs : beside.atMs + 1) : untilMs,
      lastId ?? Number.MAX_SAFE_INTEGER,
      beside?.atMs ?? (isLatest ? untilMs : fromMs),
      beside?.id ?? (isLatest ? 0 : -1),
      limit,
    );
  return z.array(shownRow).parse(rows);
}

export function countRecords(db: Database.Database, { fromMs, untilMs, filter, lastId }: Stretch): number {
  const count = db.prepare(`SELECT count(*) ${WITHIN}${cellsSql(filter)}`).pluck();
  return z.int().parse(count.get(fromMs, untilMs, lastId ?? Number.MAX_SAFE_INTEGER));
}

/** The latest one that was counted; null: none is kept. */
export function lastRecordId(db: Database.Database): number | null {
  return z.int().nullable().parse(db.prepare('SELECT max(seq) FROM usage_record').pluck().get());
}

/** With the names that people see. */
export function recordsOf(db: Database.Database, rows: readonly ShownRow[]): UsageRecord[] {
  const cells = namesOfCells(db, new Set(rows.map(({ cell }) => cell)));
  return rows.map((row) => {
    const names = cells.get(row.cell);
    const name = (kind: (typeof NAME_KINDS)[number]) => names?.get(kind) ?? '';
    return {
      id: row.seq,
      at: new Date(row.at_ms).toISOString(),
      source: isBatchAnswerId(row.request_id) ? 'batch' : (SOURCES[row.source] ?? ''),
      client: name('client'),
      credential: name('credential'),
      credentialVersion: row.credential_version,
      provider: name('provider'),
      project: name('project'),
      model: name('model'),
      endpoint: name('endpoint'),
      method: row.method,
      status: row.status,
      outcome: name('outcome'),
      errorType: row.error_type,
      requestId: row.request_id,
      retryOf: row.retry_of,
      providerRequestId: row.provider_request_id,
      measure: MEASURES[row.measure] ?? '',
      inputTokens: row.input_tokens,
      cacheReadTokens: row.cache_read_tokens,
      cacheWriteTokens: row.cache_write_tokens,
      cacheWriteLongTokens: row.cache_write_long_tokens,
      outputTokens: row.output_tokens,
      reasoningTokens: row.reasoning_tokens,
      unit: row.unit === null ? null : (UNITS[row.unit] ?? ''),
      thousandths: row.thousandths,
      webSearches: row.web_searches,
      serviceTier: row.service_tier,
      region: row.region,
      costMicroUsd: row.cost_micro_usd,
      costReason: PRICE_REASONS[row.price_reason] ?? '',
      latencyMs: row.latency_ms,
      firstByteMs: row.first_byte_ms,
    };
  });
}

type CellNames = ReadonlyMap<(typeof NAME_KINDS)[number], string>;

function namesOfCells(db: Database.Database, cells: ReadonlySet<number>): ReadonlyMap<number, CellNames> {
  const rows = db
    .prepare(`SELECT id, ${NAME_KINDS.join(', ')} FROM usage_cell WHERE id IN (SELECT value FROM json_each(?))`)
    .raw()
    .all(JSON.stringify([...cells]));
  const numbers = z.array(z.array(z.int())).parse(rows);
  const shown = shownNames(db, new Set(numbers.flatMap(([, ...names]) => names)));
  return new Map(
    numbers.map(([id = 0, ...names]) => [
      id,
      new Map(NAME_KINDS.map((kind, at) => [kind, shown.get(names[at] ?? 0) ?? ''])),
    ]),
  );
}

/** Those before and after it are looked for so far: a retry follows within seconds. */
const RELATED_MS = HOUR_MS;

/** One call with what it repeats, and what repeated it. @throws AppError `not_found`. */
export function oneRequest(
  db: Database.Database,
  { id }: { readonly id: number },
): { readonly record: UsageRecord; readonly atMs: number; readonly related: readonly UsageRecord[] } {
  const found = db.prepare(`SELECT ${COLUMNS} FROM usage_record WHERE seq = ?`).get(id);
  if (found === undefined) {
    throw new AppError('not_found', 'This call is not kept, or not any more.', 'Its part of the sums is.');
  }
  const row = shownRow.parse(found);
  const related = db
    .prepare(
      `SELECT ${COLUMNS} FROM usage_record
       WHERE at_ms BETWEEN ? AND ? AND (retry_of = ? OR request_id = ?) AND seq <> ? ORDER BY at_ms, seq LIMIT 20`,
    )
    .all(row.at_ms - RELATED_MS, row.at_ms + RELATED_MS, row.request_id, row.retry_of, row.seq);
  const [record, ...others] = recordsOf(db, [row, ...z.array(shownRow).parse(related)]);
  if (record === undefined) throw new Error('a call without its cell');
  return { record, atMs: row.at_ms, related: others };
}
