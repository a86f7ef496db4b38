import type { UsageBucket } from '../../shared/contract/usage.ts';
import { timeFormat } from '../i18n/format.ts';

/** How bars are named. A day carries no time, so it is written as it stands, in no zone. */
const made = new Map<string, Intl.DateTimeFormat>();

function format(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = JSON.stringify(options);
  let one = made.get(key);
  if (one === undefined) {
    one = timeFormat(options);
    made.set(key, one);
  }
  return one;
}

const day = (text: string): Date => new Date(`${text}T00:00:00Z`);

export const dayTitle = (text: string): string =>
  format({ timeZone: 'UTC', weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' }).format(day(text));
export const dayName = (text: string): string =>
  format({ timeZone: 'UTC', day: 'numeric', month: 'short' }).format(day(text));
export const monthTitle = (text: string): string =>
  format({ timeZone: 'UTC', month: 'long', year: 'numeric' }).format(day(text));
export const monthName = (text: string): string => format({ timeZone: 'UTC', month: 'short' }).format(day(text));
export const weekdayName = (weekday: number, width: 'short' | 'long'): string =>
  // 2024-01-01 was a Monday.
  format({ timeZone: 'UTC', weekday: width }).format(new Date(Date.UTC(2024, 0, 1 + weekday)));

export function daysTitle(from: string, to: string): string {
  return format({ timeZone: 'UTC', day: 'numeric', month: 'short', year: 'numeric' }).formatRange(day(from), day(to));
}

export const timeIn = (zone: string, at: string): string =>
  format({ timeZone: zone, hour: '2-digit', minute: '2-digit' }).format(new Date(at));
/** To the second, with its day. */
export const momentIn = (zone: string, at: string): string =>
  format({
    timeZone: zone,
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  }).format(new Date(at));

/** To the minute, with its day: where there is little room. */
export const minuteIn = (zone: string, at: string): string =>
  format({
    ...{ timeZone: zone, day: 'numeric', month: 'short' },
    ...{ hour: '2-digit', minute: '2-digit' },
  }).format(new Date(at));

export interface BarNames {
  /** On the axis. */
  readonly name: string;
  readonly title: string;
}

/** @param isLong - so many hours that their time alone does not tell them apart. */
export function barNames(
  { from, to }: Pick<UsageBucket, 'from' | 'to'>,
  bucket: 'hour' | 'day' | 'week' | 'month',
  zone: string,
  isLong = false,
): BarNames {
  switch (bucket) {
    case 'hour': {
      const date = format({ timeZone: zone, weekday: 'short', day: 'numeric', month: 'short' }).format(new Date(from));
      const begin = timeIn(zone, from);
      const day = format({ timeZone: zone, day: 'numeric', month: 'short' }).format(new Date(from));
      return { name: isLong ? `${day}, ${begin}` : begin, title: `${date}, ${begin}–${timeIn(zone, to)}` };
    }
    case 'day':
      return { name: dayName(from), title: dayTitle(from) };
    case 'week':
      return { name: dayName(from), title: daysTitle(from, to) };
    case 'month':
      return { name: monthName(from), title: monthTitle(from) };
  }
}

/** A range in words: one day, several, or hours of a day. */
export function rangeTitle(from: string, to: string, zone: string): string {
  if (from.length === 10 && to.length === 10) return from === to ? dayTitle(from) : daysTitle(from, to);
  const options = { timeZone: zone, day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' } as const;
  return format({ ...options }).formatRange(new Date(from), new Date(to));
}
