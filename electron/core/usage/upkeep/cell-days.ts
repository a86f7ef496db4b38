import type Database from 'better-sqlite3';
import { z } from 'zod';
import { CELL, ROLLUP_SUMS } from '../batch-sums.ts';
import { DIMENSIONS, isSuccess, NAME_KINDS, numberOf, OUTCOMES, SPAN_DAY, SPAN_HOUR } from '../dimensions.ts';
import { notWholeSql } from '../not-whole.ts';
import { HOUR_MS, ReportingDays, startOfDay } from '../reporting-days.ts';
import { prepared } from '../statements.ts';

/**
 * The days of cells in another reporting zone. Cells have no hours, so their days are summed again from the single
 * records, as far back as these are whole: a UTC day is, where there are as many of them as its hours counted. Older
 * cells keep the day that they were counted in. What lies between the two is moved when the change begins, so that each
 * call stays in one day.
 *
 * The cells come first, before all other days: meanwhile `usage_state.resum_from` is `CELLS_FIRST` and the next day, far
 * below every day there is.
 */
const CELLS_FIRST = -(2 ** 40);
const DAY_MS = 24 * HOUR_MS;
const HOURS_A_DAY = 24;
const ALL = numberOf(DIMENSIONS, 'all');
const OUTCOME = numberOf(NAME_KINDS, 'outcome');
const COLUMNS = ['span', 'dimension', 'bucket', 'name', ...ROLLUP_SUMS, 'latency'].join(', ');
const WELL = OUTCOMES.filter(isSuccess).map((outcome) => `'${outcome}'`);
const figure = z.int().nullable();
const counts = z.array(z.strictObject({ day: z.int(), calls: z.int() }));

/** The records of a time by their cells, as rows of a day. */
const OF_RECORDS = `
  WITH s AS (
    SELECT cell, count(*) AS calls, sum(${notWholeSql('')}) AS incomplete,
      sum(cost_micro_usd IS NULL) AS unpriced, sum(input_tokens) AS input, sum(cache_read_tokens) AS cache_read,
      sum(cache_write_tokens + cache_write_long_tokens) AS cache_write, sum(output_tokens) AS output,
      sum(reasoning_tokens) AS reasoning, ifnull(sum(cost_micro_usd), 0) AS cost, sum(cache_saved_micro_usd) AS saved
    FROM usage_record WHERE at_ms >= :from AND at_ms < :to GROUP BY cell)
  SELECT ${SPAN_DAY}, ${CELL}, :day, cell, :times * calls, :times * calls * (o.name NOT IN (${WELL.join(', ')})),
    :times * incomplete, :times * unpriced, :times * input, :times * cache_read, :times * cache_write, :times * output,
    :times * reasoning, :times * cost, :times * saved, x''
  FROM s JOIN usage_cell c ON c.id = s.cell JOIN usage_name o ON o.id = c.outcome AND o.kind = ${OUTCOME} WHERE true`;
const ADD = ROLLUP_SUMS.map((sum) => `${sum} = ${sum} + excluded.${sum}`).join(', ');

/** The first day whose cells are in another zone than usage_state says; null: those of all days are in it, as far as can be. */
export function cellsNotFrom(resumFrom: number | null): number | null {
  if (resumFrom === null || resumFrom < 2 * CELLS_FIRST || resumFrom > CELLS_FIRST / 2) return null;
  return resumFrom - CELLS_FIRST;
}

/**
 * The first day of any zone from which on single records say all there is to know; null: there is nothing.
 * @param fromMs - what is before does not matter.
 */
export function recordsWholeFrom(db: Database.Database, fromMs = 0, toMs = Number.MAX_SAFE_INTEGER): number | null {
  const first = Math.floor(fromMs / DAY_MS) - 1;
  const last = Math.min(Math.floor(toMs / DAY_MS) + 1, Number.MAX_SAFE_INTEGER / DAY_MS - 1);
  const counted = counts.parse(
    prepared(
      db,
      `SELECT bucket / ${HOURS_A_DAY} AS day, sum(requests) AS calls FROM usage_rollup
       WHERE span = ${SPAN_HOUR} AND dimension = ${ALL} AND bucket >= ? AND bucket < ? GROUP BY 1 ORDER BY 1`,
    ).all(first * HOURS_A_DAY, Math.floor(last + 1) * HOURS_A_DAY),
  );
  const kept = counts.parse(
    prepared(
      db,
      `SELECT at_ms / ${DAY_MS} AS day, count(*) AS calls FROM usage_record
       WHERE at_ms >= ? AND at_ms < ? GROUP BY 1`,
    ).all(first * DAY_MS, Math.floor(last + 1) * DAY_MS),
  );
  const calls = new Map(kept.map((one) => [one.day, one.calls]));
  const [oldest] = counted;
  if (oldest === undefined) return null;
  const cut = counted.findLast((one) => calls.get(one.day) !== one.calls);
  // Days of zones begin up to 14 hours before the same day in UTC.
  return cut === undefined ? oldest.day - 1 : cut.day + 2;
}

/**
 * Call it in the transaction that names the new zone.
 * @param zone - the one before.
 * @returns what `resum_from` is to be; null: no cell has to be summed again.
 */
export function beginCellDays(db: Database.Database, zone: string, days: ReportingDays): number | null {
  const first = recordsWholeFrom(db);
  if (first === null) return null;
  moveBetween(db, new ReportingDays(zone), days, first);
  return CELLS_FIRST + first;
}

/** @param from - of `cellsNotFrom`. @returns what `resum_from` is to be; null: all cells are done. */
export function cellDaysStep(db: Database.Database, days: ReportingDays, from: number): number | null {
  const bucket = figure.parse(
    prepared(
      db,
      `SELECT min(bucket) FROM usage_rollup WHERE span = ${SPAN_DAY} AND dimension = ${CELL} AND bucket >= ?`,
    )
      .pluck()
      .get(from),
  );
  const atMs = figure.parse(
    prepared(db, 'SELECT min(at_ms) FROM usage_record WHERE at_ms >= ?').pluck().get(startOfDay(days, from)),
  );
  const next = [...(bucket === null ? [] : [bucket]), ...(atMs === null ? [] : [Math.max(from, days.dayOf(atMs))])];
  if (next.length === 0) return null;
  const day = Math.min(...next);
  prepared(db, `DELETE FROM usage_rollup WHERE span = ${SPAN_DAY} AND dimension = ${CELL} AND bucket = ?`).run(day);
  addRecords(db, startOfDay(days, day), startOfDay(days, day + 1), day, 1);
  return CELLS_FIRST + day + 1;
}

/** What lies between the beginnings of the first day that is summed again, by the zone before and by this one. */
function moveBetween(db: Database.Database, before: ReportingDays, days: ReportingDays, first: number): void {
  const was = startOfDay(before, first);
  const is = startOfDay(days, first);
  if (is >= was) {
    addRecords(db, was, is, first - 1, 1);
    return;
  }
  const dayBefore = startOfDay(before, first - 1);
  addRecords(db, is, Math.min(was, dayBefore), first - 2, -1);
  addRecords(db, Math.max(is, dayBefore), was, first - 1, -1);
  prepared(
    db,
    `DELETE FROM usage_rollup
     WHERE span = ${SPAN_DAY} AND dimension = ${CELL} AND bucket IN (?, ?) AND requests = 0`,
  ).run(first - 2, first - 1);
}

function addRecords(db: Database.Database, from: number, to: number, day: number, times: 1 | -1): void {
  if (from >= to) return;
  prepared(db, `INSERT INTO usage_rollup (${COLUMNS}) ${OF_RECORDS} ON CONFLICT DO UPDATE SET ${ADD}`).run({
    from,
    to,
    day,
    times,
  });
}
