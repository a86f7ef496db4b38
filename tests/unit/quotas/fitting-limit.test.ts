import { expect, test } from 'vitest';
import { fittingLimits, roundedUp } from '../../../electron/core/quotas/fitting-limit.ts';
import { IMPORT_CLIENTS } from '../../../electron/core/usage/imports/imported-call.ts';
import type { QuotaPeriod } from '../../../shared/quotas.ts';
import { CLIENT, type Counting, daily, definition, OTHER } from './counting.ts';
import { around, DAY, db, FROM, HOUR, record, used, usedAt } from './used-daily.ts';

type Given = Parameters<typeof daily>[1];

function fit(counting: Counting, nowMs: number, limit: number, given: Given = {}) {
  return fittingLimits(db(counting), {
    ...{ quotas: [{ id: 'q', definition: definition(daily(limit, given)) }], nowMs, ...around },
  });
}

test('a limit is proposed from nearly all periods with use in them, where it is well off and there are enough', () => {
  const counting = used([8, 10, 9, 12, 11, 10, 40]);
  const nowMs = FROM + 7 * DAY + HOUR;
  // 24 calls an hour apart fill a day: the 40 of the last one run into the next.
  expect(fit(counting, nowMs, 1000)).toMatchObject([{ limit: 30, typical: 10, highest: 24, periods: 7 }]);
  expect([24, 25, 30, 37, 38].map((limit) => fit(counting, nowMs, limit).length)).toEqual([1, 0, 0, 0, 1]);
  // What is kept for critical calls comes on top.
  const buffer = { percent: 50, clients: ['c'.repeat(10)] };
  expect(fit(counting, nowMs, 1000, { buffer })).toMatchObject([{ limit: 60 }]);
  expect([1234, 99, 7, 7.1, 0.2, 250_000].map(roundedUp)).toEqual([1300, 99, 7, 8, 1, 250_000]);
});

test('one day in twenty-six that is far above the others does not raise the limit, and is told', () => {
  const counting = used([...Array<number>(25).fill(8), 24]);
  expect(fit(counting, FROM + 26 * DAY, 1000)).toMatchObject([{ limit: 10, typical: 8, highest: 24, periods: 26 }]);
});

const MONDAY = FROM + 6 * DAY;
test.each<readonly [QuotaPeriod['every'], QuotaPeriod, first: number, length: number, enough: number]>([
  ['minute', { every: 'minute' }, FROM, 60_000, 20],
  ['hour', { every: 'hour' }, FROM, HOUR, 10],
  ['day', { every: 'day' }, FROM, DAY, 5],
  ['week', { every: 'week' }, MONDAY, 7 * DAY, 2],
  ['month', { every: 'month', day: 1 }, FROM, 31 * DAY, 1],
  ['cron', { every: 'cron', expression: '0 0 * * 1', zone: 'UTC' }, MONDAY, 7 * DAY, 2],
])('by the %s: enough whole periods with use tell a limit, one less does not', (_, period, first, length, enough) => {
  const counting = usedAt(Array.from({ length: enough + 1 }, (_, n) => first + n * length));
  const end = first + enough * length; // the one that runs has a call in it too
  expect(fit(counting, end, 1000, { period })).toMatchObject([{ limit: 2, periods: enough, highest: 1 }]);
  expect(fit(counting, end - 1, 1000, { period })).toEqual([]);
});

test('a period that began before the first record there is, is not whole: of another month too little would be known', () => {
  const period = { every: 'month', day: 1 } as const;
  // The single calls of the first twenty days of January are gone, or Keyharbor was not there yet.
  const counting = usedAt([20, 25, 40, 50].map((day) => FROM + day * DAY));
  expect(fit(counting, FROM + 45 * DAY, 1000, { period })).toEqual([]);
  expect(fit(counting, FROM + 60 * DAY, 1000, { period })).toMatchObject([
    { periods: 1, highest: 2, fromMs: FROM + 20 * DAY },
  ]);
});

test('only what the quota counts is looked at: its clients, no imports, the last four weeks of a limit by the day', () => {
  const counting = used([24, 24, 24, 24, 24, 24]);
  const days = (given: Given = {}) => fit(counting, FROM + 34 * DAY, 1000, given).map(({ highest }) => highest);
  const since = (day: number, perDay: number, given: Parameters<typeof record>[2] = {}) => {
    const moments = Array.from({ length: 5 * perDay }, (_, n) => FROM + (day + (n % 5)) * DAY + n);
    record(counting, moments, given);
  };
  since(10, 2);
  since(10, 3, { client: { id: OTHER, name: 'other' } });
  since(10, 7, { source: 'import', client: IMPORT_CLIENTS.codex, credential: null });
  expect(days()).toEqual([5]);
  expect(days({ countImports: true })).toEqual([12]);
  expect(days({ scope: { kind: 'clients', clients: [CLIENT] } })).toEqual([2]);
  // Money that nothing was spent of tells no limit.
  const free = used(Array<number>(6).fill(3), { told: 0 });
  expect(fit(free, FROM + 6 * DAY, 1000, { counts: 'cost' })).toEqual([]);
});

test('quotas that look back differently far are each told by what is theirs', () => {
  const counting = usedAt([0, 29, 32, 33, 34, 35, 36, 37].map((day) => FROM + day * DAY));
  const month = { name: 'month', period: { every: 'month' as const, day: 1 } };
  const quotas = [daily(1000), daily(1000, month)].map((given) => ({ id: given.name, definition: definition(given) }));
  const told = fittingLimits(db(counting), { quotas, nowMs: FROM + 60 * DAY, ...around });
  expect(told.map(({ id, periods, highest }) => [id, periods, highest])).toEqual([
    ['daily', 6, 1],
    ['month', 2, 6],
  ]);
});
