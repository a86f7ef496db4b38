import { once } from 'node:events';
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { expect, onTestFinished, test } from 'vitest';
import { createSecretKey, randomBytes } from 'node:crypto';
import { openDatabase } from '../../../electron/core/store/database.ts';
import { migrate, schemaVersion, USAGE_MIGRATIONS } from '../../../electron/core/store/migrate.ts';
import { UsageFile } from '../../../electron/core/vault/usage-file.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { testHome } from '../../support/test-vault.ts';

function place() {
  const paths = testHome();
  mkdirSync(paths.home, { recursive: true });
  const clock = new FakeClock();
  const key = randomBytes(32);
  const notices: string[] = [];
  const open = () => {
    const file = new UsageFile({ paths, clock, key: createSecretKey(key), notices });
    onTestFinished(() => file.close());
    return file;
  };
  return { paths, clock, key, notices, open };
}

test('before its layout changes a verified copy is made, and space can be given back from then on', () => {
  const { paths, key, open, notices } = place();
  const old = openDatabase(paths.usageDb, 'usage', key, 'create');
  old.pragma('auto_vacuum = 0');
  migrate(old, USAGE_MIGRATIONS.slice(0, 2), () => undefined);
  old.prepare("INSERT INTO last_used VALUES ('client', 'abcdefghij', 7, 'editor')").run();
  old.close();
  const { db } = open();
  expect(schemaVersion(db)).toBe(USAGE_MIGRATIONS.length);
  expect(db.pragma('auto_vacuum', { simple: true })).toBe(2);
  expect(db.prepare('SELECT count(*) FROM last_used').pluck().get()).toBe(1);
  const [name = ''] = readdirSync(paths.backups);
  expect(name).toMatch(/^usage-migration-/);
  const copy = openDatabase(join(paths.backups, name, 'usage.db'), 'usage', key, 'open');
  expect(schemaVersion(copy)).toBe(2);
  expect(copy.prepare('SELECT count(*) FROM last_used').pluck().get()).toBe(1);
  copy.close();
  expect(notices).toEqual([]);
});

test('a file that cannot be opened keeps nobody out, and is opened as soon as it can be', () => {
  const { paths, clock, open, notices } = place();
  mkdirSync(paths.usageDb); // something else stands in its place
  const file = open();
  expect(file.db.prepare('SELECT count(*) FROM last_used').pluck().get()).toBe(0);
  expect(() => file.db.prepare('DELETE FROM last_used').run()).toThrow();
  expect(notices).toEqual([expect.stringContaining('cannot be opened now')]);
  rmSync(paths.usageDb, { recursive: true });
  clock.advance(5000);
  file.db.prepare("INSERT INTO last_used VALUES ('client', 'abcdefghij', 7, 'editor')").run();
  expect(existsSync(paths.usageDb)).toBe(true);
  expect(notices).toEqual([]);
});

test('a damaged file is set aside, and a log without its file is kept too', () => {
  const { paths, open, notices } = place();
  const aside = () => readdirSync(paths.home).filter((name) => name.includes('.damaged-'));
  writeFileSync(paths.usageDb, Buffer.alloc(8192, 3), { mode: 0o600 });
  open().close();
  expect(aside()).toEqual([expect.stringMatching(/^usage\.db\.damaged-\d+$/)]);
  rmSync(paths.usageDb);
  writeFileSync(`${paths.usageDb}-wal`, Buffer.alloc(5000, 4), { mode: 0o600 });
  open();
  expect(aside()).toContainEqual(expect.stringMatching(/^usage\.db\.damaged-\d+-wal$/));
  expect(notices).toEqual([expect.stringContaining('was damaged'), expect.stringContaining('The log was kept')]);
});

test('a file in which a fault was met is looked at whole when it is opened next', () => {
  const { paths, key, open, notices } = place();
  const db = openDatabase(paths.usageDb, 'usage', key, 'create');
  migrate(db, USAGE_MIGRATIONS, () => undefined);
  const put = db.prepare("INSERT INTO last_used VALUES ('client', ?, 7, 'editor')");
  for (let n = 0; n < 2000; n += 1) put.run(`client-${n}`);
  db.close();
  writeFileSync(`${paths.usageDb}-suspect`, '');
  open().close();
  expect(notices).toEqual([]);
  expect(existsSync(`${paths.usageDb}-suspect`)).toBe(false);
  const fd = openSync(paths.usageDb, 'r+');
  writeSync(fd, randomBytes(64), 0, 64, 20 * 4096 + 500);
  closeSync(fd);
  writeFileSync(`${paths.usageDb}-suspect`, '');
  expect(open().db.prepare('SELECT count(*) FROM last_used').pluck().get()).toBe(0);
  expect(notices).toEqual([expect.stringContaining('was damaged')]);
});

/** A file of the layout before, so large that it is not changed while the owner waits. */
function large({ paths, key }: Pick<ReturnType<typeof place>, 'paths' | 'key'>, migrations = 2): void {
  const old = openDatabase(paths.usageDb, 'usage', key, 'create');
  migrate(old, USAGE_MIGRATIONS.slice(0, migrations), () => undefined);
  const put = old.prepare("INSERT INTO last_used VALUES ('client', ?, 7, ?)");
  for (let n = 0; n < 18; n += 1) put.run(`client-${n}`, 'x'.repeat(2 ** 20));
  old.close();
}

/** The thread that `open` makes, and when it has ended. */
async function withThread<T>(open: () => T): Promise<{ readonly made: T; readonly ended: Promise<unknown> }> {
  const making = once(process, 'worker') as Promise<[Worker]>;
  const made = open();
  const [thread] = await making;
  return { made, ended: once(thread, 'exit') };
}

test('a large file is brought up to date on a thread of its own; until then nothing is kept and it is said why', async () => {
  const { paths, key, open, notices } = place();
  large({ paths, key });
  const { made: file, ended } = await withThread(open);
  expect(file.db.memory).toBe(true);
  expect(() => file.db.prepare('DELETE FROM last_used').run()).toThrow();
  expect(notices).toEqual([expect.stringContaining('brought up to date')]);
  await ended;
  expect(schemaVersion(file.db)).toBe(USAGE_MIGRATIONS.length);
  expect(file.db.prepare('SELECT count(*) FROM last_used').pluck().get()).toBe(18);
  expect(notices).toEqual([]);
  expect(readdirSync(paths.backups)).toEqual([expect.stringMatching(/^usage-migration-/)]);
});

test('a lock in the middle of that leaves the file as it was or up to date, and the next unlock does the rest', async () => {
  const { paths, key, open } = place();
  large({ paths, key });
  const { made: file, ended } = await withThread(open);
  file.close();
  await ended;
  const { made: again, ended: done } = await withThread(open);
  await done;
  expect(schemaVersion(again.db)).toBe(USAGE_MIGRATIONS.length);
  expect(again.db.prepare('SELECT count(*) FROM last_used').pluck().get()).toBe(18);
});

test('a large file in which a fault was met is looked at on that thread too, and set aside where there is one', async () => {
  const { paths, key, open, notices } = place();
  large({ paths, key }, USAGE_MIGRATIONS.length);
  writeFileSync(`${paths.usageDb}-suspect`, '');
  const fd = openSync(paths.usageDb, 'r+');
  writeSync(fd, randomBytes(64), 0, 64, 2000 * 4096 + 500);
  closeSync(fd);
  const { made: file, ended } = await withThread(open);
  await ended;
  expect(file.db.memory).toBe(false);
  expect(file.db.prepare('SELECT count(*) FROM last_used').pluck().get()).toBe(0);
  expect(notices).toEqual([expect.stringContaining('was damaged')]);
});

test('a disk that does not take the copy leaves the file as it was, and it is tried again', async () => {
  const { paths, key, clock, open, notices } = place();
  large({ paths, key });
  writeFileSync(paths.backups, ''); // no folder can be made there
  const { made: file, ended } = await withThread(open);
  await ended;
  expect(file.db.memory).toBe(true);
  expect(notices).toEqual([expect.stringContaining('cannot be opened now')]);
  rmSync(paths.backups);
  clock.advance(70_000);
  const { ended: done } = await withThread(() => file.db);
  await done;
  expect(schemaVersion(file.db)).toBe(USAGE_MIGRATIONS.length);
});
