import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import type { Paths } from '../../../electron/core/seams.ts';
import { addCredentialRow, codeOf, PASSWORD, testHome, testVault, unlockedVault } from '../../support/test-vault.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

async function lockedVault() {
  const test = await unlockedVault();
  const { db, write } = { db: test.vault.opened().db, write: test.vault.opened() };
  write.write(() => {
    const insert = db.prepare('INSERT INTO setting VALUES (?, ?)');
    for (let row = 0; row < 200; row += 1) insert.run(`name ${row}`, 'x'.repeat(200));
  });
  await test.vault.close();
  return test;
}

const damages: readonly [string, string, (paths: Paths) => void][] = [
  ['missing', 'is missing', (paths) => rmSync(paths.vaultDb)],
  ['empty', 'is empty', (paths) => truncateSync(paths.vaultDb, 0)],
  ['shorter than a page', 'is cut short', (paths) => truncateSync(paths.vaultDb, 1000)],
  ['cut in a page', 'is cut short', (paths) => truncateSync(paths.vaultDb, 4096 * 3 + 100)],
  ['cut between pages', 'is damaged', (paths) => truncateSync(paths.vaultDb, 4096 * 3)],
  ['plain SQLite', 'is not encrypted', putPlainDatabase],
  ['noise', 'cannot be read with this vault’s key', (paths) => writeFileSync(paths.vaultDb, Buffer.alloc(20_480, 7))],
  ['damaged in its first page', 'cannot be read', (paths) => flip(paths.vaultDb, 1000)],
];

function putPlainDatabase(paths: Paths): void {
  rmSync(paths.vaultDb);
  const plain = new Database(paths.vaultDb);
  plain.exec('CREATE TABLE t (a); ');
  plain.close();
}

function flip(file: string, at: number): void {
  const bytes = readFileSync(file);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(file, bytes);
}

describe('a database that is', () => {
  test.each(damages)(
    '%s is named ("%s"), left as it is, and never replaced by a new vault',
    async (_, words, damage) => {
      const { vault, paths } = await lockedVault();
      damage(paths);
      const before = existsSync(paths.vaultDb) ? readFileSync(paths.vaultDb).toString('base64') : null;
      await expect(vault.unlock(PASSWORD)).rejects.toMatchObject({
        code: 'integrity_failure',
        message: expect.stringContaining(words) as string,
        hint: expect.stringContaining('keyharbor backup restore') as string,
      });
      expect(vault.state).toBe('locked');
      expect(await codeOf(() => vault.create({ password: PASSWORD, kdf: 'argon2id' }))).toBe('conflict');
      const after = existsSync(paths.vaultDb) ? readFileSync(paths.vaultDb).toString('base64') : null;
      expect(after).toBe(before);
    },
  );
});

test('a bit changed in any page is found when the page is read, not served', async () => {
  const { vault, paths } = await lockedVault();
  const whole = readFileSync(paths.vaultDb);
  for (let page = 1; page < whole.byteLength / 4096; page += 5) {
    writeFileSync(paths.vaultDb, whole);
    flip(paths.vaultDb, page * 4096 + 2000);
    let found = 'nothing';
    try {
      await vault.unlock(PASSWORD);
      found = String(vault.opened().db.pragma('integrity_check', { simple: true }));
    } catch (error) {
      found = (error as { code: string }).code;
    }
    expect([page, found === 'ok' || found === 'nothing']).toEqual([page, false]);
    vault.lock('asked');
  }
});

test.each(['vault.db-wal', 'vault.db', 'vault.json.bak', 'usage.db'])(
  'where only %s is left, the vault is damaged and not "no vault"',
  async (name) => {
    const paths = testHome();
    writeFileSync(path.join(paths.home, name), 'x', { mode: 0o600 });
    const { vault } = testVault(paths);
    expect(vault.state).toBe('locked');
    expect(await codeOf(() => vault.create({ password: PASSWORD, kdf: 'argon2id' }))).toBe('integrity_failure');
    expect(await codeOf(() => vault.unlock(PASSWORD))).toBe('integrity_failure');
    expect(vault.notices().join(' ')).toContain('vault.json, is missing');
  },
);

test('where only backups are left, the vault is damaged and not "no vault"', () => {
  const paths = testHome();
  mkdirSync(path.join(paths.backups, 'daily-20300101T000000000Z'), { recursive: true, mode: 0o700 });
  expect(testVault(paths).vault.state).toBe('locked');
});

test('a creation that was killed between its two renames is finished by the next start', async () => {
  const { vault, paths } = await lockedVault();
  renameSync(paths.header, `${paths.header}.new`);
  expect(vault.state).toBe('locked');
  await vault.unlock(PASSWORD);
  expect(vault.state).toBe('unlocked');
});

test('a creation that was killed while its database was written leaves no trace', async () => {
  const paths = testHome();
  writeFileSync(`${paths.vaultDb}.new`, 'half', { mode: 0o600 });
  writeFileSync(`${paths.vaultDb}.new-wal`, 'half', { mode: 0o600 });
  const { vault } = testVault(paths);
  expect(vault.state).toBe('no-vault');
  await vault.create({ password: PASSWORD, kdf: 'argon2id' });
  expect(readdirSync(paths.home).filter((name) => name.includes('.new'))).toEqual([]);
});

test('a database of a newer Keyharbor opens for reading only, and says so', async () => {
  const { vault, paths } = await unlockedVault();
  vault.opened().db.pragma('user_version = 99');
  vault.lock('asked');
  await vault.unlock(PASSWORD);
  expect(vault.notices().join(' ')).toContain('newer Keyharbor');
  expect(vault.opened().db.prepare('SELECT count(*) FROM credential').pluck().get()).toBe(0);
  expect(await codeOf(() => vault.opened().write(() => 1))).toBe('unsupported');
  expect(await codeOf(() => vault.renewRecovery(PASSWORD))).toBe('unsupported');
  const header = readFileSync(paths.header, 'utf8');
  vault.lock('asked');
  expect(readFileSync(paths.header, 'utf8')).toBe(header);
});

test('a damaged usage database is set aside and named; no key is affected', async () => {
  const { vault, paths } = await lockedVault();
  writeFileSync(paths.usageDb, Buffer.alloc(8192, 3));
  await vault.unlock(PASSWORD);
  expect(vault.notices().join(' ')).toContain('usage.db.damaged');
  expect(readdirSync(paths.home).some((name) => name.startsWith('usage.db.damaged-'))).toBe(true);
  expect(vault.opened().usageDb.prepare('SELECT count(*) FROM last_used').pluck().get()).toBe(0);
});

describe('backups', () => {
  test('one is made after unlock when the newest is older than a day, and opens by itself', async () => {
    const { vault, paths, clock } = await unlockedVault();
    const list = () => readdirSync(paths.backups).filter((name) => name.startsWith('daily-'));
    clock.advance(1000);
    expect(list(), 'an empty vault').toEqual([]);
    addCredentialRow(vault);
    clock.advance(60_000);
    expect(list()).toHaveLength(1);
    vault.lock('asked');
    await vault.unlock(PASSWORD);
    clock.advance(1000);
    expect(list()).toHaveLength(1);
    clock.advance(DAY_MS);
    expect(list()).toHaveLength(2);

    const copy = testHome();
    const folder = path.join(paths.backups, list().at(-1) ?? '');
    expect(readdirSync(folder).sort()).toEqual(['vault.db', 'vault.json']);
    for (const name of readdirSync(folder)) renameSync(path.join(folder, name), path.join(copy.home, name));
    const restored = testVault(copy);
    await restored.vault.unlock(PASSWORD);
    expect(restored.vault.state).toBe('unlocked');
  });

  test('seven daily ones are kept', async () => {
    const { vault, paths, clock } = await unlockedVault();
    addCredentialRow(vault);
    for (let day = 0; day < 10; day += 1) clock.advance(DAY_MS);
    const names = readdirSync(paths.backups).filter((name) => name.startsWith('daily-'));
    expect(names).toHaveLength(7);
  });

  test('one that cannot be made is told: it is the first to read a page that was damaged', async () => {
    const { vault, paths, clock, restart } = await unlockedVault();
    addCredentialRow(vault);
    clock.advance(60_000);
    const opened = vault.opened();
    opened.write(() => {
      const insert = opened.db.prepare('INSERT INTO setting VALUES (?, ?)');
      for (let row = 0; row < 200; row += 1) insert.run(`name ${row}`, 'x'.repeat(200));
    });
    await vault.close();
    flip(paths.vaultDb, readFileSync(paths.vaultDb).byteLength - 2000);
    const again = await restart();
    await again.unlock(PASSWORD);
    clock.advance(1000);
    expect(again.notices()).toEqual([]);
    clock.advance(DAY_MS);
    expect(again.notices().join(' ')).toMatch(/daily backup could not be made.*damaged.*keyharbor backup restore/);
    expect(readdirSync(paths.backups).filter((name) => name.startsWith('daily-'))).toHaveLength(1);
    again.lock('asked');
    expect(again.notices()).toEqual([]);
  });

  test('none is made while the vault is locked', async () => {
    const { vault, paths, clock } = await unlockedVault();
    vault.lock('asked');
    clock.advance(DAY_MS * 2);
    expect(readdirSync(paths.backups)).toEqual([]);
  });
});

describe('a home that others could have prepared is refused:', () => {
  const prepared = async (change: (paths: Paths) => void) => {
    const { vault, paths } = await lockedVault();
    change(paths);
    return codeOf(() => vault.unlock(PASSWORD));
  };

  test('one that others may write', async () => {
    expect(await prepared((paths) => chmodSync(paths.home, 0o770))).toBe('security_violation');
  });

  test('a file in it that others may write', async () => {
    expect(await prepared((paths) => chmodSync(paths.vaultDb, 0o622))).toBe('security_violation');
  });

  test('a file that is a link', async () => {
    const link = (paths: Paths) => {
      renameSync(paths.vaultDb, `${paths.home}/elsewhere`);
      symlinkSync(`${paths.home}/elsewhere`, paths.vaultDb);
    };
    expect(await prepared(link)).toBe('security_violation');
  });

  test('a home that is a link', async () => {
    const { paths } = await lockedVault();
    const other = testHome();
    rmSync(other.home, { recursive: true });
    symlinkSync(paths.home, other.home);
    expect(await codeOf(() => testVault(other).vault.unlock(PASSWORD))).toBe('security_violation');
  });
});

test('what opens a vault whose header cannot be read is said to be unknown, not guessed', async () => {
  const { vault, paths } = await lockedVault();
  expect(vault.protection()).toMatchObject({ kdf: 'argon2id' });
  for (const damage of [() => writeFileSync(paths.header, '{'), () => rmSync(paths.header)]) {
    damage();
    expect(vault.protection()).toMatchObject({ deviceBound: false, kdf: null });
    expect(vault.protection().note).toMatch(/^Not known: /);
  }
});
