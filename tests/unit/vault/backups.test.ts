import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Vault } from '../../../electron/core/vault/vault.ts';
import { OTHER_PASSWORD, PASSWORD, testVault } from '../../support/test-vault.ts';

const put = (vault: Vault, name: string) => {
  const { db } = vault.opened();
  vault.opened().write(() => db.prepare('INSERT INTO setting (name, value) VALUES (?, ?)').run(name, '1'));
};
const names = (vault: Vault) =>
  vault.opened().db.prepare("SELECT name FROM setting WHERE name LIKE 'row-%' ORDER BY name").pluck().all();
const code = (wanted: string) => expect.objectContaining({ code: wanted }) as Error;

/** A vault with one row in its backup and one after it. */
async function withBackup() {
  const t = testVault();
  const { recoveryCode } = await t.vault.create({ password: PASSWORD, kdf: 'argon2id' });
  put(t.vault, 'row-1');
  const name = await t.vault.backups.make('cli');
  put(t.vault, 'row-2');
  return { ...t, name, recoveryCode };
}

describe('a backup that is asked for', () => {
  test('is checked, listed, and the last three are kept', async () => {
    const { vault, clock, name } = await withBackup();
    const made = [name];
    for (let more = 0; more < 3; more += 1) {
      clock.advance(1000);
      made.push(await vault.backups.make('cli'));
    }
    const listed = vault.backups.list();
    expect(listed.map((one) => one.name)).toEqual(made.slice(1).reverse());
    expect(listed.every(({ kind, bytes }) => kind === 'made' && bytes > 0)).toBe(true);
  });
});

test('one that is made after the clock was set back is not the first to go', async () => {
  const { vault, clock } = await withBackup();
  for (let more = 0; more < 2; more += 1) {
    clock.advance(1000);
    await vault.backups.make('cli');
  }
  clock.wallMs -= 24 * 60 * 60 * 1000;
  const made = await vault.backups.make('cli');
  expect(vault.backups.list().map(({ name }) => name)).toContain(made);
  expect(vault.backups.list()).toHaveLength(3);
});

test.each(['vault.json', 'vault.db'])('a folder without its %s is no backup', async (file) => {
  const { vault, paths, name } = await withBackup();
  vault.lock('asked');
  rmSync(path.join(paths.backups, name, file));
  expect(vault.backups.list()).toEqual([]);
  await expect(vault.backups.restore(name, PASSWORD, 'cli')).rejects.toEqual(code('not_found'));
});

describe('a backup that does not verify', () => {
  const breaks: readonly [string, (vault: Vault) => void][] = [
    [
      'is of a database that knows a newer header',
      (vault) => {
        const { db } = vault.opened();
        vault.opened().write(() => db.prepare('UPDATE vault_state SET header_epoch = 99').run());
      },
    ],
    [
      'holds a row whose parent is not there',
      (vault) => {
        const { db } = vault.opened();
        db.pragma('foreign_keys = OFF');
        db.prepare('INSERT INTO credential_tag (credential_id, tag) VALUES (zeroblob(16), ?)').run('x');
      },
    ],
  ];
  test.each(breaks)('because it %s is none, and the older ones stand', async (_, break_) => {
    const { vault, paths, name, clock } = await withBackup();
    clock.advance(1000);
    break_(vault);
    await expect(vault.backups.make('cli')).rejects.toEqual(code('integrity_failure'));
    expect(vault.backups.list().map((one) => one.name)).toEqual([name]);
    expect(readdirSync(paths.backups)).toEqual([name]);
  });
});

describe('a backup that is put back', () => {
  test('stands in the place of the vault, which is kept with all that belongs to it', async () => {
    const { vault, paths, name } = await withBackup();
    vault.lock('asked');
    const { replaced, headerOnly } = await vault.backups.restore(name, PASSWORD, 'cli');
    expect(headerOnly).toBe(false);
    expect(vault.state).toBe('locked');
    await vault.unlock(PASSWORD);
    expect(names(vault)).toEqual(['row-1']);
    const kept = path.join(paths.backups, replaced);
    expect(readdirSync(kept)).toEqual(expect.arrayContaining(['vault.db', 'vault.json']));
    await vault.close();
    for (const file of ['vault.db', 'vault.json']) copyFileSync(path.join(kept, file), path.join(paths.home, file));
    const before = testVault(paths).vault;
    await before.unlock(PASSWORD);
    expect(names(before)).toEqual(['row-1', 'row-2']);
  });

  test('is not mixed with the write-ahead log of the vault that it replaces', async () => {
    const { vault, paths, name, restart } = await withBackup();
    // What a killed process leaves: a database that says less than its log.
    const log = readFileSync(`${paths.vaultDb}-wal`);
    const database = readFileSync(paths.vaultDb);
    expect(log.byteLength).toBeGreaterThan(0);
    await vault.close();
    writeFileSync(paths.vaultDb, database);
    writeFileSync(`${paths.vaultDb}-wal`, log);
    const again = await restart();
    const { replaced } = await again.backups.restore(name, PASSWORD, 'cli');
    await again.unlock(PASSWORD);
    expect(names(again)).toEqual(['row-1']);
    expect(readFileSync(path.join(paths.backups, replaced, 'vault.db-wal')).equals(log)).toBe(true);
  });

  test('brings a vault back whose database is gone', async () => {
    const { vault, paths, name, restart } = await withBackup();
    await vault.close();
    rmSync(paths.vaultDb);
    const again = await restart();
    await expect(again.unlock(PASSWORD)).rejects.toMatchObject({
      code: 'integrity_failure',
      hint: expect.stringContaining('keyharbor backup restore') as string,
    });
    await again.backups.restore(name, PASSWORD, 'cli');
    await again.unlock(PASSWORD);
    expect(names(again)).toEqual(['row-1']);
  });

  const damages: readonly [string, (text: string) => string][] = [
    ['is noise', () => 'not a header'],
    [
      'reads well, but opens with no password',
      (text) => text.replace(/("wrapped": ")(.)/, (_, start, digit) => `${start}${digit === '0' ? '1' : '0'}`),
    ],
  ];
  test.each(damages)('gives only its header where the database is whole and the header %s', async (_, damaged) => {
    const { vault, paths, name, restart } = await withBackup();
    await vault.close();
    const before = readFileSync(paths.header, 'utf8');
    writeFileSync(paths.header, damaged(before));
    expect(readFileSync(paths.header, 'utf8')).not.toBe(before);
    const again = await restart();
    expect(await again.backups.restore(name, PASSWORD, 'cli')).toMatchObject({ headerOnly: true });
    await again.unlock(PASSWORD);
    expect(names(again)).toEqual(['row-1', 'row-2']);
  });

  test('comes whole where its header is older than the database', async () => {
    const { vault, paths, name, restart } = await withBackup();
    await vault.changePassword(PASSWORD, OTHER_PASSWORD);
    await vault.close();
    rmSync(paths.header);
    const again = await restart();
    expect(await again.backups.restore(name, PASSWORD, 'cli')).toMatchObject({ headerOnly: false });
    await again.unlock(PASSWORD);
    expect(names(again)).toEqual(['row-1']);
  });

  test('is opened with the password of its day, or with the recovery code of it', async () => {
    const { vault, name, recoveryCode } = await withBackup();
    await vault.changePassword(PASSWORD, OTHER_PASSWORD);
    vault.lock('asked');
    await expect(vault.backups.restore(name, OTHER_PASSWORD, 'cli')).rejects.toEqual(code('wrong_password'));
    await vault.unlock(OTHER_PASSWORD);
    expect(names(vault)).toEqual(['row-1', 'row-2']);
    vault.lock('asked');
    await vault.backups.restore(name, recoveryCode, 'cli');
    await vault.unlock(PASSWORD);
    expect(names(vault)).toEqual(['row-1']);
    const acts = vault.opened().db.prepare("SELECT action, result FROM audit WHERE action LIKE 'vault.restore%'").all();
    expect(acts).toEqual([{ action: 'vault.restored', result: 'ok' }]);
  });

  test('changes nothing where it is damaged itself', async () => {
    const { vault, paths, name } = await withBackup();
    vault.lock('asked');
    const file = path.join(paths.backups, name, 'vault.db');
    const bytes = readFileSync(file);
    bytes.fill(0x5a, 8192, 8300);
    writeFileSync(file, bytes);
    await expect(vault.backups.restore(name, PASSWORD, 'cli')).rejects.toEqual(code('integrity_failure'));
    expect(readdirSync(paths.home).filter((each) => each.includes('restoring'))).toEqual([]);
    expect(readdirSync(paths.backups).filter((each) => each.startsWith('replaced-'))).toEqual([]);
    await vault.unlock(PASSWORD);
    expect(names(vault)).toEqual(['row-1', 'row-2']);
  });

  test('changes nothing where its header was changed, though the password opens it', async () => {
    const { vault, paths, name } = await withBackup();
    vault.lock('asked');
    const file = path.join(paths.backups, name, 'vault.json');
    writeFileSync(file, readFileSync(file, 'utf8').replace('"confirmed": false', '"confirmed": true'));
    await expect(vault.backups.restore(name, PASSWORD, 'cli')).rejects.toEqual(code('integrity_failure'));
    expect(readdirSync(paths.backups)).toEqual([name]);
    await vault.unlock(PASSWORD);
    expect(names(vault)).toEqual(['row-1', 'row-2']);
  });

  test.each(['../elsewhere', 'daily-20260101T000000000Z', 'usage-20260101T000000000Z', ''])(
    'has to be one: "%s" is none',
    async (name) => {
      const { vault, paths } = await withBackup();
      vault.lock('asked');
      await expect(vault.backups.restore(name, PASSWORD, 'cli')).rejects.toEqual(code('not_found'));
      expect(existsSync(paths.vaultDb)).toBe(true);
    },
  );

  test('waits until the vault is locked', async () => {
    const { vault, name } = await withBackup();
    await expect(vault.backups.restore(name, PASSWORD, 'cli')).rejects.toEqual(code('conflict'));
    expect(names(vault)).toEqual(['row-1', 'row-2']);
  });
});
