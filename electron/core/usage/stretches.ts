import { SPAN_DAY, SPAN_MONTH, SPAN_WEEK } from './dimensions.ts';
import { firstDayOfMonth, firstDayOfWeek, monthOfDay, weekOfDay } from './reporting-days.ts';

/** Rows of usage_rollup: `bucket BETWEEN first AND last` of this span. */
export interface Stretch {
  readonly span: typeof SPAN_DAY | typeof SPAN_WEEK | typeof SPAN_MONTH;
  readonly first: number;
  readonly last: number;
}

const PERIODS = {
  week: { span: SPAN_WEEK, of: weekOfDay, firstDay: firstDayOfWeek },
  month: { span: SPAN_MONTH, of: monthOfDay, firstDay: firstDayOfMonth },
} as const;

/**
 * The fewest rows that sum up some days, which come in no order: whole months and weeks where they are, days for the rest.
 * Each day is in exactly one of them. A week or month that is not over is in two: what is folded, and its days since.
 *
 *     for (const { span, first, last } of stretches(readUsageState(db)?.foldedTo ?? 0, from, to, 'any')) …
 *
 * @param foldedTo - first day that is in no week and month; usage_state.
 * @param first - day of the reporting zone; it and `last` are included.
 * @param unit - what the sums are for: rows of one `month` or `week` never reach into another; `any`: for one sum of all.
 */
export function stretches(
  foldedTo: number,
  first: number,
  last: number,
  unit: 'day' | 'week' | 'month' | 'any',
): readonly Stretch[] {
  const days = (from: number, to: number): Stretch[] => (from > to ? [] : [{ span: SPAN_DAY, first: from, last: to }]);
  if (unit === 'day') return days(first, last);
  const { span, of, firstDay } = unit === 'week' ? PERIODS.week : PERIODS.month;
  const firstWhole = firstDay(of(first)) === first ? of(first) : of(first) + 1;
  const lastWhole = Math.min(firstDay(of(last) + 1) === last + 1 ? of(last) : of(last) - 1, of(foldedTo - 1));
  if (firstWhole > lastWhole) return unit === 'any' ? stretches(foldedTo, first, last, 'week') : days(first, last);
  const edge = (from: number, to: number) =>
    unit === 'any' && from <= to ? stretches(foldedTo, from, to, 'week') : days(from, to);
  const end = firstDay(lastWhole + 1) - 1;
  return [
    ...edge(first, firstDay(firstWhole) - 1),
    { span, first: firstWhole, last: lastWhole },
    ...days(foldedTo, end), // of a period that is folded in part
    ...edge(end + 1, last),
  ];
}
