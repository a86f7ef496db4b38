import type Database from 'better-sqlite3';
import { DIMENSIONS, NAME_KINDS, numberOf, SPAN_DAY, SPAN_HOUR } from './dimensions.ts';
import { addHistogram, encodeHistogram, latencyBucket, noCounts } from './latency-histogram.ts';
import { HOUR_MS, type ReportingDays } from './reporting-days.ts';
import type { PricedEntry } from './usage-entry.ts';

const SUMS = [
  'requests',
  'failed',
  'incomplete',
  'unpriced',
  'input_tokens',
  'cache_read_tokens',
  'cache_write_tokens',
  'output_tokens',
  'reasoning_tokens',
  'cost_micro_usd',
] as const;
const COLUMNS = ['span', 'dimension', 'bucket', 'name', ...SUMS, 'latency'];

const ALL = numberOf(DIMENSIONS, 'all');
const CELL = numberOf(DIMENSIONS, 'cell');
/** A cell is too small a part for percentiles, and there are many. */
const NO_LATENCY = Buffer.alloc(0);
/** Room for the number of a name beside that of an hour in one safe integer. */
const NAMES = 2 ** 24;

interface Sum {
  /** In the order of SUMS. */
  readonly figures: number[];
  /** Bucket -> count; most have few. */
  readonly latency: Map<number, number>;
}
interface CellSum extends Sum {
  readonly hour: number;
  readonly day: number;
  readonly cell: number;
  /** In the order of NAME_KINDS. */
  readonly names: readonly number[];
}
interface RollupRow extends Sum {
  readonly span: number;
  readonly dimension: number;
  readonly bucket: number;
  readonly name: number;
}

/** What one batch adds: first by hour, day and cell, because a batch has few of those. */
export class BatchSums {
  readonly #days: ReportingDays;
  readonly #cells = new Map<number, CellSum[]>();

  constructor(days: ReportingDays) {
    this.#days = days;
  }

  /** @param names - of the cell, in the order of NAME_KINDS. */
  add({ entry, costMicroUsd }: PricedEntry, cell: number, names: readonly number[]): void {
    const { figures, latency } = this.#sumOf(cell, entry.atMs, names);
    const { tokens, measure } = entry.result;
    const add = (at: number, figure: number) => {
      figures[at] = (figures[at] as number) + figure;
    };
    add(0, 1);
    if (entry.outcome !== 'ok') add(1, 1);
    if (measure === 'incomplete' || measure === 'missing') add(2, 1);
    if (costMicroUsd === null) add(3, 1);
    add(4, tokens.inputTokens);
    add(5, tokens.cacheReadTokens);
    add(6, tokens.cacheWriteTokens + tokens.cacheWriteLongTokens);
    add(7, tokens.outputTokens);
    add(8, tokens.reasoningTokens);
    add(9, costMicroUsd ?? 0);
    const bucket = latencyBucket(entry.latencyMs);
    latency.set(bucket, (latency.get(bucket) ?? 0) + 1);
  }

  /** The rows that this batch adds to, each once. Cells have days only: nearly every call would be an hour of its own. */
  *rows(): Generator<RollupRow> {
    const tables = new Map<number, Map<number, RollupRow>>();
    const addTo = (span: number, dimension: number, bucket: number, name: number, sum: Sum) => {
      const table = span * DIMENSIONS.length + dimension;
      let rows = tables.get(table);
      if (rows === undefined) {
        rows = new Map<number, RollupRow>();
        tables.set(table, rows);
      }
      const row = rows.get(bucket * NAMES + name);
      if (row === undefined) {
        const copy = { figures: [...sum.figures], latency: new Map(sum.latency) };
        rows.set(bucket * NAMES + name, { span, dimension, bucket, name, ...copy });
        return;
      }
      for (let n = 0; n < SUMS.length; n += 1) row.figures[n] = (row.figures[n] as number) + (sum.figures[n] as number);
      for (const [at, count] of sum.latency) row.latency.set(at, (row.latency.get(at) ?? 0) + count);
    };
    for (const sums of this.#cells.values()) {
      for (const sum of sums) {
        for (let dimension = 0; dimension < NAME_KINDS.length; dimension += 1) {
          addTo(SPAN_HOUR, dimension, sum.hour, sum.names[dimension] as number, sum);
          addTo(SPAN_DAY, dimension, sum.day, sum.names[dimension] as number, sum);
        }
        addTo(SPAN_HOUR, ALL, sum.hour, 0, sum);
        addTo(SPAN_DAY, ALL, sum.day, 0, sum);
        addTo(SPAN_DAY, CELL, sum.day, sum.cell, sum);
      }
    }
    for (const rows of tables.values()) yield* rows.values();
  }

  #sumOf(cell: number, atMs: number, names: readonly number[]): Sum {
    const hour = Math.floor(atMs / HOUR_MS);
    const day = this.#days.dayOf(atMs);
    let sums = this.#cells.get(cell);
    if (sums === undefined) this.#cells.set(cell, (sums = []));
    const known = sums.find((sum) => sum.hour === hour && sum.day === day);
    if (known !== undefined) return known;
    const sum = { hour, day, cell, names, figures: SUMS.map(() => 0), latency: new Map<number, number>() };
    sums.push(sum);
    return sum;
  }
}

/** Adds batches to usage_rollup. Make one for each open database: it gives it the functions its SQL needs. */
export class RollupTable {
  readonly #db: Database.Database;
  readonly #add: Database.Statement;
  readonly #addCell: Database.Statement;

  constructor(db: Database.Database) {
    this.#db = db;
    const scratch = noCounts();
    db.function('kh_histogram_add', { deterministic: true }, (one: unknown, other: unknown) => {
      if (!(one instanceof Uint8Array) || !(other instanceof Uint8Array)) return encodeHistogram([]);
      scratch.fill(0);
      addHistogram(scratch, one);
      addHistogram(scratch, other);
      return encodeHistogram(scratch);
    });
    const insert = `INSERT INTO usage_rollup (${COLUMNS.join(', ')}) VALUES (${COLUMNS.map(() => '?').join(', ')})
       ON CONFLICT DO UPDATE SET ${SUMS.map((sum) => `${sum} = ${sum} + excluded.${sum}`).join(', ')}`;
    this.#addCell = db.prepare(insert);
    this.#add = db.prepare(`${insert}, latency = kh_histogram_add(latency, excluded.latency)`);
  }

  add(sums: BatchSums): void {
    const counts = noCounts();
    for (const { span, dimension, bucket, name, figures, latency } of sums.rows()) {
      if (dimension === CELL) {
        this.#addCell.run(span, dimension, bucket, name, ...figures, NO_LATENCY);
        continue;
      }
      counts.fill(0);
      for (const [at, count] of latency) counts[at] = count;
      this.#add.run(span, dimension, bucket, name, ...figures, encodeHistogram(counts));
    }
  }

  /**
   * Sums the days anew from the hours: the reporting zone changed. In a zone whose days begin within an hour of UTC, that
   * hour falls to the day in which it began. Cells have no hours and keep the days that they were counted in.
   */
  rebuildDays(days: ReportingDays): void {
    this.#db.function('kh_day', (hour: unknown) => days.dayOf(Number(hour) * HOUR_MS));
    this.#db.aggregate('kh_histogram_sum', {
      start: noCounts,
      step: (counts: number[], stored: unknown) => {
        if (stored instanceof Uint8Array) addHistogram(counts, stored);
        return counts;
      },
      result: (counts: number[]) => encodeHistogram(counts),
    });
    this.#db.prepare('DELETE FROM usage_rollup WHERE span = ? AND dimension <> ?').run(SPAN_DAY, CELL);
    this.#db
      .prepare(
        `INSERT INTO usage_rollup (${COLUMNS.join(', ')})
         SELECT ${SPAN_DAY}, dimension, kh_day(bucket) AS day, name, ${SUMS.map((sum) => `sum(${sum})`).join(', ')},
                kh_histogram_sum(latency)
         FROM usage_rollup WHERE span = ${SPAN_HOUR} GROUP BY dimension, day, name`,
      )
      .run();
  }
}
