import type Database from 'better-sqlite3';
import type { LatencyFigures } from '../../../../shared/contract/usage.ts';
import type { NameKind } from '../dimensions.ts';
import { addHistogram, latencyBucket, noCounts, percentileMs } from '../latency-histogram.ts';
import { monthOfDay, weekOfDay } from '../reporting-days.ts';
import type { BucketUnit, Buckets } from './buckets.ts';
import type { Part } from './slices.ts';
import { type By, readLatencies, readRanks, readSums, recordLatencies, type Slice, type Source } from './source.ts';
import { addFigures, addRank, Columns, type Figures, type Rank, rankOf } from './sums.ts';

const FIGURES_AT = 2; // a row begins with its bucket and its name

/** Sums by bucket for each number (or pair) of `by`; for null one under 0. */
export function collect(
  db: Database.Database,
  source: Source,
  by: By,
  { unit, list }: Buckets,
  parts: readonly Part[],
): Map<number, Columns> {
  const all = new Map<number, Columns>();
  const start = numberIn(unit, list[0]?.first ?? 0);
  for (const { slice, bucket } of parts) {
    for (const row of readSums(db, source, by, slice, bucket === null)) {
      const name = by === null ? 0 : (row[1] ?? 0);
      let columns = all.get(name);
      if (columns === undefined) all.set(name, (columns = new Columns(list.length)));
      columns.add(bucket ?? (row[0] ?? 0) - start, row, FIGURES_AT);
    }
  }
  return all;
}

/** The same without bars. */
export function collectWhole(
  db: Database.Database,
  source: Source,
  by: By,
  slices: readonly Slice[],
): Map<number, Figures> {
  const all = new Map<number, Figures>();
  for (const slice of slices) {
    for (const [, name = 0, ...figures] of readSums(db, source, by, slice, false)) {
      const known = all.get(by === null ? 0 : name);
      if (known === undefined) all.set(by === null ? 0 : name, figures);
      else addFigures(known, figures);
    }
  }
  return all;
}

/** What names are ranked by, which is a small part of what is kept of each. */
export function collectRanks(
  db: Database.Database,
  source: Source,
  by: NameKind,
  slices: readonly Slice[],
): Map<number, Rank> {
  if (source.kind !== 'dimension') {
    return new Map([...collectWhole(db, source, by, slices)].map(([name, figures]) => [name, rankOf(figures)]));
  }
  const all = new Map<number, Rank>();
  for (const slice of slices) {
    for (const [name, requests, costMicroUsd] of readRanks(db, source, slice)) {
      const known = all.get(name);
      if (known === undefined) all.set(name, { requests, costMicroUsd });
      else addRank(known, { requests, costMicroUsd });
    }
  }
  return all;
}

/** The number of a bucket among those of its unit, from its first day (or hour). */
function numberIn(unit: BucketUnit, first: number): number {
  if (unit === 'week') return weekOfDay(first);
  return unit === 'month' ? monthOfDay(first) : first;
}

/** Of all calls of the source together; null where there are none, or it keeps no latencies. */
export function latencies(db: Database.Database, source: Source, slices: readonly Slice[]): LatencyFigures | null {
  if (source.kind === 'dimension') return latenciesOf(db, source, slices, () => '').get('') ?? null;
  if (source.kind === 'cells') return null;
  const counts = noCounts();
  for (const slice of slices) {
    for (const [ms, calls] of recordLatencies(db, source.filter, slice)) {
      const bucket = latencyBucket(ms);
      counts[bucket] = (counts[bucket] ?? 0) + calls;
    }
  }
  return latencyFiguresOf(counts);
}

/** By what `keyOf` makes of the number of a name. */
export function latenciesOf(
  db: Database.Database,
  source: Extract<Source, { kind: 'dimension' }>,
  slices: readonly Slice[],
  keyOf: (name: number) => string,
): ReadonlyMap<string, LatencyFigures> {
  const counts = new Map<string, number[]>();
  for (const slice of slices) {
    for (const [name, stored] of readLatencies(db, source, slice)) {
      const key = keyOf(name);
      let known = counts.get(key);
      if (known === undefined) counts.set(key, (known = noCounts()));
      addHistogram(known, stored);
    }
  }
  const figures = new Map<string, LatencyFigures>();
  for (const [key, histogram] of counts) {
    const latency = latencyFiguresOf(histogram);
    if (latency !== null) figures.set(key, latency);
  }
  return figures;
}

function latencyFiguresOf(histogram: readonly number[]): LatencyFigures | null {
  const [p50Ms, p95Ms, p99Ms] = [0.5, 0.95, 0.99].map((part) => percentileMs(histogram, part));
  if (p50Ms == null || p95Ms == null || p99Ms == null) return null;
  return { p50Ms, p95Ms, p99Ms, approximate: true };
}
