import type Database from 'better-sqlite3';
import { HOUR_MS } from '../reporting-days.ts';
import type { UsageOverview, UsageSeries, UsageTotals } from '../../../../shared/contract/usage.ts';
import type { UsageDimension } from '../../../../shared/usage.ts';
import { type BucketUnit, bucketsOf, shownBuckets } from './buckets.ts';
import { collect, latencies } from './collect.ts';
import { shownNames } from './names.ts';
import { before, inHours, rangeTexts } from './range.ts';
import { areRecordsKept } from './source.ts';
import { Columns, savedOf, sumsOf } from './sums.ts';
import { type View, viewOf, type ViewQuery } from './view.ts';

export interface OverviewQuery extends ViewQuery {
  readonly by: UsageDimension;
  readonly bucket: BucketUnit | 'auto';
  readonly top: number;
  readonly compare: boolean;
}

/**
 * A range in bars, stacked by the names of one dimension. Reads rollups; single calls only where several filters are asked
 * for by hour over at most three days.
 * @throws AppError `invalid_input`.
 */
export function usageOverview(db: Database.Database, query: OverviewQuery): UsageOverview {
  const view = viewOf(db, query, query.by, query.bucket);
  const { buckets, calendar, range, slices, unit } = view;
  const whole = collect(db, view.totals, null, buckets, slices, calendar).get(0) ?? new Columns(buckets.list.length);
  const groups = grouped(db, collect(db, view.series, query.by, buckets, slices, calendar));
  const top = groups.slice(0, query.top);
  const rest = groups.slice(query.top);
  return {
    by: query.by,
    bucket: unit,
    zone: calendar.zone,
    ...rangeTexts(range),
    buckets: shownBuckets(buckets, range, calendar, query.nowMs),
    totals: { ...figuresOf(whole), latency: latencies(db, view.totals, view.whole) },
    values: whole.values(),
    series: top.map((group) => seriesOf(db, view, group)),
    other: rest.length === 0 ? null : otherOf(rest, buckets.list.length),
    previous: query.compare ? previousOf(db, view) : null,
    collectedSince: view.firstHour === null ? null : new Date(view.firstHour * HOUR_MS).toISOString(),
    remarks: [...view.remarks],
  };
}

interface Group {
  readonly key: string;
  /** Numbers of usage_name that people see as the same. */
  readonly names: readonly number[];
  readonly columns: Columns;
}

/** The dearest first, then the busiest. What people know by one name is one: a key that was deleted and its successor. */
function grouped(db: Database.Database, byNumber: ReadonlyMap<number, Columns>): Group[] {
  const shown = shownNames(db, byNumber.keys());
  const groups = new Map<string, { names: number[]; columns: Columns }>();
  for (const [number, columns] of byNumber) {
    const key = shown.get(number) ?? '';
    const known = groups.get(key);
    if (known === undefined) groups.set(key, { names: [number], columns });
    else {
      known.names.push(number);
      known.columns.addAll(columns);
    }
  }
  return [...groups]
    .map(([key, group]) => ({ key, ...group, sums: sumsOf(group.columns.total) }))
    .toSorted(
      (one, other) =>
        other.sums.knownCostMicroUsd - one.sums.knownCostMicroUsd ||
        other.sums.requests - one.sums.requests ||
        (one.key < other.key ? -1 : 1),
    );
}

function seriesOf(db: Database.Database, view: View, { key, names, columns }: Group): UsageSeries {
  const latency = view.series.kind === 'dimension' ? latencies(db, { ...view.series, names }, view.whole) : null;
  return { key, values: columns.values(), totals: { ...figuresOf(columns), latency } };
}

function otherOf(rest: readonly Group[], buckets: number): UsageOverview['other'] {
  const all = new Columns(buckets);
  for (const { columns } of rest) all.addAll(columns);
  return { names: rest.length, values: all.values(), totals: sumsOf(all.total) };
}

/** null where the single calls that the answer is made of are gone for the time before. */
function previousOf(db: Database.Database, view: View): UsageOverview['previous'] {
  const { calendar, unit, totals } = view;
  const range = before(view.range);
  const hours = inHours(range, calendar);
  if (totals.kind === 'records' && !areRecordsKept(db, hours.first, hours.last)) return null;
  const slices = view.slice(range, unit);
  const buckets = bucketsOf(range, unit, calendar);
  const columns = collect(db, totals, null, buckets, slices, calendar).get(0) ?? new Columns(buckets.list.length);
  const latency = latencies(db, totals, view.slice(range, 'whole'));
  return { ...rangeTexts(range), totals: { ...figuresOf(columns), latency }, values: columns.values() };
}

function figuresOf({ total }: Columns): Omit<UsageTotals, 'latency'> {
  const sums = sumsOf(total);
  return {
    ...sums,
    errorRate: sums.requests === 0 ? null : sums.failed / sums.requests,
    cacheSavedMicroUsd: savedOf(total),
  };
}
