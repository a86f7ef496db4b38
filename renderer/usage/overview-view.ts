import type { UsageAnomaly } from '../../shared/contract/usage-forecast.ts';
import type { BucketValues, UsageOverview } from '../../shared/contract/usage.ts';
import type { UsageSums } from '../../shared/usage.ts';
import type { UsageFigure } from '../../shared/usage-words.ts';
import type { ColorIndex } from '../charts/colors.ts';
import { type ChartSeries, type ChartSlot, cumulative } from '../charts/stack.ts';
import { certainties, metricOf, metricValues } from './figures.ts';
import { barNames } from './moments.ts';
import { dayIn, holds } from './ranges.ts';

/** The series of what is in no other. Not a name: names have no such sign. */
export const OTHER = '\u0000other';

/** Bars with what they are made of: an overview, or a breakdown. */
export interface NamedBars
  extends Pick<
    UsageOverview,
    'by' | 'bucket' | 'zone' | 'from' | 'to' | 'buckets' | 'values' | 'other' | 'collectedSince'
  > {
  readonly totals: UsageSums;
  readonly series: readonly { readonly key: string; readonly values: BucketValues; readonly totals: UsageSums }[];
}

export interface RankedName {
  readonly key: string;
  readonly color: ColorIndex;
  readonly sums: UsageSums;
  readonly values: readonly number[];
  /** How far its cost is known is told by these; null where no cost is shown. */
  readonly costs: BucketValues | null;
  /** Of all in the range, 0 to 1. */
  readonly share: number;
}

/**
 * The names of an overview, those with most of what is shown first. A name keeps its colour whatever is shown: it is the one
 * of its place in the answer.
 */
export function rankedNames(overview: NamedBars, metric: UsageFigure): RankedName[] {
  const all = metricOf(metric, overview.totals);
  const share = (sums: UsageSums): number => (all === 0 ? 0 : metricOf(metric, sums) / all);
  const costsOf = (values: BucketValues): BucketValues | null => (metric === 'spend' ? values : null);
  const named = overview.series.map(({ key, values, totals }, place): RankedName => {
    const shown = { values: metricValues(metric, values), costs: costsOf(values) };
    return { key, color: place, sums: totals, ...shown, share: share(totals) };
  });
  named.sort((one, other) => metricOf(metric, other.sums) - metricOf(metric, one.sums));
  const { other } = overview;
  if (other === null) return named;
  const rest = { values: metricValues(metric, other.values), costs: costsOf(other.values) };
  return [...named, { key: OTHER, color: 'other', sums: other.totals, ...rest, share: share(other.totals) }];
}

/** How long the bar of each name is, 0 to 1: as measured by the longest. The rest are many, and have none. */
export function barLengths(ranked: readonly RankedName[]): number[] {
  const shares = ranked.map(({ key, share }) => (key === OTHER ? 0 : share));
  const most = Math.max(...shares, Number.MIN_VALUE);
  return shares.map((share) => share / most);
}

/** The ranked names as series of a chart, the first at the ground. */
export function chartSeries(
  ranked: readonly RankedName[],
  label: (key: string) => string,
  isSum: boolean,
): ChartSeries[] {
  return ranked.map(({ key, color, values, costs }) => {
    const shown = { key, color, label: label(key), values: isSum ? cumulative(values) : values };
    return costs === null ? shown : { ...shown, certainty: certainties(costs, isSum) };
  });
}

/** More hours than two days have: their names need the day. */
const isLong = ({ bucket, buckets }: NamedBars): boolean => bucket === 'hour' && buckets.length > 49;

/** CSS pixels that the longest name of a bar needs. */
export const roomOf = (bars: NamedBars): number =>
  isLong(bars) ? 96 : { hour: 58, day: 64, week: 64, month: 48 }[bars.bucket];

export function chartSlots(overview: NamedBars, anomalies: readonly UsageAnomaly[]): ChartSlot[] {
  return overview.buckets.map((bucket) => {
    const notes = anomalies.filter(({ at, day }) => holds(bucket, at, day)).map(({ text }) => text);
    return { key: bucket.from, ...barNames(bucket, overview.bucket, overview.zone, isLong(overview)), notes };
  });
}

/** Whether the whole period before was collected: half of one is nothing to compare with. */
export function isComparable({ previous, collectedSince, zone }: UsageOverview): boolean {
  if (previous === null || collectedSince === null) return false;
  const isDay = previous.from.length === 10;
  return previous.from >= (isDay ? dayIn(zone, collectedSince) : collectedSince);
}

/** The bars of the period before, one under each bar of this one; null where there is none to compare. */
export function valuesBefore(overview: UsageOverview, metric: UsageFigure, isSum: boolean): (number | null)[] | null {
  if (overview.previous === null || !isComparable(overview)) return null;
  const values = metricValues(metric, overview.previous.values);
  if (values.every((value) => value === 0)) return null;
  const shown = isSum ? cumulative(values) : values;
  return overview.buckets.map((_, at) => shown[at] ?? null);
}

/** The place of the highest bar; null where all are empty. */
export function peakOf(totals: readonly number[]): number | null {
  const peak = totals.reduce((most, value, at) => (value > (totals[most] ?? 0) ? at : most), 0);
  return (totals[peak] ?? 0) > 0 ? peak : null;
}
