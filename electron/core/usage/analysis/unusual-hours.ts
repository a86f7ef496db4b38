import type Database from 'better-sqlite3';
import type { UsageAnomaly } from '../../../../shared/contract/usage-forecast.ts';
import { amountInWords } from '../../../../shared/quota-words.ts';
import { dateOfDay, HOUR_MS } from '../reporting-days.ts';
import type { Days } from './anomalies.ts';
import { type Calendar, hourText } from './calendar.ts';
import { shownNames } from './names.ts';
import { readRequests } from './source.ts';

/** What is usual is learned from so many days before, */
const DAYS_BEFORE = 28;
/** of which a key must have been used on so many, */
const LEAST_DAYS = 10;
/** with at most this share of its calls in the hour in question and the ones beside it. */
const RARE = 0.005;
/** Fewer calls are no matter. */
const LEAST_CALLS = 5;
const HOURS = 24;
const DAYS_AT_ONCE = 7;

/**
 * Keys that were used at an hour of the day at which they hardly ever were; once for each key and day. Stops between two
 * weeks that it reads, each some 10 ms at ten million calls.
 */
export function* unusualHours(db: Database.Database, { calendar, first, last }: Days): Generator<null, UsageAnomaly[]> {
  const begin = first - DAYS_BEFORE;
  const from = calendar.startHour(first);
  const cells = cellsOf(calendar, begin, last);
  const calls = new Map<number, Uint32Array>();
  const recent = new Set<number>();
  for (let day = begin; day <= last; day += DAYS_AT_ONCE) {
    const until = calendar.startHour(Math.min(day + DAYS_AT_ONCE, last + 1)) - 1;
    for (const [hour, name, requests] of readRequests(db, 'credential', calendar.startHour(day), until)) {
      let all = calls.get(name);
      if (all === undefined) calls.set(name, (all = new Uint32Array((last - begin + 1) * HOURS)));
      const cell = cells.of[hour - cells.start] ?? 0;
      all[cell] = (all[cell] ?? 0) + requests;
      if (hour >= from) recent.add(name);
    }
    yield null;
  }
  const shown = shownNames(db, recent);
  return [...calls].flatMap(([name, all]) => {
    const key = shown.get(name) ?? '';
    if (key === '') return [];
    return unusualOf(all, first - begin).map(({ day, clock, requests }) => {
      const date = dateOfDay(begin + day);
      const hour = cells.of.indexOf(day * HOURS + clock) + cells.start;
      return {
        ...{ id: `unusual-hour:${name}:${date}`, kind: 'unusual-hour' as const, day: date },
        at: new Date(hour * HOUR_MS).toISOString(),
        ...{ subject: key, dimension: 'credential' as const, key, value: requests, usual: 0 },
        ...{ from: hourText(hour), to: hourText(hour + 1) },
        text: `The key ${key} was used at ${clock}:00, ${amountInWords(requests, 'requests')}; in the four weeks before it was hardly ever used around that time.`,
      };
    });
  });
}

/** For each hour since `start` the place of its day and its time on the wall, 24 to a day. */
function cellsOf(calendar: Calendar, begin: number, last: number): { readonly start: number; readonly of: number[] } {
  const start = calendar.startHour(begin);
  const of: number[] = [];
  for (let day = begin; day <= last; day += 1) {
    for (let hour = calendar.startHour(day); hour < calendar.startHour(day + 1); hour += 1) {
      of.push((day - begin) * HOURS + (calendar.hourOfWeek(hour) % HOURS));
    }
  }
  return { start, of };
}

/** @param calls - by day and hour of the day. @param first - day to look at; the ones before it are what is usual. */
function unusualOf(calls: Uint32Array, first: number) {
  const found: { readonly day: number; readonly clock: number; readonly requests: number }[] = [];
  const days = calls.length / HOURS;
  const byClock = new Float64Array(HOURS);
  let [active, all] = [0, 0];
  const take = (day: number, sign: 1 | -1) => {
    let ofDay = 0;
    for (let clock = 0; clock < HOURS; clock += 1) {
      const some = calls[day * HOURS + clock] ?? 0;
      byClock[clock] = (byClock[clock] ?? 0) + sign * some;
      ofDay += some;
    }
    all += sign * ofDay;
    if (ofDay > 0) active += sign;
  };
  for (let day = 0; day < days; day += 1) {
    const clock = day < first || active < LEAST_DAYS ? -1 : rareClock(calls.subarray(day * HOURS, (day + 1) * HOURS));
    if (clock !== -1) found.push({ day, clock, requests: calls[day * HOURS + clock] ?? 0 });
    take(day, 1);
    if (day >= DAYS_BEFORE) take(day - DAYS_BEFORE, -1);
  }
  return found;

  function rareClock(ofDay: Uint32Array): number {
    return ofDay.findIndex((requests, clock) => {
      if (requests < LEAST_CALLS) return false;
      const around = [-1, 0, 1].map((apart) => byClock[(clock + apart + HOURS) % HOURS] ?? 0);
      return around.reduce((sum, some) => sum + some, 0) <= RARE * all;
    });
  }
}
