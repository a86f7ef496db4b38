import { clockIn } from '../../shared/zone-clock.ts';
import { windowZone } from './zone.ts';

/**
 * Numbers, days and times are written one way in the whole window: 1,690, 22 Nov 2026, 14:05. Its words are English whatever
 * the system's language, and so are those of the core (shared/moment-words.ts), which stand beside them.
 */
export const NUMBERS = 'en';
export const timeFormat = (options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat =>
  new Intl.DateTimeFormat('en-GB', options);

export function plural(count: number, one: string, other: string): string {
  const rule = new Intl.PluralRules('en').select(count);
  return `${formatNumber(count)} ${rule === 'one' ? one : other}`;
}

/** With a capital letter at its beginning. */
export const asSentence = (words: string): string => `${words[0]?.toUpperCase() ?? ''}${words.slice(1)}`;

export function formatNumber(value: number): string {
  return new Intl.NumberFormat(NUMBERS).format(value);
}

/** `null` where nothing was measured. */
export function formatLatency(latencyMs: number | null): string | null {
  if (latencyMs === null) return null;
  return latencyMs < 10_000
    ? `${formatNumber(Math.round(latencyMs))} ms`
    : `${formatNumber(Math.round(latencyMs / 100) / 10)} s`;
}

/** Of a file. */
export function formatBytes(bytes: number): string {
  const kib = Math.ceil(bytes / 1024);
  return kib < 1024 ? `${formatNumber(kib)} KiB` : `${formatNumber(Math.round(bytes / 104_857.6) / 10)} MiB`;
}

export function formatSeconds(ms: number): string {
  const seconds = ms / 1000;
  return `${formatNumber(seconds < 10 ? Math.round(seconds * 10) / 10 : Math.round(seconds))} s`;
}

/** @param zone - IANA name, where not that of the window is meant. */
export function formatDate(iso: string, zone = windowZone()): string {
  return timeFormat({ dateStyle: 'medium', timeZone: zone }).format(new Date(iso));
}

/** A day of a calendar, such as 2026-11-24: the same day in every zone. */
export function formatDay(day: string): string {
  return timeFormat({ dateStyle: 'medium', timeZone: 'UTC' }).format(new Date(day));
}

/** The month of such a day: "November 2026". */
export function formatMonth(day: string): string {
  return timeFormat({ month: 'long', year: 'numeric', timeZone: 'UTC' }).format(new Date(day));
}

/** @param zone - as in `formatDate`. */
export function formatDateTime(iso: string, zone = windowZone()): string {
  return timeFormat({ dateStyle: 'medium', timeStyle: 'short', timeZone: zone }).format(new Date(iso));
}

/** To the second; with its day where that is not today. */
export function formatMoment(iso: string, nowMs = Date.now()): string {
  const moment = new Date(iso);
  const zone = windowZone();
  const clock = clockIn(zone);
  const isToday = clock(moment.getTime()).slice(0, 10) === clock(nowMs).slice(0, 10);
  const day = isToday ? {} : ({ dateStyle: 'medium' } as const);
  return timeFormat({ ...day, timeStyle: 'medium', timeZone: zone }).format(moment);
}

const STEPS = [
  ['year', 31_557_600_000],
  ['month', 2_629_800_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const;

/** "3 hours ago", "in 12 days". @param near - for less than a minute, to come or gone: the clock here is read now and then. */
export function formatRelative(iso: string, nowMs: number, near = 'just now'): string {
  const deltaMs = Date.parse(iso) - nowMs;
  const format = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'long' });
  for (const [unit, sizeMs] of STEPS) {
    if (Math.abs(deltaMs) >= sizeMs) return format.format(Math.round(deltaMs / sizeMs), unit);
  }
  return near;
}

/** Micro-dollars, exactly: a test may cost less than a cent. */
export function formatUsd(micro: number): string {
  const format = new Intl.NumberFormat(NUMBERS, { style: 'currency', currency: 'USD', maximumFractionDigits: 6 });
  return format.format(micro / 1_000_000);
}

/** Money to be read, not reckoned with: cents, and below a cent what it takes to see more than nothing. */
export function formatMoney(micro: number): string {
  const dollars = micro / 1_000_000;
  const small = dollars !== 0 && Math.abs(dollars) < 0.01;
  return new Intl.NumberFormat(NUMBERS, {
    style: 'currency',
    currency: 'USD',
    ...(small ? { maximumSignificantDigits: 2 } : { minimumFractionDigits: 2, maximumFractionDigits: 2 }),
  }).format(dollars);
}
