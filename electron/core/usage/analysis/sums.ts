import type { BucketValues } from '../../../../shared/contract/usage.ts';
import { SUM_NAMES, type UsageRow, type UsageSums } from '../../../../shared/usage.ts';
import { ROLLUP_SUMS } from '../batch-sums.ts';
import { shownSum } from '../largest-sum.ts';

/** A number for each of ROLLUP_SUMS. */
export type Figures = number[];

export function noFigures(): Figures {
  return ROLLUP_SUMS.map(() => 0);
}

export function addFigures(to: Figures, more: readonly number[]): void {
  for (let n = 0; n < to.length; n += 1) to[n] = (to[n] as number) + (more[n] ?? 0);
}

export function sumsOf(figures: Figures): UsageSums {
  return Object.fromEntries(SUM_NAMES.map((name, at) => [name, shownSum(figures[at] ?? 0)])) as UsageSums;
}

export function savedOf(figures: Figures): number {
  return shownSum(figures[SUM_NAMES.length] ?? 0);
}

/** What names are put in order by: the dearest first, then the busiest. */
export interface Rank {
  requests: number;
  costMicroUsd: number;
}

const [REQUESTS, COST] = [ROLLUP_SUMS.indexOf('requests'), ROLLUP_SUMS.indexOf('cost_micro_usd')];

export function rankOf(figures: readonly number[]): Rank {
  return { requests: figures[REQUESTS] ?? 0, costMicroUsd: figures[COST] ?? 0 };
}

export function addRank(to: Rank, { requests, costMicroUsd }: Rank): void {
  to.requests += requests;
  to.costMicroUsd += costMicroUsd;
}

export function usageRowOf(key: string, figures: Figures): UsageRow {
  const sums = sumsOf(figures);
  return { key, ...sums, costMicroUsd: sums.unpriced > 0 ? null : sums.knownCostMicroUsd };
}

/** Figures by bucket. */
export class Columns {
  readonly #columns: readonly number[][];
  readonly total: Figures = noFigures();

  constructor(buckets: number) {
    this.#columns = ROLLUP_SUMS.map(() => new Array<number>(buckets).fill(0));
  }

  /** @param from - where the figures begin in `row`. */
  add(bucket: number, row: readonly number[], from = 0): void {
    for (let n = 0; n < this.#columns.length; n += 1) {
      const figure = row[from + n] ?? 0;
      const column = this.#columns[n] as number[];
      column[bucket] = (column[bucket] ?? 0) + figure;
      this.total[n] = (this.total[n] ?? 0) + figure;
    }
  }

  addAll(other: Columns | undefined, times: 1 | -1 = 1): void {
    if (other === undefined) return;
    for (const [at, column] of this.#columns.entries()) {
      const more = other.#columns[at] ?? [];
      for (let n = 0; n < column.length; n += 1) column[n] = (column[n] ?? 0) + times * (more[n] ?? 0);
      this.total[at] = (this.total[at] ?? 0) + times * (other.total[at] ?? 0);
    }
  }

  without(others: readonly Columns[]): Columns {
    const rest = new Columns(this.#columns[0]?.length ?? 0);
    rest.addAll(this);
    for (const other of others) rest.addAll(other, -1);
    return rest;
  }

  values(): BucketValues {
    return Object.fromEntries(
      SUM_NAMES.map((name, at) => [name, (this.#columns[at] ?? []).map(shownSum)]),
    ) as BucketValues;
  }
}
