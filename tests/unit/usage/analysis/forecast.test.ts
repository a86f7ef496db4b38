import { describe, expect, test } from 'vitest';
import { usageForecast as contractForecast } from '../../../../shared/contract/usage-forecast.ts';
import { type ForecastQuery, usageForecast } from '../../../../electron/core/usage/analysis/forecast.ts';
import { HOUR_MS } from '../../../../electron/core/usage/reporting-days.ts';
import { type Made, usageDatabase, write } from './filled-usage.ts';

const ZONE = 'Europe/Berlin';
const DAY_MS = 24 * HOUR_MS;
/** A Thursday at 13:00 in Berlin. */
const NOW = Date.UTC(2029, 10, 15, 12);

/** A call a day up to now; `costs`: of each, by days before today. */
function daily(days: number, costs: (daysBefore: number, weekday: number) => number): Made[] {
  return Array.from({ length: days + 1 }, (_, before) => {
    const atMs = NOW - before * DAY_MS - 2 * HOUR_MS; // before this hour on the wall in summer, too
    return { atMs, costMicroUsd: costs(before, new Date(atMs).getUTCDay()) };
  });
}

function ask(made: readonly Made[], given: Partial<ForecastQuery> = {}) {
  const db = usageDatabase();
  write(db, ZONE, made);
  return contractForecast.parse(usageForecast(db, { figure: 'cost', reportingZone: ZONE, nowMs: NOW, ...given }));
}

describe('a forecast', () => {
  test('is a band that holds the truth where every week is like the other, weekday by weekday', () => {
    // A dollar on working days, nothing at weekends.
    const forecast = ask(daily(60, (_, weekday) => (weekday % 6 === 0 ? 0 : 1_000_000)));
    expect(forecast.method).toMatchObject({ name: 'weeks', daysOfData: 56 });
    expect(forecast.used).toBe(11_000_000); // working days of November up to today
    expect(forecast.end).toEqual({ low: 22_000_000, middle: 22_000_000, high: 22_000_000 });
    expect(forecast.points.find(({ day }) => day === '2029-11-18')?.projected?.middle).toBe(12_000_000); // a Sunday
    expect(forecast.points).toHaveLength(30);
    expect(forecast.sentence).toContain('$11.00; by 30 November 2029 it is likely to be between $22.00 and $22.00');
  });

  test('is wider where weeks differ, in order, and the same each time', () => {
    const made = daily(60, (before) => (Math.floor(before / 7) % 2 === 0 ? 500_000 : 3_000_000));
    const one = ask(made);
    expect(ask(made)).toEqual(one);
    const { low, middle, high } = one.end!;
    expect(low).toBeLessThan(middle);
    expect(middle).toBeLessThan(high);
    expect(low).toBeGreaterThanOrEqual(one.used);
    // 15 days to come at 0.5 or 3 dollars.
    expect(high).toBeLessThanOrEqual(one.used + 15 * 3_000_000);
    for (const [at, { projected }] of one.points.entries()) {
      expect(projected === null).toBe(at < 14);
    }
  });

  test('leaves out what was imported where that is asked for, of everything and of one provider', () => {
    const own = daily(30, () => 100_000);
    const imported = daily(30, () => 700_000).map((one) => ({ ...one, clientId: 'import:codex', client: 'Codex' }));
    const other = daily(30, () => 5_000_000).map((one) => ({ ...one, provider: 'anthropic' }));
    const filter = { provider: ['openai'] };
    const alone = ask(own, { limit: 2_000_000 });
    expect(ask([...own, ...imported], { limit: 2_000_000, imports: false })).toEqual(alone);
    const narrowed = ask([...own, ...imported, ...other], { limit: 2_000_000, imports: false, filter });
    // Hours of an import and a provider together are not kept.
    expect(narrowed).toEqual({ ...alone, method: narrowed.method });
    expect(narrowed.method).toMatchObject({ restOfToday: 'hours-of-more' });
    expect(ask([...own, ...imported]).used).toBe(8 * alone.used);
  });

  test('of requests leaves out those that were not sent where that is asked for', () => {
    const sent = daily(30, () => 100_000);
    const unsent = (['refused', 'cached'] as const).flatMap((outcome) => sent.map((one) => ({ ...one, outcome })));
    const given = { figure: 'requests', limit: 20 } as const;
    const alone = ask(sent, given);
    expect(ask([...sent, ...unsent], { ...given, sentOnly: true })).toEqual(alone);
    const filter = { provider: ['openai'] };
    const narrowed = ask([...sent, ...unsent], { ...given, sentOnly: true, filter });
    expect(narrowed).toEqual({ ...alone, method: narrowed.method });
    expect(ask([...sent, ...unsent], given).used).toBe(3 * alone.used);
  });

  test('says when there are fewer than seven days, and makes no band of nothing', () => {
    const few = ask(daily(4, () => 100_000));
    expect(few.method).toMatchObject({ name: 'any-day', daysOfData: 3 });
    expect(few.remarks.map(({ code }) => code)).toEqual(['few-days']);
    expect(few.sentence).toContain('only 3 whole days');
    expect(ask(daily(2, () => 100_000)).remarks[0]?.text).toBe('There is only one whole day of data to go by.');
    const ten = ask(daily(10, () => 100_000));
    expect(ten.method).toMatchObject({ name: 'kind-of-day', daysOfData: 9 });
    expect(ten.remarks).toEqual([]);
    const none = ask([{ atMs: NOW - HOUR_MS }]);
    expect(none).toMatchObject({ end: null, method: { name: 'none', daysOfData: 0 } });
    expect(none.sentence).toContain('no whole day of data');
    expect(none.remarks[0]?.text).toBe('There is no whole day of data to go by.');
    expect(ask([{ atMs: NOW, costMicroUsd: 1 }], { limit: 2_000_000 }).sentence).toContain('$2.00 is not used up yet.');
    expect(ask([])).toMatchObject({ end: null, used: 0 });
  });

  test('tells the day on which a budget is used up, as a stretch', () => {
    const made = daily(60, () => 1_000_000);
    const sure = ask(made, { limit: 20_000_000 });
    expect(sure.exhausted).toEqual({
      ...{ since: null, chance: 1, early: '2029-11-20', middle: '2029-11-20', late: '2029-11-20' },
    });
    expect(sure.points[0]).toMatchObject({ ideal: 666_667, actual: 1_000_000 });
    expect(sure.points[29]?.ideal).toBe(20_000_000);
    expect(ask(made, { limit: 12_000_000 }).exhausted).toMatchObject({ since: '2029-11-12', chance: 1 });
    expect(ask(made, { limit: 99_000_000 }).exhausted).toMatchObject({ since: null, chance: 0, middle: null });
    expect(ask(made, { limit: 99_000_000 }).sentence).toContain('$99.00 is used up in none of the courses');
    const unsure = ask(
      daily(60, (before) => (Math.floor(before / 7) % 2 === 0 ? 500_000 : 3_000_000)),
      { limit: 45_000_000 },
    );
    const { chance, early, late } = unsure.exhausted!;
    expect(chance).toBeGreaterThan(0);
    expect(chance).toBeLessThan(1);
    expect(early! <= (late ?? '9999')).toBe(true);
  });

  test('of a period that is over tells what it came to; of one to come begins at nothing', () => {
    const made = daily(60, () => 1_000_000);
    const over = ask(made, { from: '2029-10-01', to: '2029-10-31', limit: 40_000_000 });
    expect(over).toMatchObject({ used: 31_000_000, end: null, exhausted: { since: null, chance: 0 } });
    expect(over.sentence).toContain('ended on 31 October 2029 with $31.00');
    const october = { from: '2029-10-01', to: '2029-10-31' };
    expect(
      ask(
        daily(60, () => 1),
        { ...october, limit: 2_000_000 },
      ).sentence,
    ).toContain('$2.00 was not used up.');
    const toCome = ask(made, { from: '2029-12-03', to: '2029-12-09' });
    expect(toCome).toMatchObject({ used: 0, end: { low: 7_000_000, high: 7_000_000 } });
    expect(toCome.points.every(({ actual }) => actual === null)).toBe(true);
  });

  test('counts requests and tokens, of what the filter leaves', () => {
    const made = [...daily(60, () => 1), ...daily(60, () => 1).map((one) => ({ ...one, client: 'agent' }))];
    expect(ask(made, { figure: 'requests' }).end?.middle).toBe(60);
    expect(ask(made, { figure: 'requests', filter: { client: ['agent'] } }).end?.middle).toBe(30);
    expect(ask(made, { figure: 'tokens', filter: { client: ['agent'], provider: ['openai'] } }).end?.middle).toBe(
      30 * 1100,
    );
    expect(ask(made, { filter: { client: ['nobody'] } })).toMatchObject({ used: 0, end: null });
  });

  test('says how many calls without a price it leaves out, and refuses years', () => {
    const made = [...daily(20, () => 1_000_000), { atMs: NOW - DAY_MS, costMicroUsd: null }];
    expect(ask(made)).toMatchObject({ unpriced: 1 });
    expect(ask(made).sentence).toContain('1 request without a known price');
    expect(() => ask(made, { from: '2029-01-01', to: '2031-01-01' })).toThrow(
      expect.objectContaining({ code: 'invalid_input' }),
    );
  });

  test('of a cost that is mostly unknown is not drawn, and says so; its days are days of data', () => {
    const unpriced = daily(30, () => 0).map((one) => ({ ...one, costMicroUsd: null }));
    const failed = [{ atMs: NOW - 5 * DAY_MS, costMicroUsd: 0, outcome: 'upstream_error' as const }];
    const unknown = ask([...unpriced, ...failed], { limit: 2_000_000 });
    expect(unknown).toMatchObject({ used: 0, usedCertainty: 'unknown', unpriced: 30, end: null });
    expect(unknown.method).toMatchObject({ name: 'unknown-cost', restOfToday: null, daysOfData: 29 });
    expect(unknown.points.every(({ projected }) => projected === null)).toBe(true);
    expect(unknown.exhausted).toMatchObject({ since: null, chance: null });
    expect(unknown.remarks).toEqual([]);
    expect(unknown.sentence).toMatch(
      /^So far a cost that is not known; .* is not forecast, as too little .* is known\./,
    );
    expect(unknown.sentence).toContain('30 requests without a known price');
    // A little that is known is the least, and no ground either.
    const little = ask([...unpriced, { atMs: NOW - DAY_MS, costMicroUsd: 5_000_000 }]);
    expect(little).toMatchObject({ usedCertainty: 'at-least', end: null, method: { name: 'unknown-cost' } });
    expect(little.sentence).toContain('So far at least $5.00');
    // The same calls are forecast as calls, and their cost where half of it is known.
    expect(ask(unpriced, { figure: 'requests' })).toMatchObject({ usedCertainty: 'known', end: { middle: 30 } });
    const half = ask([...unpriced, ...daily(30, () => 1_000_000)]);
    expect(half).toMatchObject({ method: { name: 'weeks' }, usedCertainty: 'at-least', end: { middle: 30_000_000 } });
  });

  test('counts days on which nothing had a cost', () => {
    const free = daily(30, (before) => (before < 10 ? 1_000_000 : 0));
    expect(ask(free).method).toMatchObject({ name: 'weeks', daysOfData: 29 });
    const over = { from: '2029-10-01', to: '2029-10-31' };
    const unpriced = daily(60, () => 0).map((one) => ({ ...one, costMicroUsd: null }));
    expect(ask(unpriced, over).sentence).toContain('ended on 31 October 2029 with a cost that is not known');
  });
});
