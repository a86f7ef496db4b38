import type { BucketValues, UsageOverview } from '../../shared/contract/usage.ts';
import type { UsageSums } from '../../shared/usage.ts';
import type { CostCertainty, UsageFigure } from '../../shared/usage-words.ts';
import { type Column, DataTable } from '../charts/data-table.tsx';
import { type ChartSeries, type ChartSlot, cumulative } from '../charts/stack.ts';
import { m } from '../i18n/messages.ts';
import { certainties, costText, exactText, figureCertainty, metricOf, metricValues } from './figures.ts';
import { type NamedBars, OTHER } from './overview-view.ts';
import { uncollectedBars } from './ranges.ts';

const t = m.usage.chart;

interface Props {
  readonly title: string;
  readonly slots: readonly ChartSlot[];
  readonly series: readonly ChartSeries[];
  readonly before: readonly (number | null)[] | null;
  readonly metric: UsageFigure;
  readonly bars: NamedBars;
  readonly isSum: boolean;
  /** What `before` is made of. */
  readonly previous?: UsageOverview['previous'];
}

/** What a cell of the table says: nothing is shown as known that is not. */
const cellText = (
  metric: UsageFigure,
  value: number | null | undefined,
  certainty: CostCertainty | undefined,
): string => (value == null ? '–' : costText(exactText(metric, value), certainty));

/** The bars as figures, a line each. Where a part of a cost is not known, it says so. */
export function ValuesTable({ title, slots, series, before, metric, bars, isSum, previous = null }: Props) {
  const sums = metricValues(metric, bars.values);
  const totals = isSum ? cumulative(sums) : sums;
  const uncollected = uncollectedBars(bars.buckets, bars.collectedSince, bars.zone);
  const certaintyIn = (values: BucketValues | undefined): readonly CostCertainty[] =>
    metric === 'spend' && values !== undefined ? certainties(values, isSum) : [];
  const [ofTotals, ofBefore] = [certaintyIn(bars.values), certaintyIn(previous?.values)];
  const figure = (at: number, value: number | undefined, certainty: CostCertainty | undefined): string =>
    cellText(metric, at < uncollected ? null : value, certainty);
  const columns: readonly Column<number>[] = [
    { key: 'slot', title: t.slot, cell: (at) => slots[at]?.title },
    { key: 'total', title: t.total, figure: true, cell: (at) => figure(at, totals[at], ofTotals[at]) },
    ...series.map(({ key, label, values, certainty }) => ({
      key,
      title: label,
      figure: true,
      cell: (at: number) => figure(at, values[at], certainty?.[at]),
    })),
    ...(before === null
      ? []
      : [
          {
            key: 'before',
            title: t.before,
            figure: true,
            cell: (at: number) => cellText(metric, before[at], ofBefore[at]),
          },
        ]),
  ];
  const sumsOf = (key: string): UsageSums | undefined =>
    key === OTHER ? bars.other?.totals : bars.series.find((one) => one.key === key)?.totals;
  const certaintyIf = (of: UsageSums | undefined): CostCertainty | undefined =>
    of === undefined ? undefined : figureCertainty(metric, of);
  const end = (values: readonly (number | null)[]): number =>
    isSum ? (values.at(-1) ?? 0) : values.reduce<number>((sum, value) => sum + (value ?? 0), 0);
  const foot = [
    t.total,
    cellText(metric, metricOf(metric, bars.totals), certaintyIf(bars.totals)),
    ...series.map(({ key, values }) => cellText(metric, end(values), certaintyIf(sumsOf(key)))),
    ...(before === null ? [] : [cellText(metric, end(before), certaintyIf(previous?.totals))]),
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
