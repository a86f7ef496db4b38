import { useCallback, useMemo } from 'react';
import type { UsageAnomaly } from '../../shared/contract/usage-forecast.ts';
import type { UsageOverview } from '../../shared/contract/usage.ts';
import type { CostCertainty } from '../../shared/usage-words.ts';
import { ChartFrame } from '../charts/chart-frame.tsx';
import type { ChartSlot } from '../charts/stack.ts';
import { StackedChart } from '../charts/stacked-chart.tsx';
import { formatDateTime } from '../i18n/format.ts';
import { m } from '../i18n/messages.ts';
import { navigateUsage } from '../state/route.ts';
import { BUCKETS, FILTER_DIMENSIONS, METRICS, type UsageRoute } from '../state/usage-route.ts';
import { Segmented } from '../ui/segmented.tsx';
import { Select } from '../ui/select.tsx';
import { certainties, costText, markText, metricText, metricValues, sumsText } from './figures.ts';
import { useLabels } from './labels.ts';
import { rangeTitle } from './moments.ts';
import { chartSeries, chartSlots, OTHER, peakOf, type RankedName, roomOf, valuesBefore } from './overview-view.ts';
import { uncollectedBars } from './ranges.ts';
import { canNarrow, routeName } from './use-filter.ts';
import styles from './usage.module.css';
import { ValuesTable } from './values-table.tsx';

const t = m.usage.chart;
const HEIGHT_PX = 300;

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
  const isCost = metric === 'spend';
  const format = useCallback(
    (value: number, certainty?: CostCertainty) => costText(metricText(metric, value), certainty),
    [metric],
  );
  const formatMark = useCallback((value: number, step: number) => markText(metric, value, step), [metric]);
  const uncollected = uncollectedBars(buckets, overview.collectedSince, zone);
  const title = isSum
    ? t.titleSum(m.usage.metrics[metric], m.usage.groupings[by])
    : t.title(m.usage.metrics[metric], m.usage.per[bucket], m.usage.groupings[by]);
  const pick = (at: number, key: string | null): void => {
    const slot = buckets[at];
    if (slot === undefined) return;
    const known = FILTER_DIMENSIONS.find((one) => one === by);
    const isOne = known !== undefined && key !== null && key !== OTHER && canNarrow(known, key);
    const filter = isOne ? { ...route.filter, [known]: routeName(known, key) } : route.filter;
    navigateUsage({ tab: 'requests', range: 'custom', from: slot.from, to: slot.to, filter });
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
      picture={{
        range: rangeTitle(overview.from, overview.to, zone),
        legend: ranked.map(({ key, color, sums }) => {
          return { label: nameOf(key), color, value: sumsText(metric, sums) };
        }),
        signs: [
          ...(before === null ? [] : [isSum ? m.charts.signs.beforeSum : m.charts.signs.before]),
          ...(slots.some(({ notes }) => notes.length > 0) ? [m.charts.signs.marked] : []),
          ...(uncollected > 0 ? [m.charts.signs.hatched] : []),
        ],
        body: { kind: 'canvas' },
      }}
      asTable={route.table}
      onAsTable={(table) => navigateUsage({ table }, 'replace')}
      table={() => (
        <ValuesTable
          title={title}
          slots={slots}
          series={series}
          before={before}
          metric={metric}
          bars={overview}
          previous={overview.previous}
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
        certainty={isCost ? certainties(overview.values, isSum) : undefined}
        certaintyBefore={
          isCost && overview.previous !== null ? certainties(overview.previous.values, isSum) : undefined
        }
        uncollected={uncollected}
        lit={lit}
        onLit={onLit}
        format={format}
        formatMark={formatMark}
        room={roomOf(overview)}
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
  const certainty = metric === 'spend' ? certainties(values) : [];
  const most = top === undefined || top.share === 0 || overview.series.length < 2 ? null : nameOf(top.key);
  return (
    <>
      {t.summary(sumsText(metric, totals), range, most)}{' '}
      {peak !== null &&
        t.peak(slots[peak]?.title ?? '', costText(metricText(metric, bars[peak] ?? 0), certainty[peak]))}{' '}
      {isPartial && collectedSince !== null && t.since(formatDateTime(collectedSince, zone))}
    </>
  );
}
