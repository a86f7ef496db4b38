import { describe, expect, test } from 'vitest';
import { usageForecast as contractForecast } from '../../../../shared/contract/usage-forecast.ts';
import { coursesOf } from '../../../../electron/core/usage/analysis/courses.ts';
import { type ForecastQuery, usageForecast } from '../../../../electron/core/usage/analysis/forecast.ts';
import { HOUR_MS } from '../../../../electron/core/usage/reporting-days.ts';
import { type Made, numbers, usageDatabase, write } from './filled-usage.ts';

const DAY_MS = 24 * HOUR_MS;
/** A Monday. */
const START = Date.UTC(2029, 7, 6);
const TODAY = { from: 'today', to: 'today' } as const;

function asking(zone: string) {
  const db = usageDatabase();
  return {
    add: (made: readonly Made[]) => write(db, zone, made),
    ask: (nowMs: number, given: Partial<ForecastQuery> = {}) =>
      contractForecast.parse(usageForecast(db, { figure: 'requests', ...TODAY, reportingZone: zone, nowMs, ...given })),
  };
}

/** Calls of one day: so many in each hour given, at half past. */
function day(dayMs: number, hours: Readonly<Record<number, number>>, more: Partial<Made> = {}): Made[] {
  return Object.entries(hours).flatMap(([hour, count]) =>
    Array.from({ length: count }, () => ({ atMs: dayMs + Number(hour) * HOUR_MS + HOUR_MS / 2, ...more })),
  );
}

/** How often an hour is used on a working day. */
const HABIT = [0, 0, 0, 0, 0, 0, 0, 0, 2, 4, 5, 4, 2, 4, 5, 5, 4, 2, 1, 1, 1, 0, 0, 0];

describe('the rest of today', () => {
  test('holds what simulated days come to: about eight of ten of them, at any hour, and closer the later it is', () => {
    const { add, ask } = asking('UTC');
    const next = numbers(3);
    const callsOf = (at: number): Made[] => {
      const isWeekend = at % 7 >= 5;
      const size = (isWeekend ? 0.3 : 1) * (0.6 + 0.8 * next());
      const late = Math.round(next() * 2 - 1); // some days begin an hour sooner or later
      const calls = HABIT.flatMap((_, hour) => {
        const most = Math.round(2 * size * (HABIT[(hour - late + 24) % 24] ?? 0));
        return Array.from({ length: Math.round(most * next()) }, () => START + at * DAY_MS + (hour + next()) * HOUR_MS);
      });
      return calls.toSorted((one, other) => one - other).map((atMs) => ({ atMs: Math.floor(atMs) }));
    };
    const asked = [10, 14, 18] as const;
    const seen = asked.map(() => ({ held: 0, width: 0, off: 0 }));
    const days = 42;
    for (let at = 0; at < 56; at += 1) add(callsOf(at));
    for (let at = 56; at < 56 + days; at += 1) {
      const calls = callsOf(at);
      let written = 0;
      for (const [n, hour] of asked.entries()) {
        const nowMs = START + at * DAY_MS + hour * HOUR_MS;
        const until = calls.filter(({ atMs }) => atMs < nowMs).length;
        if (until > written) add(calls.slice(written, until));
        written = until;
        const { low, middle, high } = ask(nowMs).end!;
        const sum = seen[n]!;
        sum.held += Number(low <= calls.length && calls.length <= high);
        sum.width += high - low;
        sum.off += Math.abs(middle - calls.length);
        expect(low).toBeGreaterThanOrEqual(written);
      }
      if (calls.length > written) add(calls.slice(written));
    }
    for (const { held } of seen) {
      expect(held / days).toBeGreaterThan(0.66);
      expect(held / days).toBeLessThan(0.97);
    }
    const [morning, noon, evening] = seen;
    expect(morning!.off).toBeGreaterThan(noon!.off);
    expect(noon!.off).toBeGreaterThan(evening!.off);
    expect(morning!.width).toBeGreaterThan(evening!.width);
  });

  test('comes on top of a busy morning, and a quiet one takes nothing from it', () => {
    const at = 56;
    const now = START + at * DAY_MS + 12 * HOUR_MS;
    const bandAfter = (morning: number) => {
      const { add, ask } = asking('UTC');
      for (let before = 0; before < at; before += 1) add(day(START + before * DAY_MS, { 9: 30, 15: 10 }));
      if (morning > 0) add(day(START + at * DAY_MS, { 9: morning }));
      return ask(now);
    };
    const told = bandAfter(30);
    expect(told.method).toMatchObject({ name: 'weeks', restOfToday: 'hours' });
    expect(told.method.text).toContain('after this hour of the day');
    for (const morning of [0, 30, 118]) {
      expect(bandAfter(morning).end).toEqual({ low: morning + 10, middle: morning + 10, high: morning + 10 });
    }
  });

  test('has the spread of the days, and that of when in a day they are used', () => {
    const history = Array.from({ length: 56 }, (_, at) => (Math.floor(at / 7) % 2 === 0 ? 40 : 200));
    const today = (shares: readonly number[]) => {
      const [drawn] = coursesOf(history, 1, 20_000, 118, shares).days;
      return new Set(drawn);
    };
    expect(today([0.1])).toEqual(new Set([122, 138]));
    expect(today([0, 0.1])).toEqual(new Set([118, 122, 138]));
    expect(today([])).toEqual(new Set([118])); // none of these days was used
  });

  test('goes by working days on a working day, by the clock on the wall, and by the part of this hour that is left', () => {
    const { add, ask } = asking('Europe/Berlin');
    const clock = (at: number) => Date.UTC(2029, 9, 1) + at * DAY_MS - (at < 27 ? 2 : 1) * HOUR_MS; // summer ends on the 28th
    for (let at = 0; at < 42; at += 1) {
      add(day(clock(at), at % 7 >= 5 ? { 22: 8 } : { 9: 6, 13: 4 }));
    }
    const monday = clock(42);
    expect(ask(monday + 13 * HOUR_MS).end).toEqual({ low: 4, middle: 4, high: 4 });
    expect(ask(monday + 13.5 * HOUR_MS).end).toEqual({ low: 2, middle: 2, high: 2 });
    expect(ask(monday + 14 * HOUR_MS).end).toEqual({ low: 0, middle: 0, high: 0 });
    for (let at = 42; at < 47; at += 1) add(day(clock(at), { 9: 6, 13: 4 }));
    expect(ask(clock(47) + 14 * HOUR_MS).end?.middle).toBe(8); // a Saturday
  });

  test('of several names goes by the hours of the one that is used least, and says so', () => {
    const { add, ask } = asking('UTC');
    for (let at = 0; at < 56; at += 1) {
      const start = START + at * DAY_MS;
      add([...day(start, { 9: 5, 20: 5 }, { client: 'agent' }), ...day(start, { 3: 40 }, { client: 'editor' })]);
    }
    const given = { filter: { provider: ['openai'], client: ['agent'] } };
    const { end, method } = ask(START + 56 * DAY_MS + 12 * HOUR_MS, given);
    expect(end).toEqual({ low: 5, middle: 5, high: 5 });
    expect(method.restOfToday).toBe('hours-of-more');
    expect(method.text).toContain('from more calls than these');
    const later = ask(START + 56 * DAY_MS, { from: '2029-10-02', to: '2029-10-03' });
    expect(later.method.restOfToday).toBeNull();
    expect(later.method.text).not.toContain('Today');
  });
});
