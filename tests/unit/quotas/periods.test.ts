import { describe, expect, test } from 'vitest';
import type { QuotaPeriod } from '../../../shared/quotas.ts';
import { cronOf, windowAt, windowBefore } from '../../../electron/core/quotas/periods.ts';
import { reportingDays } from '../../../electron/core/usage/reporting-days.ts';

const berlin = reportingDays('Europe/Berlin');

function shown(period: QuotaPeriod, at: string, days = berlin): readonly [string, string, number] {
  const { startMs, endMs } = windowAt(period, days, Date.parse(at));
  const iso = (ms: number) => new Date(ms).toISOString().slice(0, 16);
  return [iso(startMs), iso(endMs), (endMs - startMs) / 3_600_000];
}

const cron = (expression: string): QuotaPeriod => ({ every: 'cron', expression, zone: 'Europe/Berlin' });

test.each<[string, QuotaPeriod, string, readonly [string, string, number]]>([
  [
    'a day on which the clock is set forward',
    { every: 'day' },
    '2026-03-29T10:00:00Z',
    ['2026-03-28T23:00', '2026-03-29T22:00', 23],
  ],
  [
    'a day on which it is set back',
    { every: 'day' },
    '2026-10-25T01:30:00Z',
    ['2026-10-24T22:00', '2026-10-25T23:00', 25],
  ],
  ['a week from Monday', { every: 'week' }, '2026-10-25T22:59:59Z', ['2026-10-18T22:00', '2026-10-25T23:00', 169]],
  ['a month', { every: 'month', day: 1 }, '2026-03-31T21:59:59Z', ['2026-02-28T23:00', '2026-03-31T22:00', 743]],
  [
    'a month from the 31st, where there is none',
    { every: 'month', day: 31 },
    '2027-02-28T12:00:00Z',
    ['2027-02-27T23:00', '2027-03-30T22:00', 743],
  ],
  [
    'a month from the 15th, before its turn',
    { every: 'month', day: 15 },
    '2027-01-10T12:00:00Z',
    ['2026-12-14T23:00', '2027-01-14T23:00', 744],
  ],
  [
    'a month from the 15th, on its turn',
    { every: 'month', day: 15 },
    '2027-01-14T23:00:00Z',
    ['2027-01-14T23:00', '2027-02-14T23:00', 744],
  ],
  ['a minute', { every: 'minute' }, '2026-10-25T00:30:59Z', ['2026-10-25T00:30', '2026-10-25T00:31', 1 / 60]],
  ['an hour', { every: 'hour' }, '2026-10-25T00:30:00Z', ['2026-10-25T00:00', '2026-10-25T01:00', 1]],
  [
    'working days at nine, over a weekend and a change of the clock',
    cron('0 9 * * 1-5'),
    '2026-03-29T10:00:00Z',
    ['2026-03-27T08:00', '2026-03-30T07:00', 71],
  ],
  [
    'an hour that the day skips: once all the same',
    cron('30 2 * * *'),
    '2026-03-29T10:00:00Z',
    ['2026-03-29T01:00', '2026-03-30T00:30', 23.5],
  ],
  [
    'the very moment that it fires',
    cron('0 9 * * *'),
    '2026-01-05T08:00:00Z',
    ['2026-01-05T08:00', '2026-01-06T08:00', 24],
  ],
])('%s', (_name, period, at, wanted) => {
  expect(shown(period, at)).toEqual(wanted);
});

describe('periods follow each other without a gap', () => {
  test.each<[QuotaPeriod, string]>([
    [{ every: 'day' }, 'Europe/Berlin'],
    [{ every: 'day' }, 'America/St_Johns'],
    [{ every: 'day' }, 'Asia/Beirut'], // sets its clock at midnight
    [{ every: 'week' }, 'Pacific/Apia'],
    [{ every: 'month', day: 31 }, 'Asia/Kolkata'],
    [cron('15 3 1,15 * *'), 'UTC'],
  ])('%j in %s', (period, zone) => {
    const days = reportingDays(zone);
    let window = windowAt(period, days, Date.UTC(2027, 0, 15));
    for (let n = 0; n < 400; n += 1) {
      const before = windowBefore(period, days, window);
      expect(before.endMs).toBe(window.startMs);
      expect(before.startMs).toBeLessThan(before.endMs);
      window = before;
    }
  });
});

test.each([
  ['* * * *', 'UTC'],
  ['0 0 30 2 *', 'UTC'], // never
  ['* * * * * *', 'UTC'], // with seconds
  ['0 9 * * *', 'Europe/Nowhere'],
])('"%s" in %s is no beginning of a period', (expression, zone) => {
  expect(() => cronOf(expression, zone)).toThrow(expect.objectContaining({ code: 'invalid_input' }));
});
