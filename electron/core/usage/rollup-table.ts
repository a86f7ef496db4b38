import type Database from 'better-sqlite3';
import { type BatchSums, CELL, ROLLUP_SUMS, type RollupRow } from './batch-sums.ts';
import { DIMENSIONS, SPAN_DAY, SPAN_MONTH, SPAN_WEEK } from './dimensions.ts';
import { HistogramSum } from './latency-histogram.ts';
import { monthOfDay, weekOfDay } from './reporting-days.ts';
import { prepared } from './statements.ts';

const COLUMNS = ['span', 'dimension', 'bucket', 'name', ...ROLLUP_SUMS, 'latency'].join(', ');
const PLACES = COLUMNS.replace(/\w+/g, '?');
const WIDTH = COLUMNS.split(',').length;
/** Rows of one statement: starting one costs as much as some values. */
const AT_ONCE = 4;
const ADD = ROLLUP_SUMS.map((sum) => `${sum} = ${sum} + excluded.${sum}`).join(', ');
/** A cell is too small a part for percentiles, and there are many. */
const NO_LATENCY = Buffer.alloc(0);

/** Histograms of rows that were written last: adding to one must not cost a question to the database. */
const MAX_KEPT = 8192;
const BUCKETS = 2 ** 20;
const NAMES = 2 ** 24;

/** Writes usage_rollup. Make one for each open database: it keeps statements and what it wrote last. */
export class RollupTable {
  readonly #db: Database.Database;
  readonly #put: Database.Statement;
  readonly #putMany: Database.Statement;
  readonly #latency: Database.Statement;
  readonly #histogram = new HistogramSum();
  readonly #kept = new Map<number, Buffer>();

  constructor(db: Database.Database) {
    this.#db = db;
    db.function('kh_histogram_add', { deterministic: true }, (one: unknown, other: unknown) => {
      if (one instanceof Uint8Array) this.#histogram.addStored(one);
      if (other instanceof Uint8Array) this.#histogram.addStored(other);
      return this.#histogram.take();
    });
    const put = (rows: number) =>
      db.prepare(
        `INSERT INTO usage_rollup (${COLUMNS}) VALUES ${Array.from({ length: rows }, () => `(${PLACES})`).join(', ')}
         ON CONFLICT DO UPDATE SET ${ADD}, latency = excluded.latency`,
      );
    this.#put = put(1);
    this.#putMany = put(AT_ONCE);
    this.#latency = db
      .prepare('SELECT latency FROM usage_rollup WHERE span = ? AND dimension = ? AND bucket = ? AND name = ?')
      .pluck();
  }

  /** What it keeps is of a transaction that was undone, or of days that were summed again. */
  forget(): void {
    this.#kept.clear();
  }

  /** Call it in a transaction; where that is undone, call `forget`. */
  add(sums: BatchSums): void {
    const values: unknown[] = [];
    for (const row of sums.rows()) {
      values.push(row.span, row.dimension, row.bucket, row.name, ...row.figures);
      values.push(row.dimension === CELL ? NO_LATENCY : this.#added(row));
      if (values.length < AT_ONCE * WIDTH) continue;
      this.#putMany.run(values);
      values.length = 0;
    }
    for (let at = 0; at < values.length; at += WIDTH) this.#put.run(values.slice(at, at + WIDTH));
  }

  /** The row's histogram with what it has already. */
  #added({ span, dimension, bucket, name, latency }: RollupRow): Buffer {
    const key = ((span * DIMENSIONS.length + dimension) * BUCKETS + bucket) * NAMES + name;
    const before = this.#kept.get(key) ?? this.#latency.get(span, dimension, bucket, name);
    if (before instanceof Uint8Array) this.#histogram.addStored(before);
    for (const [at, count] of latency) this.#histogram.add(at, count);
    const merged = this.#histogram.take();
    if (span > SPAN_DAY) return merged; // rare, and folding changes it
    if (this.#kept.size >= MAX_KEPT) this.#kept.clear();
    this.#kept.set(key, merged);
    return merged;
  }

  /** Adds a day that is over to its week and its month. Call it in a transaction. */
  fold(day: number): void {
    for (const [span, bucket] of [
      [SPAN_WEEK, weekOfDay(day)],
      [SPAN_MONTH, monthOfDay(day)],
    ] as const) {
      for (let dimension = 0; dimension < DIMENSIONS.length; dimension += 1) {
        const latency = dimension === CELL ? '' : ', latency = kh_histogram_add(latency, excluded.latency)';
        prepared(
          this.#db,
          `INSERT INTO usage_rollup (${COLUMNS})
           SELECT ?, dimension, ?, name, ${ROLLUP_SUMS.join(', ')}, latency FROM usage_rollup
           WHERE span = ${SPAN_DAY} AND dimension = ? AND bucket = ? ON CONFLICT DO UPDATE SET ${ADD}${latency}`,
        ).run(span, bucket, dimension, day);
      }
    }
  }

  /** The first day that has something in it and is not before this one; null: there is none. */
  nextDay(from: number): number | null {
    const day = prepared(
      this.#db,
      `SELECT min(bucket) AS day FROM usage_rollup WHERE span = ${SPAN_DAY} AND dimension = ? AND bucket >= ?`,
    ).get(DIMENSIONS.indexOf('all'), from) as { readonly day: number | null };
    return day.day;
  }
}
