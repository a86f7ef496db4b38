import { firstDayOfMonth, firstDayOfWeek, monthOfDay, weekOfDay } from '../reporting-days.ts';
import type { BucketUnit } from './buckets.ts';
import type { Calendar } from './calendar.ts';
import { inDays, inHours, type Range } from './range.ts';
import type { Slice } from './source.ts';

/**
 * The rollups that a range is read from: whole days from the days of the reporting zone, and whole weeks or months of them
 * from those; hours at the edges from the hours. All from the hours in another zone, and where days begin within an hour.
 * @param unit - of the bars, which no row may be wider than; `whole`: there are none.
 * @param foldedTo - the first day that is in no week or month row yet; null: the calendar is of another zone.
 */
export function slicesOf(
  range: Range,
  unit: BucketUnit | 'whole',
  calendar: Calendar,
  foldedTo: number | null,
): readonly Slice[] {
  if (unit === 'hour') return [hoursOf(range, calendar)];
  if (foldedTo === null) return [hoursOf(range, calendar)];
  if (range.unit === 'day') return daySlices(range.first, range.last, unit, foldedTo);
  const hours = inHours(range, calendar);
  const { first, last } = inDays(range, calendar);
  const firstWhole = calendar.startHour(first) === hours.first ? first : first + 1;
  const lastWhole = calendar.startHour(last + 1) - 1 === hours.last ? last : last - 1;
  const areAligned = calendar.startsWithHour(firstWhole) && calendar.startsWithHour(lastWhole + 1);
  if (firstWhole > lastWhole || !areAligned) return [hoursOf(range, calendar)];
  return present([
    { span: 'hour', first: hours.first, last: calendar.startHour(firstWhole) - 1 },
    ...daySlices(firstWhole, lastWhole, unit, foldedTo),
    { span: 'hour', first: calendar.startHour(lastWhole + 1), last: hours.last },
  ]);
}

function hoursOf(range: Range, calendar: Calendar): Slice {
  const { first, last } = inHours(range, calendar);
  return { span: 'hour', first, last };
}

function daySlices(first: number, last: number, unit: BucketUnit | 'whole', foldedTo: number): readonly Slice[] {
  const days: Slice = { span: 'day', first, last };
  if (unit === 'hour' || unit === 'day') return [days];
  const end = Math.min(last, foldedTo - 1);
  const isWeeks = unit === 'week';
  const numberOf = isWeeks ? weekOfDay : monthOfDay;
  const startOf = isWeeks ? firstDayOfWeek : firstDayOfMonth;
  const from = startOf(numberOf(first)) === first ? numberOf(first) : numberOf(first) + 1;
  const to = startOf(numberOf(end) + 1) - 1 === end ? numberOf(end) : numberOf(end) - 1;
  if (from > to) return [days];
  return present([
    { span: 'day', first, last: startOf(from) - 1 },
    { span: isWeeks ? 'week' : 'month', first: from, last: to },
    { span: 'day', first: startOf(to + 1), last },
  ]);
}

function present(slices: readonly Slice[]): readonly Slice[] {
  return slices.filter(({ first, last }) => first <= last);
}
