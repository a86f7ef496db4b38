import { useCallback, useMemo, useState } from 'react';
import type { UsageOverview } from '../../shared/contract/usage.ts';
import { certaintyOf, type CostCertainty } from '../../shared/usage-words.ts';
import { ChartFrame } from '../charts/chart-frame.tsx';
import { DataTable } from '../charts/data-table.tsx';
import { StackedChart } from '../charts/stacked-chart.tsx';
import { totalsOf } from '../charts/stack.ts';
import { m } from '../i18n/messages.ts';
import { formatRoute, HOME, navigateUsage } from '../state/route.ts';
import { certainties, costText, exactText, markText, metricText, sumsText } from '../usage/figures.ts';
import { useLabels } from '../usage/labels.ts';
import { chartSeries, chartSlots, OTHER, rankedNames } from '../usage/overview-view.ts';
import { uncollectedBars } from '../usage/ranges.ts';
import styles from './home.module.css';

const METRIC = 'spend';
const HEIGHT_PX = 220;
const ROOM_PX = 64;

/** Spend per day, stacked by provider. A day leads to its calls in Usage. */
export function SpendChart({ overview }: { readonly overview: UsageOverview }) {
  const [asTable, setAsTable] = useState(false);
  const label = useLabels();
  const { by, buckets, zone, collectedSince, totals, other } = overview;
  const nameOf = useCallback(
    (key: string) => (key === OTHER ? m.usage.other(other?.names ?? 0) : label(by, key)),
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the labels change with the overview at the latest
    [overview],
  );
  const ranked = useMemo(() => rankedNames(overview, METRIC), [overview]);
  const series = useMemo(() => chartSeries(ranked, nameOf, false), [ranked, nameOf]);
  const slots = useMemo(() => chartSlots(overview, []), [overview]);
  const sums = totalsOf(series, slots.length);
  const top = ranked[0];
  const most = top === undefined || top.share === 0 || ranked.length < 2 ? null : nameOf(top.key);
  const certainty = certainties(overview.values);
  const pick = (at: number): void => {
    const slot = buckets[at];
    if (slot !== undefined) navigateUsage({ tab: 'requests', range: 'custom', from: slot.from, to: slot.to });
  };
  return (
    <ChartFrame
      title={m.home.spend}
      summary={
        certaintyOf(totals) === 'unknown' || totals.requests === 0
          ? m.home.spendNone
          : m.home.spendText(sumsText(METRIC, totals), most)
      }
      tools={
        <a href={formatRoute({ ...HOME, screen: 'usage' })} className={styles.open}>
          {m.home.openUsage}
        </a>
      }
      asTable={asTable}
      onAsTable={setAsTable}
      table={() => (
        <DataTable
          caption={m.home.spend}
          rows={slots.map((_, at) => at)}
          rowKey={(at) => slots[at]?.key ?? String(at)}
          columns={[
            { key: 'slot', title: m.usage.chart.slot, cell: (at) => slots[at]?.title },
            {
              key: 'total',
              title: m.usage.chart.total,
              figure: true,
              cell: (at) => costText(exactText(METRIC, sums[at] ?? 0), certainty[at]),
            },
            ...series.map(({ key, label: title, values, certainty: ofSeries }) => ({
              key,
              title,
              figure: true,
              cell: (at: number) => costText(exactText(METRIC, values[at] ?? 0), ofSeries?.[at]),
            })),
          ]}
        />
      )}
    >
      <StackedChart
        label={m.home.spend}
        slots={slots}
        series={series}
        kind="bars"
        certainty={certainty}
        before={null}
        uncollected={uncollectedBars(buckets, collectedSince, zone)}
        lit={null}
        format={spendText}
        formatMark={markSpend}
        room={ROOM_PX}
        height={HEIGHT_PX}
        onPick={pick}
      />
    </ChartFrame>
  );
}

const spendText = (value: number, certainty?: CostCertainty): string => costText(metricText(METRIC, value), certainty);
const markSpend = (value: number, step: number): string => markText(METRIC, value, step);
