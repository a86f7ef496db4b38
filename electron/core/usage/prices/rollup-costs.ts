import type Database from 'better-sqlite3';
import { DIMENSIONS, NAME_KINDS, numberOf, SPAN_DAY, SPAN_HOUR } from '../dimensions.ts';
import { HOUR_MS, type ReportingDays } from '../reporting-days.ts';

const ALL = numberOf(DIMENSIONS, 'all');
const CELL = numberOf(DIMENSIONS, 'cell');

interface Change {
  readonly span: number;
  readonly dimension: number;
  readonly bucket: number;
  readonly name: number;
  cost: number;
  unpriced: number;
}

/** What a batch of records with new costs changes in the rollups; written in the same transaction as the records. */
export class RollupCosts {
  readonly #days: ReportingDays;
  readonly #changes = new Map<string, Change>();

  constructor(days: ReportingDays) {
    this.#days = days;
  }

  /** @param names - of the cell, in the order of NAME_KINDS. */
  add(atMs: number, cell: number, names: readonly number[], cost: number, unpriced: number): void {
    const hour = Math.floor(atMs / HOUR_MS);
    const day = this.#days.dayOf(atMs);
    for (let dimension = 0; dimension < NAME_KINDS.length; dimension += 1) {
      const name = names[dimension] as number;
      this.#change(SPAN_HOUR, dimension, hour, name, cost, unpriced);
      this.#change(SPAN_DAY, dimension, day, name, cost, unpriced);
    }
    this.#change(SPAN_HOUR, ALL, hour, 0, cost, unpriced);
    this.#change(SPAN_DAY, ALL, day, 0, cost, unpriced);
    this.#change(SPAN_DAY, CELL, day, cell, cost, unpriced);
  }

  write(db: Database.Database): void {
    const update = db.prepare(
      `UPDATE usage_rollup SET cost_micro_usd = cost_micro_usd + :cost, unpriced = unpriced + :unpriced
       WHERE span = :span AND dimension = :dimension AND bucket = :bucket AND name = :name`,
    );
    for (const change of this.#changes.values()) {
      // A cell keeps the day that it was counted in when the reporting zone changes: a day before or after.
      const buckets = change.span === SPAN_DAY ? [0, -1, 1] : [0];
      for (const away of buckets) {
        if (update.run({ ...change, bucket: change.bucket + away }).changes > 0) break;
      }
    }
  }

  #change(span: number, dimension: number, bucket: number, name: number, cost: number, unpriced: number): void {
    const key = `${span} ${dimension} ${bucket} ${name}`;
    const known = this.#changes.get(key);
    if (known === undefined) {
      this.#changes.set(key, { span, dimension, bucket, name, cost, unpriced });
      return;
    }
    known.cost += cost;
    known.unpriced += unpriced;
  }
}
