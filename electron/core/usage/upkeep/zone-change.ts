import type Database from 'better-sqlite3';
import { z } from 'zod';
import { CELL, ROLLUP_SUMS } from '../batch-sums.ts';
import { DIMENSIONS, numberOf, SPAN_DAY, SPAN_HOUR, SPAN_MONTH, SPAN_WEEK } from '../dimensions.ts';
import { HistogramSum } from '../latency-histogram.ts';
import { HOUR_MS, type ReportingDays } from '../reporting-days.ts';
import { prepared } from '../statements.ts';
import { readUsageState, writeResumFrom } from '../state-table.ts';
import { beginCellDays, cellDaysStep, cellsNotFrom } from './cell-days.ts';

/**
 * Another reporting zone: the days are summed again from the hours, and with them the weeks and months. At ten million calls
 * that is 13 s of work, so it is done in steps of a few milliseconds, one day after the other. Until it is done
 * `usage_state.resum_from` says so, and reports are read from the hours: slower, and right. What is written meanwhile is
 * right too: to a day that was summed again it is added, and a day that was not yet takes it from its hours. A process that
 * ends leaves the rest to the next one.
 *
 * In a zone whose days begin within an hour of UTC, that hour falls to the day in which it began. Cells have no hours: see
 * cell-days.ts.
 */
const ROWS_AT_ONCE = 1000;
const ALL = numberOf(DIMENSIONS, 'all');
const HOURS_A_DAY = 24;
/** Days of zones lie within so many hours of the same day in UTC. */
const AWAY_HOURS = 15;
const BEGINNING = Number.MIN_SAFE_INTEGER;
const COLUMNS = ['span', 'dimension', 'bucket', 'name', ...ROLLUP_SUMS, 'latency'].join(', ');
const SUMMED = ROLLUP_SUMS.map((sum) => `sum(${sum})`).join(', ');
const bound = z.array(z.int());

/** From now on the days are those of this zone. Call it in a transaction; what is left to do: `zoneChangeStep`. */
export function beginZoneChange(db: Database.Database, days: ReportingDays): void {
  const before = readUsageState(db)?.zone ?? days.zone;
  const cellsFrom = beginCellDays(db, before, days);
  prepared(db, 'UPDATE usage_state SET zone = ?, folded_to = 0').run(days.zone);
  writeResumFrom(db, cellsFrom ?? BEGINNING);
}

/**
 * Call it in a transaction, on the connection that writes, and after it forget what is kept of days.
 * @returns false: all was done before.
 */
export function zoneChangeStep(db: Database.Database, days: ReportingDays): boolean {
  const from = readUsageState(db)?.resumFrom ?? null;
  if (from === null) return false;
  const cellsFrom = cellsNotFrom(from);
  if (cellsFrom !== null) {
    writeResumFrom(db, cellDaysStep(db, days, cellsFrom) ?? BEGINNING);
    return true;
  }
  if (removeSome(db, 'usage_rollup', ['span', 'dimension', 'bucket', 'name'], `span IN (${SPAN_WEEK}, ${SPAN_MONTH})`))
    return true;
  if (removeSome(db, 'usage_name_day', ['dimension', 'name', 'day'], '1')) return true;
  const day = nextDay(db, days, from);
  if (day === null) {
    writeResumFrom(db, null);
    return true;
  }
  sumAgain(db, day, hoursOf(days, day));
  writeResumFrom(db, day + 1);
  return true;
}

/** The first rows in the order of their key. @returns whether there were any. */
function removeSome(db: Database.Database, table: string, key: readonly string[], where: string): boolean {
  const columns = key.join(', ');
  const found = `SELECT ${columns} FROM ${table} WHERE ${where} ORDER BY ${columns}`;
  const last = prepared(db, `SELECT * FROM (${found} LIMIT ${ROWS_AT_ONCE}) ORDER BY ${descending(key)} LIMIT 1`).get();
  if (last === undefined) return false;
  const upTo = bound.parse(Object.values(last as object));
  const places = key.map(() => '?').join(', ');
  prepared(db, `DELETE FROM ${table} WHERE ${where} AND (${columns}) <= (${places})`).run(...upTo);
  return true;
}

const descending = (key: readonly string[]): string => key.map((column) => `${column} DESC`).join(', ');

/** The next day that has calls by its hours, or rows from before. */
function nextDay(db: Database.Database, days: ReportingDays, from: number): number | null {
  const next = (span: number, bucket: number): number | null => {
    const row = prepared(
      db,
      'SELECT min(bucket) AS next FROM usage_rollup WHERE span = ? AND dimension = ? AND bucket >= ?',
    ).get(span, ALL, bucket);
    return z.strictObject({ next: z.int().nullable() }).parse(row).next;
  };
  const before = next(SPAN_DAY, from);
  let hour = next(SPAN_HOUR, from === BEGINNING ? from : from * HOURS_A_DAY - AWAY_HOURS);
  while (hour !== null && days.dayOf(hour * HOUR_MS) < from) hour = next(SPAN_HOUR, hour + 1);
  if (hour === null) return before;
  const counted = days.dayOf(hour * HOUR_MS);
  return before === null ? counted : Math.min(before, counted);
}

/** The hours that begin in a day; null: it has none, where a zone left it out. */
function hoursOf(days: ReportingDays, day: number): { readonly first: number; readonly last: number } | null {
  let first: number | null = null;
  let last = 0;
  const end = (day + 1) * HOURS_A_DAY + AWAY_HOURS;
  for (let hour = day * HOURS_A_DAY - AWAY_HOURS; hour <= end; hour += 1) {
    if (days.dayOf(hour * HOUR_MS) !== day) continue;
    first ??= hour;
    last = hour;
  }
  return first === null ? null : { first, last };
}

const withHistograms = new WeakSet<Database.Database>();

function sumAgain(db: Database.Database, day: number, hours: ReturnType<typeof hoursOf>): void {
  if (!withHistograms.has(db)) {
    withHistograms.add(db);
    db.aggregate('kh_histogram_sum', {
      start: () => new HistogramSum(),
      step: (sum: HistogramSum, stored: unknown) => {
        if (stored instanceof Uint8Array) sum.addStored(stored);
        return sum;
      },
      result: (sum: HistogramSum) => sum.take(),
    });
  }
  const remove = prepared(db, `DELETE FROM usage_rollup WHERE span = ${SPAN_DAY} AND dimension = ? AND bucket = ?`);
  const sum = prepared(
    db,
    `INSERT INTO usage_rollup (${COLUMNS})
     SELECT ${SPAN_DAY}, dimension, ?, name, ${SUMMED}, kh_histogram_sum(latency) FROM usage_rollup
     WHERE span = ${SPAN_HOUR} AND dimension = ? AND bucket BETWEEN ? AND ? GROUP BY name`,
  );
  for (let dimension = 0; dimension < CELL; dimension += 1) {
    remove.run(dimension, day);
    if (hours !== null) sum.run(day, dimension, hours.first, hours.last);
  }
}
