import type Database from 'better-sqlite3';
import type { UsageBreakdown } from '../../../../shared/contract/usage-explore.ts';
import type { UsageDimension } from '../../../../shared/usage.ts';
import { figureOf, type UsageFigure } from '../../../../shared/usage-words.ts';
import { HOUR_MS } from '../reporting-days.ts';
import { type BucketUnit, shownBuckets } from './buckets.ts';
import { collect, collectWhole } from './collect.ts';
import { shownNames } from './names.ts';
import { rangeTexts } from './range.ts';
import type { Part } from './slices.ts';
import { type By, namesOfPair, type Source } from './source.ts';
import { addFigures, Columns, type Figures, noFigures, sumsOf } from './sums.ts';
import { type View, viewOf, type ViewQuery } from './view.ts';

export interface BreakdownQuery extends ViewQuery {
  readonly by: UsageDimension;
  readonly then?: UsageDimension | undefined;
  readonly figure: UsageFigure;
  readonly bucket: BucketUnit | 'auto';
  readonly top: number;
}

/** One name, or the combination of two. */
interface Group {
  readonly key: string;
  readonly then: string | null;
  /** Numbers of usage_name (or pairs of them) that people see as the same. */
  readonly names: readonly number[];
  readonly figures: Figures;
}

/**
 * A range in bars by the names of one dimension, or by the combinations of two, ranked by any figure. Reads rollups; single
 * calls only where combinations are asked for by hour over at most three days.
 * @throws AppError `invalid_input`.
 */
export function usageBreakdown(db: Database.Database, query: BreakdownQuery): UsageBreakdown {
  const then = query.then === undefined || query.then === query.by ? null : query.then;
  const by: By = then === null ? query.by : [query.by, then];
  const view = viewOf(db, query, by, query.bucket);
  const { buckets, calendar, range, unit } = view;
  const parts = view.parts(range, buckets);
  const whole = collect(db, view.totals, null, buckets, parts).get(0) ?? new Columns(buckets.list.length);
  const groups = grouped(db, collectWhole(db, view.series, by, view.slices(range)), then !== null, query.figure);
  const top = groups.slice(0, query.top);
  const columns = barsOf(db, view, by, top, parts);
  return {
    by: query.by,
    then,
    bucket: unit,
    zone: calendar.zone,
    ...rangeTexts(range),
    buckets: shownBuckets(buckets, range, calendar, query.nowMs),
    totals: sumsOf(whole.total),
    values: whole.values(),
    series: top.map(({ key, then: within }, at) => {
      const bars = columns[at] as Columns;
      return { key, then: within, values: bars.values(), totals: sumsOf(bars.total) };
    }),
    other: otherOf(groups.slice(query.top), whole, columns),
    collectedSince: view.firstHour === null ? null : new Date(view.firstHour * HOUR_MS).toISOString(),
    remarks: view.remarks.filter(({ code }) => code !== 'no-latency'),
  };
}

/** The most first. What people know by one name is one: a key that was deleted and its successor. */
function grouped(
  db: Database.Database,
  byNumber: ReadonlyMap<number, Figures>,
  isPaired: boolean,
  figure: UsageFigure,
): Group[] {
  const parts = (number: number): readonly number[] => (isPaired ? namesOfPair(number) : [number]);
  const shown = shownNames(db, new Set([...byNumber.keys()].flatMap(parts)));
  const groups = new Map<string, Group & { readonly names: number[] }>();
  for (const [number, figures] of byNumber) {
    const [key = '', then = null] = parts(number).map((name) => shown.get(name) ?? '');
    const id = JSON.stringify([key, then]);
    const known = groups.get(id);
    if (known === undefined) groups.set(id, { key, then, names: [number], figures });
    else {
      known.names.push(number);
      addFigures(known.figures, figures);
    }
  }
  return [...groups]
    .map(([id, group]) => ({ id, group, sums: sumsOf(group.figures) }))
    .toSorted(
      (one, other) =>
        figureOf(figure, other.sums) - figureOf(figure, one.sums) ||
        other.sums.requests - one.sums.requests ||
        (one.id < other.id ? -1 : 1),
    )
    .map(({ group }) => group);
}

/** The bars of these groups only: there may be thousands of others. */
function barsOf(
  db: Database.Database,
  { series, buckets }: View,
  by: Exclude<By, null>,
  groups: readonly Group[],
  parts: readonly Part[],
): Columns[] {
  const numbers = groups.flatMap(({ names }) => names);
  const byNumber = collect(db, among(series, by, numbers), by, buckets, parts);
  return groups.map(({ names }) => {
    const columns = new Columns(buckets.list.length);
    for (const name of names) columns.addAll(byNumber.get(name));
    return columns;
  });
}

/** The source narrowed to these names; for pairs to all that their names can combine to. */
function among(source: Source, by: Exclude<By, null>, numbers: readonly number[]): Source {
  if (source.kind === 'dimension') return { ...source, names: numbers };
  const filter = new Map(source.filter);
  if (typeof by === 'string') filter.set(by, numbers);
  else for (const at of [0, 1] as const) filter.set(by[at], [...new Set(numbers.map((pair) => namesOfPair(pair)[at]))]);
  return { ...source, filter };
}

function otherOf(rest: readonly Group[], whole: Columns, top: readonly Columns[]): UsageBreakdown['other'] {
  if (rest.length === 0) return null;
  const total = noFigures();
  for (const { figures } of rest) addFigures(total, figures);
  return { names: rest.length, values: whole.without(top).values(), totals: sumsOf(total) };
}
