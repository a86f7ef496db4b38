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
  if (unit === 'day') return daysFrom(first, last);
  if (unit !== 'any') return inPeriods(unit, foldedTo, first, last, daysFrom);
  const weeks = (from: number, to: number) => inPeriods('week', foldedTo, from, to, daysFrom);
  const [byMonths, byWeeks] = [inPeriods('month', foldedTo, first, last, weeks), weeks(first, last)];
  return rowsIn(byWeeks) < rowsIn(byMonths) ? byWeeks : byMonths; // months at whose edges many days are left
}

/** @param edge - what the days before the first period and after the last are made of. */
function inPeriods(
  unit: keyof typeof PERIODS,
  foldedTo: number,
  first: number,
  last: number,
  edge: (first: number, last: number) => readonly Stretch[],
): readonly Stretch[] {
  if (first > last) return [];
  const { span, of, firstDay } = PERIODS[unit];
  const firstWhole = firstDay(of(first)) === first ? of(first) : of(first) + 1;
  // A period that is folded in part is taken where all of its folded days are asked for.
  const lastWhole = last >= foldedTo - 1 ? of(foldedTo - 1) : of(last + 1) - 1;
  if (firstWhole > lastWhole) return edge(first, last);
  const end = firstDay(lastWhole + 1) - 1;
  return [
    ...edge(first, firstDay(firstWhole) - 1),
    { span, first: firstWhole, last: lastWhole },
    ...daysFrom(foldedTo, Math.min(end, last)),
    ...edge(end + 1, last),
  ];
}

function daysFrom(first: number, last: number): Stretch[] {
  return first > last ? [] : [{ span: SPAN_DAY, first, last }];
}

function rowsIn(found: readonly Stretch[]): number {
  return found.reduce((rows, { first, last }) => rows + last - first + 1, 0);
}
