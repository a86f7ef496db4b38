import type { ForecastBand } from '../../../../shared/contract/usage-forecast.ts';
import { isWeekend } from './calendar.ts';

/** So many courses are drawn: a tenth of them on each side is fifty. */
const COURSES = 500;
const DAYS_A_WEEK = 7;
const MOST_WEEKS = 8;
export const HISTORY_DAYS = MOST_WEEKS * DAYS_A_WEEK;
const LOW = 0.1;
const HIGH = 0.9;

export type CourseMethod = 'weeks' | 'kind-of-day' | 'any-day' | 'none';

/** By how many whole days there are to draw on. */
export function methodFor(daysOfData: number): CourseMethod {
  if (daysOfData >= 2 * DAYS_A_WEEK) return 'weeks';
  if (daysOfData >= DAYS_A_WEEK) return 'kind-of-day';
  return daysOfData > 0 ? 'any-day' : 'none';
}

export interface Courses {
  /** For each day to come, today first: what it adds in each course. */
  readonly days: readonly Float64Array[];
  readonly count: number;
}

/**
 * Courses that the days to come may take, drawn from those that were (a bootstrap). With two weeks or more, whole weeks are
 * drawn, so that the weekday and what hangs together within a week are kept. The same for the same data each time.
 * @param history - whole days, the one before today last.
 * @param ahead - days to come, today included.
 * Today comes to what was used of it already, and of the drawn day the share that is left at this hour. That share is drawn
 * too: days differ in how much of them is used late, and the band has to hold that.
 * @param today - its number.
 * @param sharesLeft - 0 to 1, of days that were; none: nothing was used on any (rest-of-day.ts).
 */
export function coursesOf(
  history: readonly number[],
  ahead: number,
  today: number,
  usedToday: number,
  sharesLeft: readonly number[],
  startsAt = today,
): Courses {
  const method = methodFor(history.length);
  const next = numbers(today);
  const weeks = Math.min(MOST_WEEKS, Math.floor(history.length / DAYS_A_WEEK));
  const ofKind = byKind(history, today);
  const all = [...history];
  const pick = (from: readonly number[]): number => from[Math.floor(next() * from.length)] ?? 0;
  const days = Array.from({ length: ahead }, () => new Float64Array(COURSES));
  for (let course = 0; course < COURSES; course += 1) {
    let week = 0;
    for (let at = 0; at < ahead; at += 1) {
      const day = startsAt + at;
      const since = day - today; // may begin after today, where the period does
      if (at === 0 || since % DAYS_A_WEEK === 0) week = 1 + Math.floor(next() * weeks);
      let drawn: number;
      if (method === 'weeks') drawn = history[history.length - week * DAYS_A_WEEK + (since % DAYS_A_WEEK)] ?? 0;
      else drawn = pick(method === 'kind-of-day' ? (ofKind[Number(isWeekend(day))] ?? all) : all);
      (days[at] as Float64Array)[course] = day === today ? usedToday + drawn * pick(sharesLeft) : drawn;
    }
  }
  return { days, count: COURSES };
}

/** Working days and weekends; null where there is none of a kind. */
function byKind(history: readonly number[], today: number): readonly (readonly number[] | null)[] {
  const kinds = [false, true].map((wanted) =>
    history.filter((_, at) => isWeekend(today - history.length + at) === wanted),
  );
  return kinds.map((days) => (days.length === 0 ? null : days));
}

/** Eight of ten courses lie within. */
export function bandOf(values: Float64Array): ForecastBand {
  const sorted = values.toSorted();
  const at = (part: number) => Math.round(sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? 0);
  return { low: at(LOW), middle: at(0.5), high: at(HIGH) };
}

/** The entries at the same three places of what is ordered otherwise. */
export function threeOf<T>(sorted: readonly T[]): readonly [T | undefined, T | undefined, T | undefined] {
  const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))];
  return [at(LOW), at(0.5), at(HIGH)];
}

/** A small generator (mulberry32), seeded: the same question has the same answer all day. */
function numbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
