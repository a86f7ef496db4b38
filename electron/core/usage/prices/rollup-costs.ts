import type Database from 'better-sqlite3';
import { DIMENSIONS, NAME_KINDS, numberOf, SPAN_DAY, SPAN_HOUR, SPAN_MONTH, SPAN_WEEK } from '../dimensions.ts';
import { outdateDays } from '../name-days.ts';
import { HOUR_MS, monthOfDay, type ReportingDays, weekOfDay } from '../reporting-days.ts';
import { readUsageState } from '../state-table.ts';
import { cellsNotFrom } from '../upkeep/cell-days.ts';

const ALL = numberOf(DIMENSIONS, 'all');
const CELL = numberOf(DIMENSIONS, 'cell');

/** What is added to a record's figures. */
export interface CostChange {
  readonly cost: number;
  readonly unpriced: number;
  readonly saved: number;
  /** By `isNotWhole`: a new price may make a cost the least it can have been, or exact. */
  readonly incomplete: number;
}
interface Change {
  readonly span: number;
  readonly dimension: number;
  readonly bucket: number;
  readonly name: number;
  cost: number;
  unpriced: number;
  saved: number;
  incomplete: number;
}

/** What a batch of records with new costs changes in the rollups; written in the same transaction as the records. */
export class RollupCosts {
  readonly #days: ReportingDays;
  readonly #changes = new Map<string, Change>();

  constructor(days: ReportingDays) {
    this.#days = days;
  }

  /** @param names - of the cell, in the order of NAME_KINDS. */
  add(atMs: number, cell: number, names: readonly number[], by: CostChange): void {
    const hour = Math.floor(atMs / HOUR_MS);
    const day = this.#days.dayOf(atMs);
    for (let dimension = 0; dimension < NAME_KINDS.length; dimension += 1) {
      const name = names[dimension] as number;
      this.#change(SPAN_HOUR, dimension, hour, name, by);
      this.#change(SPAN_DAY, dimension, day, name, by);
    }
    this.#change(SPAN_HOUR, ALL, hour, 0, by);
    this.#change(SPAN_DAY, ALL, day, 0, by);
    this.#change(SPAN_DAY, CELL, day, cell, by);
  }

  write(db: Database.Database): void {
    const state = readUsageState(db);
    const foldedTo = state?.foldedTo ?? 0;
    const isChangingZone = state !== null && state.resumFrom !== null;
    const cellsFrom = cellsNotFrom(state?.resumFrom ?? null);
    const update = db.prepare(
      `UPDATE usage_rollup SET cost_micro_usd = cost_micro_usd + :cost, unpriced = unpriced + :unpriced,
       cache_saved_micro_usd = cache_saved_micro_usd + :saved,
       incomplete = max(0, incomplete + :incomplete) -- earlier versions did not count all that is taken away
       WHERE span = :span AND dimension = :dimension AND bucket = :bucket AND name = :name`,
    );
    const changed = new Set<number>();
    for (const change of this.#changes.values()) {
      if (change.span === SPAN_HOUR) {
        update.run(change);
        continue;
      }
      // An old cell keeps the day that it was counted in when the reporting zone changes: a day before or after.
      // A day that is summed again later takes it from its hours or records; the days beside it may be done.
      const isSummedLater = cellsFrom !== null && change.bucket >= cellsFrom;
      const isOwn = isChangingZone && (change.dimension !== CELL || isSummedLater);
      for (const day of isOwn ? [change.bucket] : [change.bucket, change.bucket - 1, change.bucket + 1]) {
        if (update.run({ ...change, bucket: day }).changes === 0) continue;
        changed.add(day);
        if (day < foldedTo) {
          update.run({ ...change, span: SPAN_WEEK, bucket: weekOfDay(day) });
          update.run({ ...change, span: SPAN_MONTH, bucket: monthOfDay(day) });
        }
        break;
      }
    }
    outdateDays(db, changed); // prices that rise and fall by as much leave the day's whole sum as it was
  }

  #change(span: number, dimension: number, bucket: number, name: number, by: CostChange): void {
    const key = `${span} ${dimension} ${bucket} ${name}`;
    const known = this.#changes.get(key);
    if (known === undefined) {
      this.#changes.set(key, { span, dimension, bucket, name, ...by });
      return;
    }
    known.cost += by.cost;
    known.unpriced += by.unpriced;
    known.saved += by.saved;
    known.incomplete += by.incomplete;
  }
}
