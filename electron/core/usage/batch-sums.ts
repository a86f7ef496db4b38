import type { CountedCall } from './counted-call.ts';
import { isNotWhole } from './not-whole.ts';
import {
  DIMENSIONS,
  isSuccess,
  NAME_KINDS,
  numberOf,
  SPAN_DAY,
  SPAN_HOUR,
  SPAN_MONTH,
  SPAN_WEEK,
} from './dimensions.ts';
import { FIRST_BYTE, latencyBucket } from './latency-histogram.ts';
import { HOUR_MS, monthOfDay, type ReportingDays, weekOfDay } from './reporting-days.ts';

/** The columns of usage_rollup that are sums: the figures in the order of SUM_NAMES, and last what caches saved. */
export const ROLLUP_SUMS = [
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
  'cache_saved_micro_usd',
] as const;

const ALL = numberOf(DIMENSIONS, 'all');
export const CELL = numberOf(DIMENSIONS, 'cell');
/** Room for the number of a name beside that of an hour in one safe integer. */
const NAMES = 2 ** 24;

interface Sum {
  /** In the order of ROLLUP_SUMS. */
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
export interface RollupRow extends Sum {
  readonly span: number;
  readonly dimension: number;
  readonly bucket: number;
  readonly name: number;
}

/** What one batch adds: first by hour, day and cell, because a batch has few of those. */
export class BatchSums {
  readonly #days: ReportingDays;
  readonly #foldedTo: number;
  readonly #cells = new Map<number, CellSum[]>();

  /** @param foldedTo - what falls into a day before it is added to its week and month too. */
  constructor(days: ReportingDays, foldedTo: number) {
    this.#days = days;
    this.#foldedTo = foldedTo;
  }

  /** @param names - of the cell, in the order of NAME_KINDS. */
  add(call: CountedCall, cell: number, names: readonly number[]): void {
    const { figures: f, latency } = this.#sumOf(cell, call.atMs, names);
    const { costMicroUsd, latencyMs, firstByteMs } = call;
    f[0] = (f[0] as number) + 1;
    if (!isSuccess(call.cell.outcome)) f[1] = (f[1] as number) + 1;
    if (isNotWhole(call)) f[2] = (f[2] as number) + 1;
    if (costMicroUsd === null) f[3] = (f[3] as number) + 1;
    f[4] = (f[4] as number) + call.inputTokens;
    f[5] = (f[5] as number) + call.cacheReadTokens;
    f[6] = (f[6] as number) + call.cacheWriteTokens + call.cacheWriteLongTokens;
    f[7] = (f[7] as number) + call.outputTokens;
    f[8] = (f[8] as number) + call.reasoningTokens;
    f[9] = (f[9] as number) + (costMicroUsd ?? 0);
    f[10] = (f[10] as number) + call.cacheSavedMicroUsd;
    // What was told or imported without it took a time, which nobody measured.
    if (call.source === 'proxy' || latencyMs > 0) countOne(latency, latencyBucket(latencyMs));
    if (firstByteMs !== null) countOne(latency, FIRST_BYTE + latencyBucket(firstByteMs));
  }

  /** The rows that this batch adds to, each once. Cells have no hours: nearly every call would be an hour of its own. */
  *rows(): Generator<RollupRow> {
    const moment = this.#onlyMoment();
    if (moment === null) yield* this.#rowsOfMany();
    else yield* this.#rowsOfOne(moment);
  }

  /** Where all of the batch falls into one hour, which nearly every batch does: its rows of the hour are those of the day. */
  *#rowsOfOne({ hour, day }: { readonly hour: number; readonly day: number }): Generator<RollupRow> {
    const tables = Array.from({ length: NAME_KINDS.length + 1 }, () => new Map<number, Sum>());
    for (const [sum] of this.#cells.values()) {
      if (sum === undefined) continue;
      for (let dimension = 0; dimension < tables.length; dimension += 1) {
        const name = dimension === ALL ? 0 : (sum.names[dimension] as number);
        const table = tables[dimension] as Map<number, Sum>;
        const known = table.get(name);
        if (known === undefined) table.set(name, copyOf(sum));
        else addSum(known, sum);
      }
      yield {
        span: SPAN_DAY,
        dimension: CELL,
        bucket: day,
        name: sum.cell,
        figures: sum.figures,
        latency: sum.latency,
      };
    }
    for (const [dimension, table] of tables.entries()) {
      for (const [name, { figures, latency }] of table) {
        yield { span: SPAN_HOUR, dimension, bucket: hour, name, figures, latency };
        yield { span: SPAN_DAY, dimension, bucket: day, name, figures, latency };
      }
    }
  }

  /** null: there are several, or weeks and months are added to as well. */
  #onlyMoment(): { readonly hour: number; readonly day: number } | null {
    let first: CellSum | null = null;
    for (const sums of this.#cells.values()) {
      for (const sum of sums) {
        first ??= sum;
        if (sum.hour !== first.hour || sum.day !== first.day || sum.day < this.#foldedTo) return null;
      }
    }
    return first;
  }

  *#rowsOfMany(): Generator<RollupRow> {
    const tables = new Map<number, Map<number, RollupRow>>();
    const addTo = (span: number, dimension: number, bucket: number, name: number, sum: Sum) => {
      const table = span * DIMENSIONS.length + dimension;
      let rows = tables.get(table);
      if (rows === undefined) tables.set(table, (rows = new Map<number, RollupRow>()));
      const row = rows.get(bucket * NAMES + name);
      if (row === undefined) rows.set(bucket * NAMES + name, { span, dimension, bucket, name, ...copyOf(sum) });
      else addSum(row, sum);
    };
    const addAll = (span: number, bucket: number, sum: CellSum) => {
      for (let kind = 0; kind < NAME_KINDS.length; kind += 1) addTo(span, kind, bucket, sum.names[kind] as number, sum);
      addTo(span, ALL, bucket, 0, sum);
    };
    for (const sums of this.#cells.values()) {
      for (const sum of sums) {
        addAll(SPAN_HOUR, sum.hour, sum);
        addAll(SPAN_DAY, sum.day, sum);
        addTo(SPAN_DAY, CELL, sum.day, sum.cell, sum);
        if (sum.day >= this.#foldedTo) continue;
        for (const [span, bucket] of [
          [SPAN_WEEK, weekOfDay(sum.day)],
          [SPAN_MONTH, monthOfDay(sum.day)],
        ] as const) {
          addAll(span, bucket, sum);
          addTo(span, CELL, bucket, sum.cell, sum);
        }
      }
    }
    for (const rows of tables.values()) yield* rows.values();
  }

  #sumOf(cell: number, atMs: number, names: readonly number[]): Sum {
    const hour = Math.floor(atMs / HOUR_MS);
    const day = this.#days.dayOf(atMs);
    let sums = this.#cells.get(cell);
    if (sums === undefined) this.#cells.set(cell, (sums = []));
    for (const sum of sums) if (sum.hour === hour && sum.day === day) return sum;
    const sum = { hour, day, cell, names, figures: ROLLUP_SUMS.map(() => 0), latency: new Map<number, number>() };
    sums.push(sum);
    return sum;
  }
}

function copyOf({ figures, latency }: Sum): Sum {
  return { figures: [...figures], latency: new Map(latency) };
}

function addSum(to: Sum, { figures, latency }: Sum): void {
  for (let n = 0; n < figures.length; n += 1) to.figures[n] = (to.figures[n] as number) + (figures[n] as number);
  for (const [at, count] of latency) to.latency.set(at, (to.latency.get(at) ?? 0) + count);
}

function countOne(latency: Map<number, number>, bucket: number): void {
  latency.set(bucket, (latency.get(bucket) ?? 0) + 1);
}
