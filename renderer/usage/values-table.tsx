import type { BucketValues } from '../../shared/contract/usage.ts';
import type { UsageFigure } from '../../shared/usage-words.ts';
import { type Column, DataTable } from '../charts/data-table.tsx';
import { type ChartSeries, type ChartSlot, cumulative } from '../charts/stack.ts';
import { m } from '../i18n/messages.ts';
import { exactText, metricOf, metricValues } from './figures.ts';
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
}

/** What a cell of the table says: nothing is shown as known that is not. */
function cellText(metric: UsageFigure, value: number | null | undefined, calls: Calls | null): string {
  if (value == null) return '–';
  const text = exactText(metric, value);
  if (metric !== 'spend' || calls === null || calls.unpriced === 0) return text;
  return calls.unpriced === calls.requests ? t.unknown : t.atLeast(text);
}

interface Calls {
  readonly requests: number;
  readonly unpriced: number;
}

/** The bars as figures, a line each. Where a part of a cost is not known, it says so. */
export function ValuesTable({ title, slots, series, before, metric, bars, isSum }: Props) {
  const sums = metricValues(metric, bars.values);
  const totals = isSum ? cumulative(sums) : sums;
  const uncollected = uncollectedBars(bars.buckets, bars.collectedSince, bars.zone);
  const valuesOf = (key: string): BucketValues | undefined =>
    key === OTHER ? bars.other?.values : bars.series.find((one) => one.key === key)?.values;
  const callsAt = (values: BucketValues | undefined, at: number): Calls | null => {
    const sumTo = (list: readonly number[]): number =>
      isSum ? list.slice(0, at + 1).reduce((sum, value) => sum + value, 0) : (list[at] ?? 0);
    return values === undefined ? null : { requests: sumTo(values.requests), unpriced: sumTo(values.unpriced) };
  };
  const figure = (at: number, value: number | undefined, values: BucketValues | undefined): string =>
    cellText(metric, at < uncollected ? null : value, callsAt(values, at));
  const columns: readonly Column<number>[] = [
    { key: 'slot', title: t.slot, cell: (at) => slots[at]?.title },
    { key: 'total', title: t.total, figure: true, cell: (at) => figure(at, totals[at], bars.values) },
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
    (key === OTHER ? bars.other?.totals : bars.series.find((one) => one.key === key)?.totals) ?? null;
  const end = (values: readonly (number | null)[]): number =>
    isSum ? (values.at(-1) ?? 0) : values.reduce<number>((sum, value) => sum + (value ?? 0), 0);
  const foot = [
    t.total,
    cellText(metric, metricOf(metric, bars.totals), bars.totals),
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
