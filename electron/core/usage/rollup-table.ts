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

interface Sum {
  /** In the order of SUMS. */
  readonly figures: number[];
  readonly latency: number[];
}

/** What one batch adds: first by hour, day and cell, because a batch has few of those. */
export class BatchSums {
  readonly #days: ReportingDays;
  readonly #cells = new Map<string, Sum & { readonly hour: number; readonly day: number; readonly cell: number }>();
  readonly #names = new Map<number, readonly number[]>();

  constructor(days: ReportingDays) {
    this.#days = days;
  }

  /** @param names - of the cell, in the order of NAME_KINDS. */
  add({ entry, costMicroUsd }: PricedEntry, cell: number, names: readonly number[]): void {
    const hour = Math.floor(entry.atMs / HOUR_MS);
    const day = this.#days.dayOf(entry.atMs);
    const key = `${cell} ${hour} ${day}`;
    let sum = this.#cells.get(key);
    if (sum === undefined) {
      sum = { ...noSum(), hour, day, cell };
      this.#cells.set(key, sum);
      this.#names.set(cell, names);
    }
    const { tokens, measure } = entry.result;
    const add = (at: number, figure: number) => {
      sum.figures[at] = (sum.figures[at] as number) + figure;
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
    sum.latency[bucket] = (sum.latency[bucket] as number) + 1;
  }

  /** The rows that this batch adds to, each once. */
  rows(): Map<string, Sum & { readonly at: readonly number[] }> {
    const rows = new Map<string, Sum & { readonly at: readonly number[] }>();
    const all = numberOf(DIMENSIONS, 'all');
    const cells = numberOf(DIMENSIONS, 'cell');
    for (const sum of this.#cells.values()) {
      const names = this.#names.get(sum.cell) ?? [];
      for (const [span, bucket] of [
        [SPAN_HOUR, sum.hour],
        [SPAN_DAY, sum.day],
      ] as const) {
        for (let dimension = 0; dimension < NAME_KINDS.length; dimension += 1) {
          addTo(rows, [span, dimension, bucket, names[dimension] as number], sum);
        }
        addTo(rows, [span, all, bucket, 0], sum);
        addTo(rows, [span, cells, bucket, sum.cell], sum);
      }
    }
    return rows;
  }
}

function noSum(): Sum {
  return { figures: SUMS.map(() => 0), latency: noCounts() };
}

function addTo(rows: Map<string, Sum & { readonly at: readonly number[] }>, at: readonly number[], sum: Sum): void {
  const key = at.join(' ');
  const row = rows.get(key);
  if (row === undefined) {
    rows.set(key, { at, figures: [...sum.figures], latency: [...sum.latency] });
    return;
  }
  for (let n = 0; n < SUMS.length; n += 1) row.figures[n] = (row.figures[n] as number) + (sum.figures[n] as number);
  for (const [bucket, count] of sum.latency.entries()) {
    if (count > 0) row.latency[bucket] = (row.latency[bucket] as number) + count;
  }
}

/** Adds batches to usage_rollup. Make one for each open database: it gives it the functions its SQL needs. */
export class RollupTable {
  readonly #db: Database.Database;
  readonly #add: Database.Statement;

  constructor(db: Database.Database) {
    this.#db = db;
    db.function('kh_histogram_add', { deterministic: true }, (one: unknown, other: unknown) => {
      const counts = noCounts();
      for (const stored of [one, other]) if (stored instanceof Uint8Array) addHistogram(counts, stored);
      return encodeHistogram(counts);
    });
    this.#add = db.prepare(
      `INSERT INTO usage_rollup (${COLUMNS.join(', ')}) VALUES (${COLUMNS.map(() => '?').join(', ')})
       ON CONFLICT DO UPDATE SET ${SUMS.map((sum) => `${sum} = ${sum} + excluded.${sum}`).join(', ')},
       latency = kh_histogram_add(latency, excluded.latency)`,
    );
  }

  add(sums: BatchSums): void {
    for (const { at, figures, latency } of sums.rows().values()) {
      this.#add.run(...at, ...figures, encodeHistogram(latency));
    }
  }

  /**
   * Sums the days anew from the hours: the reporting zone changed. In a zone whose days begin within an hour of UTC, that
   * hour falls to the day in which it began.
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
    this.#db.prepare('DELETE FROM usage_rollup WHERE span = ?').run(SPAN_DAY);
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
