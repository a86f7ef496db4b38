import { AppError } from '../../../../shared/errors.ts';
import { dateOfDay, dayNumber, HOUR_MS } from '../reporting-days.ts';
import { addMonths, type Calendar, hourText, LAST_DAY, monthStart, weekday, yearStart } from './calendar.ts';

/** Whole days, or whole hours of UTC; first and last included. */
export interface Range {
  readonly unit: 'day' | 'hour';
  readonly first: number;
  readonly last: number;
}

export interface RangeText {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

export interface RangeContext {
  readonly calendar: Calendar;
  readonly nowMs: number;
  /** The first hour that anything was counted in; null: nothing was. */
  readonly firstHour: number | null;
}

const HOURS_A_DAY = 24;
/**
 * What `from` and `to` mean: days, words for days, or times, which count by their hour. A day and a time together are hours.
 * @param otherwise - what is meant by a `from` that is left out. A `to` that is left out is today, or the end of `from`.
 * @throws AppError `invalid_input`, also where the range ends before it begins.
 */
export function rangeOf(text: RangeText, context: RangeContext, otherwise = 'all'): Range {
  const from = spanOf(text.from ?? otherwise, context);
  const to = text.to === undefined ? open(from, context) : spanOf(text.to, context);
  const unit = from.unit === 'day' && to.unit === 'day' ? 'day' : 'hour';
  const first = unit === from.unit ? from.first : context.calendar.startHour(from.first);
  const last = unit === to.unit ? to.last : context.calendar.startHour(to.last + 1) - 1;
  if (first > last) {
    // Times may be the same, or within one hour.
    const isEmpty = unit === 'hour' && first === last + 1;
    const what = isEmpty ? 'The period has no length, or ends before it begins.' : 'The period ends before it begins.';
    const hint = isEmpty ? 'Give a later end, or swap from and to.' : 'Swap from and to.';
    throw new AppError('invalid_input', `${what} Nothing was summed.`, hint);
  }
  return { unit, first, last };
}

function open(from: Range, { calendar, nowMs }: RangeContext): Range {
  if (from.unit === 'day') {
    const last = Math.max(calendar.dayOfMs(nowMs), from.first);
    return { unit: 'day', first: last, last };
  }
  const last = Math.max(Math.floor(nowMs / HOUR_MS), from.first);
  return { unit: 'hour', first: last, last };
}

/** The stretch of time that one word, day or time stands for. */
function spanOf(text: string, context: RangeContext): Range {
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return oneDay(dayNumber(text));
  const length = /^(\d+)([hdw])$/.exec(text);
  if (length !== null) return lastOnes(Number(length[1]), length[2] as 'h' | 'd' | 'w', context);
  const { calendar, nowMs } = context;
  const today = calendar.dayOfMs(nowMs);
  const monday = today - weekday(today);
  const month = monthStart(today);
  const year = yearStart(today);
  switch (text) {
    case 'now': {
      const hour = Math.floor(nowMs / HOUR_MS);
      return { unit: 'hour', first: hour, last: hour };
    }
    case 'all': {
      const { firstHour } = context;
      return days(firstHour === null ? today : Math.min(today, calendar.dayOfHour(firstHour)), today);
    }
    case 'today':
      return oneDay(today);
    case 'yesterday':
      return oneDay(today - 1);
    case 'this-week':
      return days(monday, monday + 6);
    case 'last-week':
      return days(monday - 7, monday - 1);
    case 'this-month':
      return days(month, addMonths(month, 1) - 1);
    case 'last-month':
      return days(addMonths(month, -1), month - 1);
    case 'this-year':
      return days(year, addMonths(year, 12) - 1);
    case 'last-year':
      return days(addMonths(year, -12), year - 1);
    default:
      return time(text);
  }
}

/** So many hours, days or weeks up to now, the current one included. */
function lastOnes(count: number, unit: 'h' | 'd' | 'w', { calendar, nowMs }: RangeContext): Range {
  if (unit === 'h') {
    const hour = Math.floor(nowMs / HOUR_MS);
    return { unit: 'hour', first: hour - count + 1, last: hour };
  }
  const today = calendar.dayOfMs(nowMs);
  return days(today - count * (unit === 'w' ? 7 : 1) + 1, today);
}

/** A time begins with its hour; as an end it counts up to its hour. */
function time(text: string): Range {
  const atMs = Date.parse(text);
  if (!Number.isFinite(atMs)) {
    throw new AppError(
      'invalid_input',
      'This is no day and no time. Nothing was summed.',
      'Write a day as 2026-11-20, a time as 2026-11-20T14:00:00Z, or a word as 7d, today or this-month.',
    );
  }
  const hour = Math.min(Math.max(atMs / HOUR_MS, 0), LAST_DAY * HOURS_A_DAY);
  return { unit: 'hour', first: Math.floor(hour), last: Math.ceil(hour) - 1 };
}

function days(first: number, last: number): Range {
  const bounded = (day: number) => Math.min(Math.max(day, 0), LAST_DAY);
  return { unit: 'day', first: bounded(first), last: bounded(last) };
}

function oneDay(day: number): Range {
  return days(day, day);
}

/** The range as hours. */
export function inHours({ unit, first, last }: Range, calendar: Calendar): Range {
  if (unit === 'hour') return { unit, first, last };
  return { unit: 'hour', first: calendar.startHour(first), last: calendar.startHour(last + 1) - 1 };
}

/** The whole days that hold the range. */
export function inDays({ unit, first, last }: Range, calendar: Calendar): Range {
  if (unit === 'day') return { unit, first, last };
  return { unit: 'day', first: calendar.dayOfHour(first), last: calendar.dayOfHour(last) };
}

/**
 * The same length of time before. A month, or its beginning, is compared with the same days of the month before, a year
 * likewise.
 */
export function before({ unit, first, last }: Range): Range {
  const length = last - first + 1;
  if (unit === 'hour') return { unit, first: first - length, last: first - 1 };
  for (const [months, start] of [
    [1, monthStart(first)],
    [12, yearStart(first)],
  ] as const) {
    const after = addMonths(start, months);
    // One day is compared with the day before it, also on the first of a month.
    if (start !== first || last >= after || length === 1) continue;
    const earlier = addMonths(start, -months);
    return days(earlier, last === after - 1 ? start - 1 : Math.min(earlier + length - 1, start - 1));
  }
  return days(Math.max(first - length, 0), first - 1);
}

/** As it can be asked for again: days, or times of whole hours, the end not included. */
export function rangeTexts({ unit, first, last }: Range): { readonly from: string; readonly to: string } {
  return unit === 'day'
    ? { from: dateOfDay(first), to: dateOfDay(last) }
    : { from: hourText(first), to: hourText(last + 1) };
}
