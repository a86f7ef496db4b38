import type Database from 'better-sqlite3';
import { addHistogram, latencyBucket, noCounts, percentileMs } from '../latency-histogram.ts';
import type { LatencyFigures } from '../../../../shared/contract/usage.ts';
import type { NameKind } from '../dimensions.ts';
import { monthOfDay, weekOfDay } from '../reporting-days.ts';
import type { Bucket, BucketUnit, Buckets } from './buckets.ts';
import type { Calendar } from './calendar.ts';
import { readLatencies, readSums, recordLatencies, type Slice, type Source } from './source.ts';
import { Columns } from './sums.ts';

const FIGURES_AT = 2; // a row begins with its bucket and its name

/** Sums by bucket for each number of `by`; for null one under 0. */
export function collect(
  db: Database.Database,
  source: Source,
  by: NameKind | null,
  { unit, list }: Buckets,
  slices: readonly Slice[],
  calendar: Calendar,
): Map<number, Columns> {
  const all = new Map<number, Columns>();
  const add = (at: number, row: readonly number[]) => {
    const name = by === null ? 0 : (row[1] ?? 0);
    let columns = all.get(name);
    if (columns === undefined) all.set(name, (columns = new Columns(list.length)));
    columns.add(at, row, FIGURES_AT);
  };
  const start = numberIn(unit, list[0]?.first ?? 0);
  for (const slice of slices) {
    if (slice.span === unit) {
      for (const row of readSums(db, source, by, slice, true)) add((row[0] ?? 0) - start, row);
      continue;
    }
    for (const [at, bucket] of list.entries()) {
      const part = within(slice, bucket, calendar);
      if (part === null) continue;
      for (const row of readSums(db, source, by, part, false)) add(at, row);
    }
  }
  return all;
}

/** The number of a bucket among those of its unit, from its first day (or hour). */
function numberIn(unit: BucketUnit, first: number): number {
  if (unit === 'week') return weekOfDay(first);
  return unit === 'month' ? monthOfDay(first) : first;
}

/** The part of a slice of hours or days that falls into a bucket of days. */
function within({ span, first, last }: Slice, bucket: Bucket, calendar: Calendar): Slice | null {
  const from = Math.max(first, span === 'day' ? bucket.first : calendar.startHour(bucket.first));
  const to = Math.min(last, span === 'day' ? bucket.last : calendar.startHour(bucket.last + 1) - 1);
  return from > to ? null : { span, first: from, last: to };
}

/** Of all calls of the source together; null where there are none, or it keeps no latencies. */
export function latencies(db: Database.Database, source: Source, slices: readonly Slice[]): LatencyFigures | null {
  const counts = noCounts();
  for (const slice of slices) {
    if (source.kind === 'dimension') {
      for (const stored of readLatencies(db, source, slice)) addHistogram(counts, stored);
    } else if (source.kind === 'records') {
      for (const [ms, calls] of recordLatencies(db, source.filter, slice)) {
        const bucket = latencyBucket(ms);
        counts[bucket] = (counts[bucket] ?? 0) + calls;
      }
    }
  }
  return latencyFiguresOf(counts);
}

export function latencyFiguresOf(histogram: readonly number[]): LatencyFigures | null {
  const [p50Ms, p95Ms, p99Ms] = [0.5, 0.95, 0.99].map((part) => percentileMs(histogram, part));
  if (p50Ms == null || p95Ms == null || p99Ms == null) return null;
  return { p50Ms, p95Ms, p99Ms, approximate: true };
}
