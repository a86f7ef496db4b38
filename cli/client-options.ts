import { isDay, isTime } from './date-words.ts';
import { usage } from './fail.ts';

const HOUR_MS = 60 * 60 * 1000;
const UNIT_MS: Readonly<Record<string, number>> = { h: HOUR_MS, d: 24 * HOUR_MS, w: 7 * 24 * HOUR_MS };

/**
 * "12h", "7d", "2w" from now, or a date (the end of that day in the vault's reporting zone) or time, as RFC 3339.
 * @throws AppError `invalid_input`.
 */
export function endOf(text: string, nowMs = Date.now()): string {
  const [, count, unit = ''] = /^([1-9][0-9]{0,3})([hdw])$/.exec(text) ?? [];
  if (count !== undefined) return new Date(nowMs + Number(count) * (UNIT_MS[unit] ?? Number.NaN)).toISOString();
  if (isDay(text)) return text;
  if (isTime(text)) return new Date(text).toISOString();
  throw usage('--expires takes a time from now or a date.', 'For example 12h, 7d or 2027-01-31.');
}
