import { randomBytes } from 'node:crypto';
import { closeSync, openSync, readdirSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { emptyLogAt, USUAL_PAGES } from '../../../electron/core/store/checkpoints.ts';
import { openDatabase } from '../../../electron/core/store/database.ts';
import { ReportingDays } from '../../../electron/core/usage/reporting-days.ts';
import { UsageBackups } from '../../../electron/core/usage/upkeep/usage-backups.ts';
import { UsageStore } from '../../../electron/core/usage/usage-store.ts';
import { UsageReader } from '../../../electron/core/usage/worker/usage-reader.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { pricedCall, usageFile } from './usage-file.ts';

const DAY_MS = 24 * 3_600_000;

function backingUp() {
  const file = usageFile();
  const { vault, paths, db, key } = file;
  const clock = new FakeClock();
  const warned: string[] = [];
  const reader = new UsageReader({ vault, paths, clock, settle: () => true });
  const checkpoints: boolean[] = [];
  const backups = new UsageBackups({
    ...{ vault, paths, clock, reader },
    log: { warn: (code) => warned.push(code) },
    mayCheckpoint: (may) => {
      checkpoints.push(may);
      emptyLogAt(db, may ? USUAL_PAGES : 0);
    },
  });
  onTestFinished(() => {
    backups.locking();
    reader.locking();
  });
  const store = new UsageStore(db, new ReportingDays('UTC'));
  const write = (count: number) =>
    store.write(
      Array.from({ length: count }, () => pricedCall()),
      randomBytes(16),
      0,
    );
  const list = () => readdirSync(paths.backups).toSorted();
  const recordsIn = (name: string) => {
    const copy = openDatabase(join(paths.backups, name, 'usage.db'), 'usage', key, 'open');
    try {
      return copy.prepare('SELECT count(*) FROM usage_record').pluck().get();
    } finally {
      copy.close();
    }
  };
  return { ...file, clock, warned, checkpoints, reader, backups, write, list, recordsIn };
}

test('a week after the last one a copy is made that opens by itself; three are kept', async () => {
  const { backups, write, list, recordsIn, clock, checkpoints } = backingUp();
  await backups.look();
  write(20);
  await backups.look();
  expect(checkpoints).toEqual([false, true]);
  expect(list().map(recordsIn)).toEqual([20]);
  await backups.look();
  expect(list()).toHaveLength(1);
  for (let week = 0; week < 4; week += 1) {
    clock.advance(7 * DAY_MS);
    write(10);
    await backups.look();
  }
  expect(list().map(recordsIn)).toEqual([40, 50, 60]);
});

test('what is written while the copy is made is not lost, and not in it by halves', async () => {
  const { backups, write, list, recordsIn, db, reader } = backingUp();
  write(3000);
  const making = backups.look();
  write(500);
  const report = { query: { by: 'provider' }, zone: 'UTC', nowMs: 0 } as const;
  expect((await reader.query('report', report)).rows[0]?.requests).toBe(3500);
  await making;
  expect(list().map(recordsIn)).toEqual([3000]);
  expect(db.prepare('SELECT count(*) FROM usage_record').pluck().get()).toBe(3500);
});

test('a lock gives the copy up and leaves nothing half-made', async () => {
  const { backups, reader, write, list, vault, warned } = backingUp();
  write(3000);
  const making = backups.look();
  backups.locking();
  reader.locking();
  vault.lock();
  await expect(making).rejects.toMatchObject({ code: 'vault_locked' });
  expect(list()).toEqual([]);
  expect(warned).toEqual([]);
});

test('a page that was damaged on the disk keeps the copy from counting as one; the older ones stay', async () => {
  const { backups, write, list, clock, db, paths } = backingUp();
  write(3000);
  await backups.look();
  const [before] = list();
  clock.advance(7 * DAY_MS);
  write(1);
  db.pragma('wal_checkpoint(TRUNCATE)');
  const fd = openSync(paths.usageDb, 'r+');
  writeSync(fd, randomBytes(64), 0, 64, 40 * 4096 + 1000);
  closeSync(fd);
  await expect(backups.look()).rejects.toMatchObject({ code: 'integrity_failure' });
  expect(list()).toEqual([before]);
});
