import { randomBytes } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { expect, test } from 'vitest';
import { isSound, openDatabase } from '../../../electron/core/store/database.ts';
import { codeOf, testHome } from '../../support/test-vault.ts';

const key = randomBytes(32);

function sample(kind: 'vault' | 'usage' = 'vault') {
  const paths = testHome();
  const db = openDatabase(paths.vaultDb, kind, key, 'create');
  db.exec("CREATE TABLE t (a TEXT) STRICT; INSERT INTO t VALUES ('needle in the haystack')");
  return { paths, db };
}

test('every setting of the security design is in force', () => {
  const { db } = sample();
  const names = [
    'cipher',
    'legacy',
    'journal_mode',
    'synchronous',
    'fullfsync',
    'checkpoint_fullfsync',
    'foreign_keys',
  ];
  names.push('secure_delete', 'temp_store', 'mmap_size', 'trusted_schema', 'cell_size_check', 'busy_timeout');
  const read = Object.fromEntries(names.map((name) => [name, String(db.pragma(name, { simple: true }))]));
  expect(read).toEqual({
    cipher: 'sqlcipher',
    legacy: '4',
    journal_mode: 'wal',
    synchronous: '2',
    fullfsync: '1',
    checkpoint_fullfsync: '1',
    foreign_keys: '1',
    secure_delete: '1',
    temp_store: '2',
    mmap_size: '0',
    trusted_schema: '0',
    cell_size_check: '1',
    busy_timeout: '5000',
  });
  db.close();
});

test('the schema cannot be written behind its back (defensive mode)', () => {
  const { db } = sample();
  db.pragma('writable_schema = ON');
  expect(() => db.exec("UPDATE sqlite_schema SET sql = 'x'")).toThrow();
  db.close();
});

test('no part of a file is plain: neither its magic nor its data, in the database or its log', () => {
  const { paths, db } = sample();
  const files = [paths.vaultDb, `${paths.vaultDb}-wal`].map((file) => readFileSync(file).toString('latin1'));
  expect(files.join('').length).toBeGreaterThan(4096);
  for (const text of files) {
    expect(text).not.toContain('needle');
    expect(text).not.toContain('SQLite format 3');
  }
  for (const part of ['', '-wal', '-shm']) expect(statSync(paths.vaultDb + part).mode & 0o777).toBe(0o600);
  db.close();
});

test('it opens again with its key only, and only as what it is', async () => {
  const { paths, db } = sample();
  db.close();
  const again = openDatabase(paths.vaultDb, 'vault', key, 'open');
  expect(again.prepare('SELECT a FROM t').pluck().get()).toBe('needle in the haystack');
  expect(isSound(again)).toBe(true);
  again.close();
  expect(await codeOf(() => openDatabase(paths.vaultDb, 'vault', randomBytes(32), 'open'))).toBe('integrity_failure');
  expect(await codeOf(() => openDatabase(paths.vaultDb, 'usage', key, 'open'))).toBe('integrity_failure');
  expect(await codeOf(() => openDatabase(paths.vaultDb, 'vault', key, 'create'))).toBe('conflict');
});

test('a copy made by VACUUM INTO keeps the key', () => {
  const { paths, db } = sample();
  db.prepare('VACUUM INTO ?').run(`${paths.home}/copy`);
  db.close();
  const copy = openDatabase(`${paths.home}/copy`, 'vault', key, 'open');
  expect(copy.prepare('SELECT count(*) FROM t').pluck().get()).toBe(1);
  copy.close();
});

test('a change to the key buffer after opening does not matter, and the buffer is not kept', () => {
  const paths = testHome();
  const mine = Buffer.from(key);
  const db = openDatabase(paths.vaultDb, 'vault', mine, 'create');
  db.exec('CREATE TABLE t (a TEXT) STRICT');
  expect(mine.equals(key)).toBe(true);
  mine.fill(0);
  db.exec("INSERT INTO t VALUES ('x')");
  db.close();
});
