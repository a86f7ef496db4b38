import { expect, test } from 'vitest';
import { usageOverview } from '../../../electron/core/usage/analysis/overview.ts';
import { takeOverWeek } from '../../../electron/core/usage/name-days.ts';
import { RollupCosts } from '../../../electron/core/usage/prices/rollup-costs.ts';
import { NAME_KINDS } from '../../../electron/core/usage/dimensions.ts';
import { dayNumber, HOUR_MS, ReportingDays } from '../../../electron/core/usage/reporting-days.ts';
import { calls, usageDatabase, write } from './analysis/filled-usage.ts';

const ZONE = 'Europe/Berlin';
const START = Date.UTC(2029, 8, 3);
const DAYS = 120;
const NOW = START + DAYS * 24 * HOUR_MS;
const TODAY = new ReportingDays(ZONE).dayOf(NOW);

function filled() {
  const db = usageDatabase();
  write(db, ZONE, calls(4000, START, DAYS * 24));
  const takeAll = (): number => {
    let weeks = 0;
    while (takeOverWeek(db, TODAY)) weeks += 1;
    return weeks;
  };
  const count = (sql: string) => db.prepare(sql).pluck().get() as number;
  const bars = (by: 'credential' | 'client' | 'project' | 'model', from = '119d') =>
    usageOverview(db, {
      ...{ by, bucket: 'day', top: 2, compare: true, from, to: 'today', reportingZone: ZONE, nowMs: NOW },
    });
  const all = () => (['credential', 'client', 'project', 'model'] as const).map((by) => bars(by));
  return { db, takeAll, count, bars, all };
}

test('a range in days is the same whether its days are side by side or not', () => {
  const { all, takeAll, count } = filled();
  const before = all();
  expect(takeAll()).toBeGreaterThan(15);
  expect(all()).toEqual(before);
  // They are really read: what is changed there, and only there, shows.
  expect(count('UPDATE usage_name_day SET requests = requests + 1 WHERE dimension <> 7 RETURNING 1')).toBe(1);
  expect(all()).not.toEqual(before);
});

test('a month is read there too, and two weeks are not', () => {
  const { bars, takeAll, count } = filled();
  const both = () => ['30d', '14d'].map((from) => bars('model', from));
  const [month, fortnight] = both();
  takeAll();
  expect(both()).toEqual([month, fortnight]);
  count('UPDATE usage_name_day SET requests = requests + 1 WHERE dimension <> 7 RETURNING 1');
  const [changed, same] = both();
  expect(changed).not.toEqual(month);
  expect(same).toEqual(fortnight);
});

test('the running week is not taken over, and what is there is taken over once', () => {
  const { takeAll, count } = filled();
  takeAll();
  expect(count('SELECT max(day) FROM usage_name_day')).toBeLessThan(TODAY - ((TODAY + 3) % 7));
  expect(takeAll()).toBe(0);
});

test('a call that comes late is counted at once, and its week is taken over again', () => {
  const { db, all, bars, takeAll } = filled();
  takeAll();
  const requests = () => bars('credential').totals.requests;
  const before = requests();
  write(db, ZONE, [{ atMs: START + 30 * 24 * HOUR_MS, provider: 'newcomer', label: 'late', costMicroUsd: 10 ** 9 }]);
  expect(requests()).toBe(before + 1);
  expect(bars('credential').series[0]?.key).toBe('newcomer/late');
  expect(bars('credential').series[0]?.values.requests.filter((of) => of > 0)).toEqual([1]);
  const late = all();
  expect(takeAll()).toBe(1);
  expect(all()).toEqual(late);
});

test('prices that change and leave the sum of a day as it was are seen too', () => {
  const { db, bars, takeAll } = filled();
  takeAll();
  const day = dayNumber('2029-10-10');
  const cells = db
    .prepare(
      `SELECT c.id, ${NAME_KINDS.map((kind) => `c.${kind}`).join(', ')} FROM usage_rollup AS r
       JOIN usage_cell AS c ON c.id = r.name WHERE r.span = 1 AND r.dimension = 8 AND r.bucket = ?
       AND r.cost_micro_usd > 1000 GROUP BY c.model`,
    )
    .raw()
    .all(day) as number[][];
  const [[one = 0, ...ofOne] = [], [other = 0, ...ofOther] = []] = cells;
  expect(ofOne[4]).not.toBe(ofOther[4]);
  const models = () => bars('model').series.map(({ values }) => values.knownCostMicroUsd);
  const before = models();
  const costs = new RollupCosts(new ReportingDays(ZONE));
  const atMs = day * 24 * HOUR_MS + 12 * HOUR_MS;
  costs.add(atMs, one, ofOne, { cost: 500, unpriced: 0, saved: 0, incomplete: 0 });
  costs.add(atMs, other, ofOther, { cost: -500, unpriced: 0, saved: 0, incomplete: 0 });
  costs.write(db);
  const after = models();
  expect(after).not.toEqual(before);
  expect(takeAll()).toBe(1);
  expect(models()).toEqual(after);
});
