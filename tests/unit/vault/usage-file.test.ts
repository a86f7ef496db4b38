import { closeSync, existsSync, mkdirSync, openSync, readdirSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
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
