import { type ReactNode, useCallback, useMemo } from 'react';
import type { ExploredView, UsageBreakdown } from '../../shared/contract/usage-explore.ts';
import type { CostCertainty } from '../../shared/usage-words.ts';
import { ChartFrame } from '../charts/chart-frame.tsx';
import type { LegendEntry } from '../charts/picture-source.ts';
import { StackedChart } from '../charts/stacked-chart.tsx';
import { m } from '../i18n/messages.ts';
import { certainties, costText, markText, metricOf, metricText, metricValues, sumsText } from './figures.ts';
import { useLabels } from './labels.ts';
import { rangeTitle } from './moments.ts';
import { barsOf, namesOfKey } from './explore-view.ts';
import {
  barLengths,
  chartSeries,
  chartSlots,
  type NamedBars,
  OTHER,
  type RankedName,
  rankedNames,
  roomOf,
} from './overview-view.ts';
import { RankingBars } from './ranking-bars.tsx';
import { uncollectedBars } from './ranges.ts';
import { SumsTable } from './sums-table.tsx';
import { ValuesTable } from './values-table.tsx';

const t = m.explore;

export interface Explored {
  readonly bars: NamedBars;
  readonly ranked: readonly RankedName[];
  readonly nameOf: (key: string) => string;
  readonly title: string;
}

/** What a breakdown shows, ranked and named. */
export function useExplored(data: UsageBreakdown, { figure, picture }: ExploredView): Explored {
  const label = useLabels();
  const bars = useMemo(() => barsOf(data), [data]);
  const ranked = useMemo(() => rankedNames(bars, figure), [bars, figure]);
  const { by, then } = data;
  const nameOf = useCallback(
    (key: string): string => {
      const names = namesOfKey(key);
      if (names === null) return m.usage.other(data.other?.names ?? 0);
      const [name, within] = names;
      return then === null || within === null ? label(by, name) : t.pair(label(by, name), label(then, within));
    },
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the labels change with the answer at the latest
    [data],
  );
  const byName = m.usage.groupings[by].toLowerCase();
  const names = then === null ? byName : t.and(byName, m.usage.groupings[then].toLowerCase());
  const title =
    picture === 'ranking'
      ? t.titleRanking(t.figures[figure], names)
      : t.title(t.figures[figure], m.usage.per[data.bucket], names);
  return { bars, ranked, nameOf, title };
}

interface Props {
  readonly view: ExploredView;
  readonly explored: Explored;
  /** Instead of what it shows: the name of a view. */
  readonly title?: string;
  readonly tools?: ReactNode;
  readonly asTable: boolean;
  readonly onAsTable: (asTable: boolean) => void;
  readonly height: number;
  readonly lit: string | null;
  readonly onLit: (key: string | null) => void;
  /** Of a series; null: there is nothing to narrow to. */
  readonly narrow: (key: string) => (() => void) | null;
  /** @param key - of the series that was walked to; null: all of the bar. */
  readonly onPick?: (bucket: { readonly from: string; readonly to: string }, key: string | null) => void;
  readonly children?: ReactNode;
}

/** The picture of a view, and the same as a table. */
export function ExploredPicture(props: Props) {
  const { view, explored, asTable, onAsTable, height, lit, onLit, narrow, onPick } = props;
  const { bars, ranked, nameOf } = explored;
  const { figure, picture } = view;
  const title = props.title ?? explored.title;
  const isLines = picture === 'lines';
  const drawn = useMemo(() => (isLines ? ranked.filter(({ key }) => key !== OTHER) : ranked), [ranked, isLines]);
  const series = useMemo(() => chartSeries(drawn, nameOf, false), [drawn, nameOf]);
  const all = useMemo(() => chartSeries(ranked, nameOf, false), [ranked, nameOf]);
  const slots = useMemo(() => chartSlots(bars, []), [bars]);
  const totals = useMemo(() => metricValues(figure, bars.values), [figure, bars]);
  const format = useCallback(
    (value: number, certainty?: CostCertainty) => costText(metricText(figure, value), certainty),
    [figure],
  );
  const formatMark = useCallback((value: number, step: number) => markText(figure, value, step), [figure]);
  const lengths = barLengths(ranked);
  const range = rangeTitle(bars.from, bars.to, bars.zone);
  const uncollected = uncollectedBars(bars.buckets, bars.collectedSince, bars.zone);
  const legend = (picture === 'ranking' ? ranked : drawn).map(({ key, color, sums }): LegendEntry => {
    return { label: nameOf(key), color, value: sumsText(figure, sums) };
  });
  return (
    <ChartFrame
      title={title}
      summary={<Summary explored={explored} view={view} range={range} />}
      tools={props.tools}
      asTable={asTable}
      onAsTable={onAsTable}
      picture={
        picture === 'ranking'
          ? {
              range,
              legend: [],
              body: {
                kind: 'bars',
                rows: legend.map((entry, at) => {
                  const isRest = entry.color === 'other';
                  return { ...entry, color: isRest ? entry.color : 0, share: lengths[at] ?? 0 };
                }),
              },
            }
          : {
              ...{ range, legend, isLines, body: { kind: 'canvas' } },
              signs: uncollected > 0 ? [m.charts.signs.hatched] : [],
            }
      }
      table={() =>
        picture === 'ranking' ? (
          <SumsTable caption={title} ranked={ranked} nameOf={nameOf} totals={bars.totals} />
        ) : (
          <ValuesTable
            title={title}
            slots={slots}
            series={all}
            before={null}
            metric={figure}
            bars={bars}
            isSum={false}
          />
        )
      }
    >
      {picture === 'ranking' ? (
        <RankingBars title={title} figure={figure} ranked={ranked} nameOf={nameOf} narrow={narrow} />
      ) : (
        <StackedChart
          label={title}
          slots={slots}
          series={series}
          kind={isLines ? 'lines' : 'bars'}
          totals={totals}
          certainty={figure === 'spend' ? certainties(bars.values) : undefined}
          before={null}
          uncollected={uncollected}
          lit={lit}
          onLit={onLit}
          format={format}
          formatMark={formatMark}
          room={roomOf(bars)}
          height={height}
          onPick={(at, key) => {
            const slot = bars.buckets[at];
            if (slot !== undefined) onPick?.(slot, key);
          }}
        />
      )}
      {props.children}
    </ChartFrame>
  );
}

interface SummaryProps {
  readonly explored: Explored;
  readonly view: ExploredView;
  readonly range: string;
}

/** Costs say how far they are known. */
function Summary({ explored: { bars, ranked, nameOf }, view: { figure }, range }: SummaryProps) {
  const all = metricOf(figure, bars.totals);
  if (bars.totals.requests > 0 && all === 0 && figure !== 'spend') return t.emptyFigure(t.figures[figure], range);
  const [top] = ranked;
  const most = top === undefined || top.key === OTHER || top.share === 0 || ranked.length < 2 ? null : nameOf(top.key);
  return m.usage.chart.summary(sumsText(figure, bars.totals), range, most);
}
