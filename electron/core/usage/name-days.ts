import type Database from 'better-sqlite3';
import { z } from 'zod';
import { ROLLUP_SUMS } from './batch-sums.ts';
import { DIMENSIONS, type NameKind, numberOf, SPAN_DAY } from './dimensions.ts';
import { firstDayOfWeek, weekOfDay } from './reporting-days.ts';
import { prepared } from './statements.ts';

/**
 * usage_name_day: the days of a name side by side. In usage_rollup a day's names are, as a batch writes them, and a year of
 * eight keys of two hundred is spread over most pages of the year. Made of weeks that are over, by upkeep. Whoever writes a
 * rollup need not know of it: each write changes the day's row of `all` too, and a day counts only where both rows agree.
 */
const KINDS: readonly NameKind[] = ['credential', 'client', 'project', 'model'];
const ALL = numberOf(DIMENSIONS, 'all');
const FIGURES = ROLLUP_SUMS.join(', ');
const ALIKE = ROLLUP_SUMS.map((column) => `r.${column} = d.${column}`).join(' AND ');
/** Fewer days are few pages either way, and those of the running week are in usage_rollup only. */
const LEAST_DAYS = 21;
const DAYS_A_WEEK = 7;

const OF_ALL = `FROM usage_rollup AS r LEFT JOIN usage_name_day AS d
  ON d.dimension = ${ALL} AND d.name = 0 AND d.day = r.bucket AND ${ALIKE}
  WHERE r.span = ${SPAN_DAY} AND r.dimension = ${ALL}`;

/**
 * Takes over the next week that is over and is not here yet, or was written to since: some 10 ms, a transaction of its own.
 * @param today - day of the reporting zone. @returns whether there may be more.
 */
export function takeOverWeek(db: Database.Database, today: number): boolean {
  const monday = firstDayOfWeek(weekOfDay(today));
  const day: unknown = prepared(
    db,
    `SELECT r.bucket AS day ${OF_ALL} AND r.bucket < ? AND d.day IS NULL ORDER BY r.bucket LIMIT 1`,
  ).get(monday);
  if (day === undefined) return false;
  const first = firstDayOfWeek(weekOfDay(z.strictObject({ day: z.int() }).parse(day).day));
  const copy = prepared(
    db,
    `INSERT OR REPLACE INTO usage_name_day (dimension, name, day, ${FIGURES})
     SELECT dimension, name, bucket, ${FIGURES} FROM usage_rollup
     WHERE span = ${SPAN_DAY} AND dimension = ? AND bucket BETWEEN ? AND ?`,
  );
  db.transaction(() => {
    for (const dimension of [...KINDS.map((kind) => numberOf(DIMENSIONS, kind)), ALL]) {
      copy.run(dimension, first, first + DAYS_A_WEEK - 1);
    }
  }).immediate();
  return true;
}

/** These days are read from usage_rollup until they are taken over again. Call it in the transaction that changes them. */
export function outdateDays(db: Database.Database, days: Iterable<number>): void {
  const remove = prepared(db, `DELETE FROM usage_name_day WHERE dimension = ${ALL} AND name = 0 AND day = ?`);
  for (const day of days) remove.run(day);
}

/**
 * Where to read these names by day: `taken` days from usage_name_day, `others` from usage_rollup. null: all from usage_rollup.
 * Days without calls are in neither.
 */
export function whereDaysAre(
  db: Database.Database,
  kind: NameKind | 'all',
  first: number,
  last: number,
): { readonly taken: ReadonlySet<number>; readonly others: readonly number[] } | null {
  if (last - first + 1 < LEAST_DAYS || kind === 'all' || !KINDS.includes(kind)) return null;
  const rows = prepared(
    db,
    `SELECT r.bucket AS day, d.day IS NOT NULL AS taken ${OF_ALL} AND r.bucket BETWEEN ? AND ?`,
  );
  const days = dayRows.parse(rows.all(first, last));
  return {
    taken: new Set(days.filter(({ taken }) => taken === 1).map(({ day }) => day)),
    others: days.filter(({ taken }) => taken === 0).map(({ day }) => day),
  };
}
const dayRows = z.array(z.strictObject({ day: z.int(), taken: z.int() }));
