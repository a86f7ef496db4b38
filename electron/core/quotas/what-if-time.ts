import { AppError } from '../../../shared/errors.ts';
import { calendarOf } from '../usage/analysis/calendar.ts';
import { inHours, rangeOf } from '../usage/analysis/range.ts';
import { HOUR_MS, reportingDays } from '../usage/reporting-days.ts';
import { windowAt } from './periods.ts';

const LOOK_BACK_MS = 30 * 24 * HOUR_MS;

/**
 * From when and to when calls are looked at, in UTC milliseconds. Days and words are those of the reporting zone, as usage
 * reports read them; a time is meant exactly.
 * @throws AppError `invalid_input` where it ends before it begins, or a word is none.
 */
export function whatIfTime(
  { from, to }: { readonly from?: string | undefined; readonly to?: string | undefined },
  zone: string,
  nowMs: number,
): { readonly fromMs: number; readonly toMs: number } {
  const edge = (text: string, side: 'first' | 'last'): number => {
    if (text.includes('T')) return Date.parse(text);
    const calendar = calendarOf(zone);
    const range = rangeOf({ from: text, to: text }, { calendar, nowMs, firstHour: 0 });
    const hours = inHours(range, calendar);
    const atMs = (side === 'first' ? hours.first : hours.last + 1) * HOUR_MS;
    // Where days begin at half an hour, the first whole hour of a day is not its beginning.
    return range.unit === 'day' ? windowAt({ every: 'day' }, reportingDays(zone), atMs).startMs : atMs;
  };
  const toMs = to === undefined ? nowMs : edge(to, 'last');
  const fromMs = from === undefined ? toMs - LOOK_BACK_MS : edge(from, 'first');
  if (fromMs < toMs) return { fromMs, toMs };
  throw new AppError(
    'invalid_input',
    'The time ends before it begins. Nothing was counted.',
    'Give "from" before "to".',
  );
}
