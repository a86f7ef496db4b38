import { useCallback, useMemo } from 'react';
import type { UsageAnomaly } from '../../shared/contract/usage-forecast.ts';
import type { BucketValues, UsageOverview } from '../../shared/contract/usage.ts';
import { ChartFrame } from '../charts/chart-frame.tsx';
import { type Column, DataTable } from '../charts/data-table.tsx';
import { type ChartSeries, type ChartSlot, cumulative } from '../charts/stack.ts';
import { StackedChart } from '../charts/stacked-chart.tsx';
import { formatDateTime } from '../i18n/format.ts';
import { m } from '../i18n/messages.ts';
import { navigateUsage } from '../state/route.ts';
import { BUCKETS, METRICS, type UsageRoute } from '../state/usage-route.ts';
import { Segmented } from '../ui/segmented.tsx';
import { Select } from '../ui/select.tsx';
import { exactText, markText, metricOf, metricText, metricValues } from './figures.ts';
import { useLabels } from './labels.ts';
import { rangeTitle } from './moments.ts';
import { chartSeries, chartSlots, OTHER, peakOf, type RankedName, valuesBefore } from './overview-view.ts';
import { uncollectedBars } from './ranges.ts';
import styles from './usage.module.css';

const t = m.usage.chart;
const HEIGHT_PX = 300;
const ROOM_PX = { hour: 58, day: 64, week: 64, month: 48 } as const;

interface Props {
  readonly route: UsageRoute;
  readonly overview: UsageOverview;
  readonly ranked: readonly RankedName[];
  readonly anomalies: readonly UsageAnomaly[];
  readonly lit: string | null;
  readonly onLit: (key: string | null) => void;
}

/** The range in bars, stacked by the grouping, or as running totals. */
export function OverviewChart({ route, overview, ranked, anomalies, lit, onLit }: Props) {
  const { metric, cumulative: isSum } = route;
  const label = useLabels();
  const { by, zone, bucket, buckets } = overview;
  const nameOf = useCallback(
    (key: string) => (key === OTHER ? m.usage.other(overview.other?.names ?? 0) : label(by, key)),
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the labels change with the overview at the latest
    [overview, by],
  );
  const series = useMemo(() => chartSeries(ranked, nameOf, isSum), [ranked, nameOf, isSum]);
  const slots = useMemo(() => chartSlots(overview, anomalies), [overview, anomalies]);
  const before = useMemo(
    () => (route.compare ? valuesBefore(overview, metric, isSum) : null),
    [overview, metric, isSum, route.compare],
  );
  const format = useCallback((value: number) => metricText(metric, value), [metric]);
  const formatMark = useCallback((value: number) => markText(metric, value), [metric]);
  const uncollected = uncollectedBars(buckets, overview.collectedSince, zone);
  const title = isSum
    ? t.titleSum(m.usage.metrics[metric], m.usage.groupings[by])
    : t.title(m.usage.metrics[metric], m.usage.per[bucket], m.usage.groupings[by]);
  const pick = (at: number): void => {
    const slot = buckets[at];
    if (slot !== undefined) navigateUsage({ tab: 'requests', range: 'custom', from: slot.from, to: slot.to });
  };
  return (
    <ChartFrame
      title={title}
      summary={
        <Summary
          overview={overview}
          metric={metric}
          top={ranked[0]}
          nameOf={nameOf}
          slots={slots}
          isPartial={uncollected > 0}
        />
      }
      tools={<Tools route={route} />}
      asTable={route.table}
      onAsTable={(table) => navigateUsage({ table }, 'replace')}
      table={() => (
        <ValuesTable
          title={title}
          slots={slots}
          series={series}
          before={before}
          metric={metric}
          overview={overview}
          isSum={isSum}
        />
      )}
    >
      <StackedChart
        label={title}
        slots={slots}
        series={series}
        kind={isSum ? 'areas' : 'bars'}
        before={before}
        uncollected={uncollected}
        lit={lit}
        onLit={onLit}
        format={format}
        formatMark={formatMark}
        room={ROOM_PX[bucket]}
        height={HEIGHT_PX}
        onPick={pick}
      />
    </ChartFrame>
  );
}

function Tools({ route }: { readonly route: UsageRoute }) {
  return (
    <>
      <Segmented
        label={m.usage.metric}
        value={route.metric}
        options={METRICS.map((value) => ({ value, label: m.usage.metrics[value] }))}
        onChange={(metric) => navigateUsage({ metric }, 'replace')}
      />
      <div className={styles.select}>
        <Select
          aria-label={m.usage.bucket}
          value={route.bucket}
          options={BUCKETS.map((value) => ({ value, label: m.usage.buckets[value] }))}
          onChange={(picked) => navigateUsage({ bucket: picked }, 'replace')}
        />
      </div>
      <button
        type="button"
        aria-pressed={route.cumulative}
        className={styles.toggle}
        onClick={() => navigateUsage({ cumulative: !route.cumulative }, 'replace')}
      >
        {m.usage.cumulative}
      </button>
    </>
  );
}

interface SummaryProps {
  readonly overview: UsageOverview;
  readonly metric: UsageRoute['metric'];
  readonly top: RankedName | undefined;
  readonly nameOf: (key: string) => string;
  readonly slots: readonly ChartSlot[];
  readonly isPartial: boolean;
}

function Summary({ overview, metric, top, nameOf, slots, isPartial }: SummaryProps) {
  const { totals, values, from, to, zone, collectedSince } = overview;
  const range = rangeTitle(from, to, zone);
  if (totals.requests === 0) return t.nothing(range);
  const bars = metricValues(metric, values);
  const peak = peakOf(bars);
  const most = top === undefined || top.share === 0 || overview.series.length < 2 ? null : nameOf(top.key);
  return (
    <>
      {t.summary(metricText(metric, metricOf(metric, totals)), range, most)}{' '}
      {peak !== null && t.peak(slots[peak]?.title ?? '', metricText(metric, bars[peak] ?? 0))}{' '}
      {isPartial && collectedSince !== null && t.since(formatDateTime(collectedSince))}
    </>
  );
}

interface TableProps {
  readonly title: string;
  readonly slots: readonly ChartSlot[];
  readonly series: readonly ChartSeries[];
  readonly before: readonly (number | null)[] | null;
  readonly metric: UsageRoute['metric'];
  readonly overview: UsageOverview;
  readonly isSum: boolean;
}

/** What a cell of the table says: nothing is shown as known that is not. */
function cellText(metric: UsageRoute['metric'], value: number | null | undefined, calls: Calls | null): string {
  if (value == null) return '–';
  const text = exactText(metric, value);
  if (metric !== 'spend' || calls === null || calls.unpriced === 0) return text;
  return calls.unpriced === calls.requests ? t.unknown : t.atLeast(text);
}

interface Calls {
  readonly requests: number;
  readonly unpriced: number;
}

function ValuesTable({ title, slots, series, before, metric, overview, isSum }: TableProps) {
  const bars = metricValues(metric, overview.values);
  const totals = isSum ? cumulative(bars) : bars;
  const uncollected = uncollectedBars(overview.buckets, overview.collectedSince, overview.zone);
  const valuesOf = (key: string): BucketValues | undefined =>
    key === OTHER ? overview.other?.values : overview.series.find((one) => one.key === key)?.values;
  const callsAt = (values: BucketValues | undefined, at: number): Calls | null => {
    const sumTo = (list: readonly number[]): number =>
      isSum ? list.slice(0, at + 1).reduce((sum, value) => sum + value, 0) : (list[at] ?? 0);
    return values === undefined ? null : { requests: sumTo(values.requests), unpriced: sumTo(values.unpriced) };
  };
  const figure = (at: number, value: number | undefined, values: BucketValues | undefined): string =>
    cellText(metric, at < uncollected ? null : value, callsAt(values, at));
  const columns: readonly Column<number>[] = [
    { key: 'slot', title: t.slot, cell: (at) => slots[at]?.title },
    { key: 'total', title: t.total, figure: true, cell: (at) => figure(at, totals[at], overview.values) },
    ...series.map(({ key, label, values }) => ({
      key,
      title: label,
      figure: true,
      cell: (at: number) => figure(at, values[at], valuesOf(key)),
    })),
    ...(before === null
      ? []
      : [{ key: 'before', title: t.before, figure: true, cell: (at: number) => cellText(metric, before[at], null) }]),
  ];
  const sumsOf = (key: string): Calls | null =>
    (key === OTHER ? overview.other?.totals : overview.series.find((one) => one.key === key)?.totals) ?? null;
  const end = (values: readonly (number | null)[]): number =>
    isSum ? (values.at(-1) ?? 0) : values.reduce<number>((sum, value) => sum + (value ?? 0), 0);
  const foot = [
    t.total,
    cellText(metric, metricOf(metric, overview.totals), overview.totals),
    ...series.map(({ key, values }) => cellText(metric, end(values), sumsOf(key))),
    ...(before === null ? [] : [cellText(metric, end(before), null)]),
  ];
  return (
    <DataTable
      caption={title}
      columns={columns}
      rows={slots.map((_, at) => at)}
      rowKey={(at) => slots[at]?.key ?? String(at)}
      foot={foot}
    />
  );
}
