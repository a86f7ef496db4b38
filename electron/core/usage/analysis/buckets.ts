import { AppError } from '../../../../shared/errors.ts';
import type { USAGE_BUCKETS, UsageBucket } from '../../../../shared/contract/usage.ts';
import { dateOfDay, HOUR_MS } from '../reporting-days.ts';
import { addMonths, type Calendar, hourText, monthStart, weekday } from './calendar.ts';
import { inDays, inHours, type Range } from './range.ts';

export type BucketUnit = (typeof USAGE_BUCKETS)[number];

export const MAX_BUCKETS = 10_000;
/** Where nobody says otherwise: the finest that has at most so many of them. */
const MOST_HOURS = 49; // two days, one of them of 25 hours
const MOST_DAYS = 93;
const MOST_WEEKS = 105;

/** One bar: hours where the unit is the hour, else days; within the range, first and last included. */
export interface Bucket {
  readonly first: number;
  readonly last: number;
  /** The whole of it, where the range cuts it. */
  readonly wholeFirst: number;
  readonly wholeLast: number;
}

export interface Buckets {
  readonly unit: BucketUnit;
  readonly list: readonly Bucket[];
}

export function unitFor(asked: BucketUnit | 'auto', range: Range, calendar: Calendar): BucketUnit {
  if (asked !== 'auto') return asked;
  const hours = inHours(range, calendar);
  if (hours.last - hours.first + 1 <= MOST_HOURS) return 'hour';
  const days = inDays(range, calendar);
  const length = days.last - days.first + 1;
  if (length <= MOST_DAYS) return 'day';
  return length <= MOST_WEEKS * 7 ? 'week' : 'month';
}

/** @throws AppError `invalid_input` where there would be more than MAX_BUCKETS. */
export function bucketsOf(range: Range, unit: BucketUnit, calendar: Calendar): Buckets {
  const { first, last } = unit === 'hour' ? inHours(range, calendar) : inDays(range, calendar);
  const daysOf = { hour: 1, day: 1, week: 7, month: 28 } as const;
  if ((last - first + 1) / daysOf[unit] > MAX_BUCKETS) {
    throw new AppError(
      'invalid_input',
      'This asks for more bars than can be shown. Nothing was summed.',
      unit === 'month' ? 'Ask for a shorter time.' : 'Ask for a shorter time, or for weeks or months.',
    );
  }
  const list: Bucket[] = [];
  for (let at = first; at <= last; ) {
    const [wholeFirst, wholeLast] = around(at, unit);
    list.push({ first: at, last: Math.min(wholeLast, last), wholeFirst, wholeLast });
    at = wholeLast + 1;
  }
  return { unit, list };
}

function around(at: number, unit: BucketUnit): readonly [number, number] {
  if (unit === 'week') {
    const monday = at - weekday(at);
    return [monday, monday + 6];
  }
  if (unit === 'month') {
    const start = monthStart(at);
    return [start, addMonths(start, 1) - 1];
  }
  return [at, at];
}

/** As windows show them. @param range - hours may cut the first and last day. */
export function shownBuckets({ unit, list }: Buckets, range: Range, calendar: Calendar, nowMs: number): UsageBucket[] {
  if (unit === 'hour') {
    return list.map(({ first }) => ({
      from: hourText(first),
      to: hourText(first + 1),
      partial: (first + 1) * HOUR_MS > nowMs,
    }));
  }
  const today = calendar.dayOfMs(nowMs);
  const hours = range.unit === 'hour' ? range : null;
  return list.map(({ first, last, wholeFirst, wholeLast }) => ({
    from: dateOfDay(first),
    to: dateOfDay(last),
    partial:
      first > wholeFirst ||
      last < wholeLast ||
      wholeLast >= today ||
      (hours !== null && (hours.first > calendar.startHour(first) || hours.last < calendar.startHour(last + 1) - 1)),
  }));
}
