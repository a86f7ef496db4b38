import { clockIn, daysLater, momentAt } from '../shared/zone-clock.ts';

const DAY = /^\d{4}-\d{2}-\d{2}$/;
const TIME = /^(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/;
const LENGTH = /^([1-9]\d{0,3})([hdw])$/;
const HOUR_MS = 3_600_000;
const DAYS_A_WEEK = 7;

/** A day of the calendar, as 2026-11-20. The engine takes the 31st of February for the 3rd of March; here it is none. */
export function isDay(text: string): boolean {
  if (!DAY.test(text)) return false;
  const time = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(time.getTime()) && time.toISOString().startsWith(text);
}

/** A time with its zone, as 2026-11-20T14:00:00Z (RFC 3339; seconds may be left out). */
export function isTime(text: string): boolean {
  const day = TIME.exec(text)?.[1];
  return day !== undefined && isDay(day) && !Number.isNaN(Date.parse(text));
}

/** UTC epoch milliseconds; `endMs` is the first one after it. */
export interface Span {
  readonly startMs: number;
  readonly endMs: number;
}

/** When a day begins there: not all of them have 24 hours, or a midnight. */
const startOf = (day: string, zone: string): number => momentAt(day, '00:00', zone);

/**
 * What a day, a time, or a word for some (`today`, `yesterday`, `24h`, `7d`, `4w`: up to now, the current one included)
 * means by the calendar of a zone (IANA name); null for anything else. A time is a moment: it ends where it starts.
 */
export function spanOf(text: string, zone: string, nowMs = Date.now()): Span | null {
  if (isTime(text)) return { startMs: Date.parse(text), endMs: Date.parse(text) };
  const [, count, unit] = LENGTH.exec(text) ?? [];
  if (unit === 'h') return { startMs: nowMs - Number(count) * HOUR_MS, endMs: nowMs };
  const daysFrom = (day: string, first: number, last: number): Span => ({
    startMs: startOf(daysLater(day, first), zone),
    endMs: startOf(daysLater(day, last + 1), zone),
  });
  const today = clockIn(zone)(nowMs).slice(0, 10);
  const days = (first: number, last: number): Span => daysFrom(today, first, last);
  if (unit !== undefined) return days(1 - Number(count) * (unit === 'w' ? DAYS_A_WEEK : 1), 0);
  if (text === 'today') return days(0, 0);
  if (text === 'yesterday') return days(-1, -1);
  return isDay(text) ? daysFrom(text, 0, 0) : null;
}
