import { randomBytes } from 'node:crypto';
import type Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { openDatabase } from '../../../electron/core/store/database.ts';
import {
  isNewer,
  migrate,
  schemaVersion,
  USAGE_MIGRATIONS,
  VAULT_MIGRATIONS,
} from '../../../electron/core/store/migrate.ts';
import { testHome } from '../../support/test-vault.ts';

const first = 'CREATE TABLE t (a INTEGER PRIMARY KEY) STRICT';
const second = 'ALTER TABLE t ADD COLUMN b TEXT';

function fresh(): Database.Database {
  return openDatabase(testHome().vaultDb, 'vault', randomBytes(32), 'create');
}

test('a new database gets every step and no backup', () => {
  const db = fresh();
  let backups = 0;
  migrate(db, [first, second], () => {
    backups += 1;
  });
  expect([schemaVersion(db), backups]).toEqual([2, 0]);
  db.close();
});

test('an older one with data keeps it, after one backup made before the first step', () => {
  const db = fresh();
  migrate(db, [first], () => undefined);
  db.exec('INSERT INTO t VALUES (7)');
  const versionsAtBackup: number[] = [];
  migrate(db, [first, second], () => versionsAtBackup.push(schemaVersion(db)));
  expect(versionsAtBackup).toEqual([1]);
  expect(db.prepare('SELECT a, b FROM t').get()).toEqual({ a: 7, b: null });
  db.close();
});

test('one that is up to date is left alone', () => {
  const db = fresh();
  migrate(db, [first], () => undefined);
  migrate(db, [first], () => {
    throw new Error('no backup is needed');
  });
  db.close();
});

test('a step that fails leaves the schema before it, version and data', () => {
  const db = fresh();
  migrate(db, [first], () => undefined);
  db.exec('INSERT INTO t VALUES (7)');
  const broken = 'ALTER TABLE t ADD COLUMN b TEXT; INSERT INTO nowhere VALUES (1)';
  expect(() => migrate(db, [first, broken], () => undefined)).toThrow();
  expect([schemaVersion(db), db.prepare('SELECT * FROM t').get()]).toEqual([1, { a: 7 }]);
  db.close();
});

test('a backup that fails stops the migration', () => {
  const db = fresh();
  migrate(db, [first], () => undefined);
  const full = () => {
    throw new Error('disk full');
  };
  expect(() => migrate(db, [first, second], full)).toThrow('disk full');
  expect(schemaVersion(db)).toBe(1);
  db.close();
});

test('a step that breaks a reference is undone', () => {
  const db = fresh();
  migrate(db, [first], () => undefined);
  const dangling =
    'CREATE TABLE c (p INTEGER REFERENCES t (a)) STRICT; PRAGMA defer_foreign_keys = ON; INSERT INTO c VALUES (99)';
  expect(() => migrate(db, [first, dangling], () => undefined)).toThrow();
  expect(schemaVersion(db)).toBe(1);
  db.close();
});

test('a newer one is told apart', () => {
  const db = fresh();
  migrate(db, [first, second], () => undefined);
  expect([isNewer(db, [first]), isNewer(db, [first, second])]).toEqual([true, false]);
  db.close();
});

test('the released steps run on an empty database and every table is STRICT', () => {
  for (const steps of [VAULT_MIGRATIONS, USAGE_MIGRATIONS]) {
    const db = fresh();
    migrate(db, steps, () => undefined);
    const loose = db.prepare(
      "SELECT name FROM pragma_table_list WHERE schema = 'main' AND strict = 0 AND name NOT LIKE 'sqlite_%'",
    );
    expect(loose.pluck().all()).toEqual([]);
    db.close();
  }
});
