import type Database from 'better-sqlite3';
import { NAME_KINDS, numberOf } from '../dimensions.ts';
import { HOUR_MS } from '../reporting-days.ts';
import type { LatencyFigures, UsageOverview, UsageTotals } from '../../../../shared/contract/usage.ts';
import type { UsageDimension } from '../../../../shared/usage.ts';
import { type BucketUnit, bucketsOf, shownBuckets } from './buckets.ts';
import { collect, collectRanks, latencies, latenciesOf } from './collect.ts';
import { shownNames } from './names.ts';
import { before, rangeTexts } from './range.ts';
import type { Part } from './slices.ts';
import { areHoursKept, type Source } from './source.ts';
import { addRank, Columns, type Figures, type Rank, rankOf, savedOf, sumsOf } from './sums.ts';
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
  const { buckets, calendar, range, unit } = view;
  const parts = view.parts(range, buckets);
  const read = readOnce(db, view, query.by, parts);
  const whole =
    read?.whole ?? collect(db, view.totals, null, buckets, parts).get(0) ?? new Columns(buckets.list.length);
  const groups = grouped(db, read?.ranks ?? collectRanks(db, view.series, query.by, view.slices(range)));
  const top = stacked(db, view, query.by, groups.slice(0, query.top), parts, read?.byNumber);
  return {
    by: query.by,
    bucket: unit,
    zone: calendar.zone,
    ...rangeTexts(range),
    buckets: shownBuckets(buckets, range, calendar, query.nowMs),
    totals: { ...figuresOf(whole.total), latency: latencies(db, view.totals, view.slices(range)) },
    values: whole.values(),
    series: top.map(({ columns, latency, ...series }) => ({
      ...series,
      values: columns.values(),
      totals: { ...figuresOf(columns.total), latency },
    })),
    other: otherOf(groups.length - top.length, whole, top),
    previous: query.compare ? previousOf(db, view) : null,
    collectedSince: view.firstHour === null ? null : new Date(view.firstHour * HOUR_MS).toISOString(),
    remarks: [...view.remarks],
  };
}

/** So many bars of names are held at once: a few MiB. */
const MOST_AT_ONCE = 50_000;

/**
 * Combinations and single calls are read once for the whole, the ranking and the bars, because a second reading costs as much
 * as the first. null: of one dimension little is read for each, or there are too many names.
 */
function readOnce(db: Database.Database, { series, buckets }: View, by: UsageDimension, parts: readonly Part[]) {
  if (series.kind === 'dimension') return null;
  const names = db.prepare('SELECT count(*) FROM usage_name WHERE kind = ?').pluck().get(numberOf(NAME_KINDS, by));
  if (Number(names) * buckets.list.length > MOST_AT_ONCE) return null;
  const byNumber = collect(db, series, by, buckets, parts);
  const whole = new Columns(buckets.list.length);
  for (const columns of byNumber.values()) whole.addAll(columns);
  return { byNumber, whole, ranks: new Map([...byNumber].map(([name, { total }]) => [name, rankOf(total)])) };
}

interface Group {
  readonly key: string;
  /** Numbers of usage_name that people see as the same. */
  readonly names: readonly number[];
}

/** The dearest first, then the busiest. What people know by one name is one: a key that was deleted and its successor. */
function grouped(db: Database.Database, byNumber: ReadonlyMap<number, Rank>): Group[] {
  const shown = shownNames(db, byNumber.keys());
  const groups = new Map<string, { names: number[]; rank: Rank }>();
  for (const [number, rank] of byNumber) {
    const key = shown.get(number) ?? '';
    const known = groups.get(key);
    if (known === undefined) groups.set(key, { names: [number], rank });
    else {
      known.names.push(number);
      addRank(known.rank, rank);
    }
  }
  return [...groups]
    .map(([key, group]) => ({ key, ...group }))
    .toSorted(
      (one, other) =>
        other.rank.costMicroUsd - one.rank.costMicroUsd ||
        other.rank.requests - one.rank.requests ||
        (one.key < other.key ? -1 : 1),
    );
}

interface Stacked {
  readonly key: string;
  readonly columns: Columns;
  readonly latency: LatencyFigures | null;
}

/** The bars of these names only: there may be hundreds of others. */
function stacked(
  db: Database.Database,
  { series, buckets, range, slices }: View,
  by: UsageDimension,
  groups: readonly Group[],
  parts: readonly Part[],
  known: ReadonlyMap<number, Columns> | undefined,
): Stacked[] {
  const keyOf = new Map(groups.flatMap(({ key, names }) => names.map((name) => [name, key] as const)));
  const named: Source =
    series.kind === 'dimension'
      ? { ...series, names: [...keyOf.keys()] }
      : { ...series, filter: new Map(series.filter).set(by, [...keyOf.keys()]) };
  const byNumber = known ?? collect(db, named, by, buckets, parts);
  const latency =
    named.kind === 'dimension' ? latenciesOf(db, named, slices(range), (name) => keyOf.get(name) ?? '') : null;
  return groups.map(({ key, names }) => {
    const columns = new Columns(buckets.list.length);
    for (const name of names) columns.addAll(byNumber.get(name));
    return { key, columns, latency: latency?.get(key) ?? null };
  });
}

/** @param names - so many have no bars of their own. */
function otherOf(names: number, whole: Columns, top: readonly Stacked[]): UsageOverview['other'] {
  if (names === 0) return null;
  const rest = whole.without(top.map(({ columns }) => columns));
  return { names, values: rest.values(), totals: sumsOf(rest.total) };
}

/** null where the single calls that the answer is made of are gone for the time before. */
function previousOf(db: Database.Database, view: View): UsageOverview['previous'] {
  const { calendar, unit, totals } = view;
  const range = before(view.range);
  if (totals.kind !== 'dimension' && !areHoursKept(db, view.slices(range))) return null;
  const buckets = bucketsOf(range, unit, calendar);
  const parts = view.parts(range, buckets);
  const columns = collect(db, totals, null, buckets, parts).get(0) ?? new Columns(buckets.list.length);
  const latency = latencies(db, totals, view.slices(range));
  return { ...rangeTexts(range), totals: { ...figuresOf(columns.total), latency }, values: columns.values() };
}

function figuresOf(total: Figures): Omit<UsageTotals, 'latency'> {
  const sums = sumsOf(total);
  return {
    ...sums,
    errorRate: sums.requests === 0 ? null : sums.failed / sums.requests,
    cacheSavedMicroUsd: savedOf(total),
  };
}
