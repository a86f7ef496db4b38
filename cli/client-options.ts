import { usage } from './fail.ts';

const HOUR_MS = 60 * 60 * 1000;
const UNIT_MS: Readonly<Record<string, number>> = { h: HOUR_MS, d: 24 * HOUR_MS, w: 7 * 24 * HOUR_MS };

/**
 * "12h", "7d", "2w" from now, or a date (the end of that day, UTC) or time, as RFC 3339.
 * @throws AppError `invalid_input`.
 */
export function endOf(text: string, nowMs = Date.now()): string {
  const [, count, unit = ''] = /^([1-9][0-9]{0,3})([hdw])$/.exec(text) ?? [];
  if (count !== undefined) return new Date(nowMs + Number(count) * (UNIT_MS[unit] ?? Number.NaN)).toISOString();
  const isDate = /^\d{4}-\d{2}-\d{2}$/.test(text);
  const isTime = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/.test(text);
  const time = new Date(isDate ? `${text}T23:59:59Z` : text);
  // The engine turns the 31st of February into March.
  const real = !Number.isNaN(time.getTime()) && (!isDate || time.toISOString().startsWith(text));
  if ((isDate || isTime) && real) return time.toISOString();
  throw usage('--expires takes a time from now or a date.', 'For example 12h, 7d or 2027-01-31.');
}
