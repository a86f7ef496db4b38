import { expect, test } from 'vitest';
import { quotaWhatIf } from '../../../electron/core/quotas/what-if.ts';
import { CLIENT, type Counting, daily, heldBy, OTHER } from './counting.ts';
import { around, DAY, db, FROM, HOUR, record, used, usedAt } from './used-daily.ts';

type Given = Parameters<typeof daily>[1];

function whatIf(counting: Counting, limit: number, given: Given = {}, fromMs = FROM, toMs = FROM + 20 * DAY) {
  return quotaWhatIf(db(counting), { definition: heldBy(daily(limit, given)), fromMs, toMs, ...around });
}

/** Of each period that is told: wanted, let through, refused, slowed. */
const periods = (told: ReturnType<typeof whatIf>) =>
  told.periods.map(({ wanted, used: through, refused, slowed }) => [wanted, through, refused, slowed]);

test('the room of a period is what the one before left unused, also where that lies before the first', () => {
  const counting = used([8, 14, 0, 16]);
  record(counting, [FROM, FROM + 1, FROM + 2], { client: { id: OTHER, name: 'other' } });
  const given: Given = { rollover: { maxPercent: 50 }, scope: { kind: 'clients', clients: [CLIENT] } };
  const told = [
    [14, 12, 2, 0], // two were left
    [16, 15, 1, 0], // nothing was used: no more than half of the limit comes over
  ];
  expect(periods(whatIf(counting, 10, given))).toEqual(told);
  expect(periods(whatIf(counting, 10, given, FROM + DAY))).toEqual(told);
});

test('what is kept for critical calls is kept from all that were made', () => {
  const buffer = { percent: 50, clients: [CLIENT] };
  expect(whatIf(used([12]), 10, { buffer })).toMatchObject({ refused: 7 });
});

test('told are the periods in which something was refused or slowed; and the fullest, where nothing was', () => {
  const counting = used([5, 12, 3, 12]);
  expect(whatIf(counting, 100)).toMatchObject({
    refused: 0,
    firstRefusedAt: null,
    recordsFrom: '2030-01-01T00:00:00.000Z',
    periods: [{ startsAt: '2030-01-02T00:00:00.000Z', wanted: 12, refused: 0 }],
  });
  const throttle = { fromPercent: 50, maxDelayMs: 1000 };
  expect(periods(whatIf(counting, 8, { throttle, atLimit: 'warn' }))).toEqual([
    [5, 5, 0, 1],
    [12, 12, 0, 8],
    [12, 12, 0, 8],
  ]);
  expect(whatIf(usedAt([]), 5)).toMatchObject({ calls: 0, recordsFrom: null, periods: [] });
});

test('of hundreds of such periods the first are told, and the fullest wherever it stands', () => {
  const minutes = Array.from({ length: 150 }, (_, n) => FROM + n * 60_000);
  const counting = usedAt([...minutes, FROM + 140 * 60_000 + 1]);
  const told = whatIf(counting, 0, { period: { every: 'minute' } });
  expect(told).toMatchObject({ refused: 151 });
  expect(told.periods).toHaveLength(100);
  expect([told.periods[98]?.startsAt, told.periods[99]]).toMatchObject([
    new Date(FROM + 98 * 60_000).toISOString(),
    { startsAt: new Date(FROM + 140 * 60_000).toISOString(), wanted: 2, refused: 2 },
  ]);
});

const month: Given = { period: { every: 'month', day: 1 } };
test.each<readonly [string, calls: readonly number[], limit: number, given: Given, from: number, to: number]>([
  ['Of 1 call since 1 January 2030, none would have been refused or slowed.', [1], 9, {}, 0, 20],
  ['Of 2 calls since 1 January 2030, it would have refused once (first on 1 January 2030, 01:00).', [2], 1, {}, 0, 20],
  [
    'Of 2 calls since 1 January 2030, it would have slowed once, by 5 s in all.',
    [2],
    2,
    { throttle: { fromPercent: 50 } },
    0,
    20,
  ],
  [
    'Of 3 calls since 1 January 2030, it would have refused once (first on 1 January 2030, 02:00) and slowed 2 times, by 7.5 s in all.',
    [3],
    2,
    { throttle: { fromPercent: 1, maxDelayMs: 5000 } },
    0,
    20,
  ],
  ['Of 2 calls in January 2030, none would have been refused or slowed.', [2], 9, month, 0, 31],
  ['Of 2 calls in January and February 2030, none would have been refused or slowed.', [2], 9, month, 0, 40],
  ['Of 2 calls from January to March 2030, none would have been refused or slowed.', [2], 9, month, 0, 60],
  [
    'Of 2 calls since 15 December 2029, none would have been refused or slowed. Single calls are known from 1 January 2030 on.',
    [2],
    9,
    { period: { every: 'month', day: 15 } },
    0,
    20,
  ],
  ['No call since 1 January 2030 would have been counted.', [], 9, {}, 0, 20],
])('it says: %s', (text, perDay, limit, given, from, to) => {
  expect(whatIf(used(perDay), limit, given, FROM + from * DAY, FROM + to * DAY).text).toBe(text);
});

test('a pool is fair in it too: the part of another client becomes free hour by hour', () => {
  const counting = used([12]);
  const scope = { kind: 'clients' as const, clients: [CLIENT, OTHER] };
  // Of ten an untouched half comes free within the day: after six hours a quarter of it.
  expect(whatIf(counting, 10, { scope }, FROM, FROM + 6 * HOUR)).toMatchObject({ calls: 6, refused: 0 });
  expect(whatIf(counting, 10, { scope })).toMatchObject({ calls: 12, refused: 5 });
});
