import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import { USAGE_MIGRATIONS } from '../../../electron/core/store/migrate.ts';
import { ReportingDays } from '../../../electron/core/usage/reporting-days.ts';
import { becomeIncremental } from '../../../electron/core/store/give-back.ts';
import { PAGES_AT_ONCE, PRUNED_AT_ONCE, UsageUpkeep } from '../../../electron/core/usage/upkeep/usage-upkeep.ts';
import { UsageStore } from '../../../electron/core/usage/usage-store.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { pricedCall, usageFile } from './usage-file.ts';

const DAY_MS = 24 * 3_600_000;
const PAUSE_MS = 25;

function keeping() {
  const file = usageFile();
  const clock = new FakeClock();
  const days = new ReportingDays('UTC');
  const store = new UsageStore(file.db, days);
  const settings = { days: 90 };
  const upkeep = new UsageUpkeep({
    vault: file.vault,
    clock,
    log: { warn: (code) => expect.unreachable(code) },
    foldOne: () => store.foldOne(days.dayOf(clock.now())),
    keepDays: () => settings.days,
  });
  onTestFinished(() => upkeep.locking());
  const write = (count: number, atMs: number) => {
    for (let left = count; left > 0; left -= 1000) {
      const batch = Array.from({ length: Math.min(left, 1000) }, (_, n) => pricedCall({ atMs: atMs + n }));
      store.write(batch, randomBytes(16), 0);
    }
  };
  const count = (sql: string) => file.db.prepare(sql).pluck().get() as number;
  const records = () => count('SELECT count(*) FROM usage_record');
  return { ...file, clock, settings, upkeep, write, count, records };
}

test('records older than the owner wants go, their sums stay', () => {
  const { clock, settings, upkeep, write, records, count } = keeping();
  write(30, clock.now() - 91 * DAY_MS);
  write(20, clock.now() - 89 * DAY_MS);
  upkeep.unlocked();
  clock.advance(60_000);
  expect(records()).toBe(20);
  settings.days = 10;
  upkeep.settingsChanged();
  clock.advance(60_000);
  expect(records()).toBe(0);
  expect(count('SELECT sum(requests) FROM usage_rollup WHERE span = 0 AND dimension = 7')).toBe(50);
});

test('with 0 days set nothing is deleted', () => {
  const { clock, settings, upkeep, write, records } = keeping();
  settings.days = 0;
  write(30, clock.now() - 900 * DAY_MS);
  upkeep.unlocked();
  clock.advance(3 * 3_600_000);
  expect(records()).toBe(30);
});

test('days that are over are folded into weeks and months, the running day is not', () => {
  const { clock, upkeep, write, count } = keeping();
  for (let day = 0; day < 40; day += 1) write(2, clock.now() - day * DAY_MS);
  upkeep.unlocked();
  clock.advance(60_000);
  for (const span of [2, 3]) {
    expect(count(`SELECT sum(requests) FROM usage_rollup WHERE span = ${span} AND dimension = 7`)).toBe(39 * 2);
  }
  clock.advance(DAY_MS); // looked at each hour
  expect(count('SELECT sum(requests) FROM usage_rollup WHERE span = 3 AND dimension = 7')).toBe(40 * 2);
});

test('a lot of deleting is done in small steps, between which calls are written; the space is given back', () => {
  const { clock, upkeep, write, records, count, db, paths } = keeping();
  const old = 30_000;
  write(old, clock.now() - 100 * DAY_MS);
  db.pragma('wal_checkpoint(TRUNCATE)');
  const before = statSync(paths.usageDb).size;
  upkeep.unlocked();
  clock.advance(10_000);
  let kept = records();
  let pages = count('PRAGMA page_count');
  let written = 0;
  for (let step = 0; step < 500; step += 1) {
    clock.advance(PAUSE_MS); // one step; the event loop turns between any two
    expect(kept - records()).toBeLessThanOrEqual(PRUNED_AT_ONCE);
    expect(pages - count('PRAGMA page_count')).toBeLessThanOrEqual(PAGES_AT_ONCE);
    write(1, clock.now());
    written += 1;
    kept = records();
    pages = count('PRAGMA page_count');
  }
  expect(records()).toBe(written);
  db.pragma('wal_checkpoint(TRUNCATE)');
  // Some pages stay for what comes next.
  expect(statSync(paths.usageDb).size).toBeLessThan(Math.max(before / 2, 6 * 1024 * 1024));
});

test('a database that was made before can give space back after it was rewritten once', () => {
  const { db, paths, write, clock, count } = keeping();
  db.pragma('auto_vacuum = 0');
  db.exec('VACUUM');
  expect(count('PRAGMA auto_vacuum')).toBe(0);
  write(5, clock.now());
  becomeIncremental(db);
  expect(count('PRAGMA auto_vacuum')).toBe(2);
  expect(count('SELECT count(*) FROM usage_record')).toBe(5);
  expect(statSync(paths.usageDb).size).toBeGreaterThan(0);
});

test('usage.db of version 2 gets weeks, months and savings, and keeps what it has', () => {
  const db = new Sqlite(':memory:');
  for (const sql of USAGE_MIGRATIONS.slice(0, 2)) db.exec(sql);
  const figures = Array.from({ length: 10 }, (_, n) => n + 1).join(', ');
  db.exec(`INSERT INTO usage_rollup VALUES (1, 7, 20000, 0, ${figures}, x'0501')`);
  db.exec("INSERT INTO usage_state VALUES (1, 'UTC', x'00', 5)");
  for (const sql of USAGE_MIGRATIONS.slice(2)) db.exec(sql);
  expect(db.prepare('SELECT * FROM usage_rollup').raw().all()).toEqual([
    [1, 7, 20_000, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0, Buffer.from([5, 1])],
  ]);
  const store = new UsageStore(db, new ReportingDays('UTC'));
  expect(store.foldOne(20_001)).toBe(true);
  expect(db.prepare('SELECT span, requests, latency FROM usage_rollup WHERE span > 1').raw().all()).toEqual([
    [2, 1, Buffer.from([5, 1])],
    [3, 1, Buffer.from([5, 1])],
  ]);
  db.close();
});
