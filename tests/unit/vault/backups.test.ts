import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Vault } from '../../../electron/core/vault/vault.ts';
import { addCredentialRow, OTHER_PASSWORD, PASSWORD, testVault } from '../../support/test-vault.ts';

const put = (vault: Vault, name: string) => {
  const { db } = vault.opened();
  vault.opened().write(() => db.prepare('INSERT INTO setting (name, value) VALUES (?, ?)').run(name, '1'));
};
const names = (vault: Vault) =>
  vault.opened().db.prepare("SELECT name FROM setting WHERE name LIKE 'row-%' ORDER BY name").pluck().all();
const code = (wanted: string) => expect.objectContaining({ code: wanted }) as Error;

/** Some bytes in the middle are others. */
function spoil(file: string): void {
  const bytes = readFileSync(file);
  const at = Math.floor(bytes.byteLength / 2);
  bytes.fill(0x5a, at, at + 100);
  writeFileSync(file, bytes);
}

/** Nobody can read it, not even root. */
function blocked(file: string): void {
  rmSync(file);
  mkdirSync(file, { recursive: true });
}

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
  await expect(vault.backups.restore({ name, secret: PASSWORD, lock: false }, 'cli')).rejects.toEqual(
    code('not_found'),
  );
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
    const { replaced, headerOnly } = await vault.backups.restore({ name, secret: PASSWORD, lock: false }, 'cli');
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
    const { replaced } = await again.backups.restore({ name, secret: PASSWORD, lock: false }, 'cli');
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
    await again.backups.restore({ name, secret: PASSWORD, lock: false }, 'cli');
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
    expect(await again.backups.restore({ name, secret: PASSWORD, lock: false }, 'cli')).toMatchObject({
      headerOnly: true,
    });
    await again.unlock(PASSWORD);
    expect(names(again)).toEqual(['row-1', 'row-2']);
  });

  test('comes whole where its header is older than the database', async () => {
    const { vault, paths, name, restart } = await withBackup();
    await vault.changePassword(PASSWORD, OTHER_PASSWORD);
    await vault.close();
    rmSync(paths.header);
    const again = await restart();
    expect(await again.backups.restore({ name, secret: PASSWORD, lock: false }, 'cli')).toMatchObject({
      headerOnly: false,
    });
    await again.unlock(PASSWORD);
    expect(names(again)).toEqual(['row-1']);
  });

  test('is opened with the password of its day, or with the recovery code of it', async () => {
    const { vault, name, recoveryCode } = await withBackup();
    await vault.changePassword(PASSWORD, OTHER_PASSWORD);
    vault.lock('asked');
    await expect(vault.backups.restore({ name, secret: OTHER_PASSWORD, lock: false }, 'cli')).rejects.toEqual(
      code('wrong_password'),
    );
    await vault.unlock(OTHER_PASSWORD);
    expect(names(vault)).toEqual(['row-1', 'row-2']);
    vault.lock('asked');
    await vault.backups.restore({ name, secret: recoveryCode, lock: false }, 'cli');
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
    await expect(vault.backups.restore({ name, secret: PASSWORD, lock: false }, 'cli')).rejects.toEqual(
      code('integrity_failure'),
    );
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
    await expect(vault.backups.restore({ name, secret: PASSWORD, lock: false }, 'cli')).rejects.toEqual(
      code('integrity_failure'),
    );
    expect(readdirSync(paths.backups)).toEqual([name]);
    await vault.unlock(PASSWORD);
    expect(names(vault)).toEqual(['row-1', 'row-2']);
  });

  test.each(['../elsewhere', 'daily-20260101T000000000Z', 'usage-20260101T000000000Z', ''])(
    'has to be one: "%s" is none',
    async (name) => {
      const { vault, paths } = await withBackup();
      vault.lock('asked');
      await expect(vault.backups.restore({ name, secret: PASSWORD, lock: false }, 'cli')).rejects.toEqual(
        code('not_found'),
      );
      expect(existsSync(paths.vaultDb)).toBe(true);
    },
  );

  test('waits until the vault is locked', async () => {
    const { vault, name } = await withBackup();
    await expect(vault.backups.restore({ name, secret: PASSWORD, lock: false }, 'cli')).rejects.toEqual(
      code('conflict'),
    );
    expect(names(vault)).toEqual(['row-1', 'row-2']);
  });
});

describe('a backup that is put back while the vault is open', () => {
  const restore = (vault: Vault, name: string | null, secret = PASSWORD) =>
    vault.backups.restore({ name, secret, lock: true }, 'ui');

  test('locks it once the copy is checked, and says what is in place until that is opened', async () => {
    const { vault, clock, name } = await withBackup();
    addCredentialRow(vault);
    const reasons: string[] = [];
    vault.onLocking((reason) => reasons.push(reason));
    clock.advance(5000);
    const done = await restore(vault, name);
    expect(done).toMatchObject({ name, headerOnly: false, keys: 0, clients: 0, passedOver: [] });
    expect(done.doneMs - done.atMs).toBe(5000);
    expect([vault.state, reasons]).toEqual(['locked', ['restore']]);
    expect(vault.backups.restored).toEqual(done);
    await vault.unlock(PASSWORD);
    expect(names(vault)).toEqual(['row-1']);
    expect(vault.backups.restored).toBeNull();
  });

  test.each([
    ['the password is wrong', 'wrong_password', (_: string) => undefined, OTHER_PASSWORD],
    ['it is damaged', 'integrity_failure', (place: string) => spoil(path.join(place, 'vault.db')), PASSWORD],
    ['its header is', 'integrity_failure', (place: string) => spoil(path.join(place, 'vault.json')), PASSWORD],
    ['it cannot be read', 'integrity_failure', (place: string) => blocked(path.join(place, 'vault.db')), PASSWORD],
    ['its header cannot be', 'integrity_failure', (place: string) => blocked(path.join(place, 'vault.json')), PASSWORD],
  ])('leaves it open and as it is where %s', async (_, wanted, hurt, secret) => {
    const { vault, paths, name } = await withBackup();
    hurt(path.join(paths.backups, name));
    await expect(restore(vault, name, secret)).rejects.toEqual(code(wanted));
    expect(vault.state).toBe('unlocked');
    expect(names(vault)).toEqual(['row-1', 'row-2']);
    expect(vault.backups.replaced()).toEqual([]);
    expect(readdirSync(paths.home).filter((each) => each.includes('restoring'))).toEqual([]);
  });

  test('twice at once: one after the other, and each keeps what it replaced', async () => {
    const { vault, name } = await withBackup();
    const both = await Promise.allSettled([restore(vault, name), restore(vault, name)]);
    // The second began before the first locked the vault: like any act that a lock overtakes, it gives up.
    expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    await restore(vault, name);
    expect(vault.backups.replaced()).toHaveLength(2);
    await vault.unlock(PASSWORD);
    expect(names(vault)).toEqual(['row-1']);
  });
});

describe('the newest backup that verifies', () => {
  test('is put back where no name is given; damaged newer ones are passed over and told', async () => {
    const { vault, paths, clock, name } = await withBackup();
    const newer: string[] = [];
    for (const part of ['vault.db', 'vault.json']) {
      clock.advance(1000);
      const made = await vault.backups.make('ui');
      spoil(path.join(paths.backups, made, part));
      newer.unshift(made);
    }
    vault.lock('asked');
    const wanted = { name: null, secret: PASSWORD, lock: false };
    expect(await vault.backups.restore(wanted, 'ui')).toMatchObject({ name, passedOver: newer });
    expect(vault.backups.list().map(({ state }) => state)).toEqual(['damaged', 'damaged', 'whole']);
  });

  test('there may be none: then nothing is changed', async () => {
    const { vault, paths, name } = await withBackup();
    spoil(path.join(paths.backups, name, 'vault.db'));
    vault.lock('asked');
    const wanted = { name: null, secret: PASSWORD, lock: false };
    await expect(vault.backups.restore(wanted, 'ui')).rejects.toEqual(code('integrity_failure'));
    rmSync(path.join(paths.backups, name), { recursive: true });
    await expect(vault.backups.restore(wanted, 'ui')).rejects.toEqual(code('not_found'));
    await vault.unlock(PASSWORD);
    expect(names(vault)).toEqual(['row-1', 'row-2']);
  });
});

describe('what a backup replaced', () => {
  const replacing = async () => {
    const t = await withBackup();
    t.clock.advance(60_000);
    const { replaced } = await t.vault.backups.restore({ name: t.name, secret: PASSWORD, lock: true }, 'ui');
    await t.vault.unlock(PASSWORD);
    return { ...t, replaced };
  };

  test('is told with its time and size, and can be put back the same way', async () => {
    const { vault, clock, replaced } = await replacing();
    expect(vault.backups.replaced()).toEqual([
      { name: replaced, atMs: clock.now(), bytes: expect.any(Number) as number, complete: true },
    ]);
    expect(vault.backups.replaced()[0]?.bytes).toBeGreaterThan(4096);
    await vault.backups.restore({ name: replaced, secret: PASSWORD, lock: true }, 'ui');
    await vault.unlock(PASSWORD);
    expect(names(vault)).toEqual(['row-1', 'row-2']);
  });

  test('comes back with the write-ahead log that belongs to it', async () => {
    const { vault, paths, name, restart } = await withBackup();
    const log = readFileSync(`${paths.vaultDb}-wal`);
    const database = readFileSync(paths.vaultDb);
    await vault.close();
    writeFileSync(paths.vaultDb, database);
    writeFileSync(`${paths.vaultDb}-wal`, log);
    const again = await restart();
    const { replaced } = await again.backups.restore({ name, secret: PASSWORD, lock: false }, 'ui');
    await again.backups.restore({ name: replaced, secret: PASSWORD, lock: false }, 'ui');
    await again.unlock(PASSWORD);
    expect(names(again)).toEqual(['row-1', 'row-2']);
  });

  test('stays until its owner removes it, who gives the password', async () => {
    const { vault, paths, clock, replaced } = await replacing();
    for (let more = 0; more < 5; more += 1) {
      clock.wallMs += 40 * 86_400_000;
      await vault.backups.make('ui');
    }
    expect(vault.backups.replaced()).toHaveLength(1);
    const { backups } = vault;
    await expect(backups.removeReplaced(replaced, OTHER_PASSWORD, 'ui')).rejects.toEqual(code('wrong_password'));
    await expect(backups.removeReplaced(vault.backups.list()[0]?.name ?? '', PASSWORD, 'ui')).rejects.toEqual(
      code('not_found'),
    );
    await expect(backups.removeReplaced('replaced-../..', PASSWORD, 'ui')).rejects.toEqual(code('not_found'));
    expect(vault.backups.replaced()).toHaveLength(1);
    await backups.removeReplaced(replaced, PASSWORD, 'ui');
    expect(vault.backups.replaced()).toEqual([]);
    expect(readdirSync(paths.backups).filter((each) => each.includes('replaced'))).toEqual([]);
    const { db } = vault.opened();
    expect(db.prepare("SELECT count(*) FROM audit WHERE action = 'vault.removeReplaced'").pluck().get()).toBe(1);
  });
});

describe('a check of a backup', () => {
  test('reads all of it, leaves it as it is, and says what putting it back would change', async () => {
    const { vault, paths, clock } = await withBackup();
    addCredentialRow(vault);
    const { db } = vault.opened();
    clock.advance(1000);
    const name = await vault.backups.make('ui');
    const bytes = readFileSync(path.join(paths.backups, name, 'vault.db'));
    const listed = () => vault.backups.list().find((one) => one.name === name);
    expect(listed()).toMatchObject({ state: 'as-made', checkedMs: clock.now() });
    vault.opened().write(() => db.exec("UPDATE credential SET label = 'changed', updated_at_ms = updated_at_ms + 1"));
    addCredentialRow(vault);
    clock.advance(1000);
    expect(await vault.backups.check(name)).toEqual({
      ...{ keys: 1, clients: 0 },
      difference: {
        gone: { count: 1, names: ['openai/default'] },
        older: { count: 1, names: ['openai/changed'] },
        again: { count: 0, names: [] },
        clientsAgain: { count: 0, names: [] },
      },
    });
    expect(listed()).toMatchObject({ state: 'whole', checkedMs: clock.now() });
    expect(readdirSync(path.join(paths.backups, name)).sort()).toEqual(['vault.db', 'vault.json']);
    expect(readFileSync(path.join(paths.backups, name, 'vault.db')).equals(bytes)).toBe(true);
    expect(readdirSync(paths.backups).filter((each) => each.startsWith('.'))).toEqual([]);
  });

  test.each(['vault.db', 'vault.json'])('finds a damaged %s, and the list says so', async (part) => {
    const { vault, paths, name } = await withBackup();
    let told = 0;
    vault.backups.onChanged(() => (told += 1));
    spoil(path.join(paths.backups, name, part));
    expect(await vault.backups.check(name)).toBeNull();
    expect(vault.backups.list()).toMatchObject([{ name, state: 'damaged' }]);
    expect(told).toBe(1);
  });

  test('of another vault is not one of damage', async () => {
    const { vault, paths, name } = await withBackup();
    const other = await withBackup();
    const [from, to] = [other, { paths, name }].map((one) => path.join(one.paths.backups, one.name));
    for (const part of ['vault.db', 'vault.json']) copyFileSync(path.join(from ?? '', part), path.join(to ?? '', part));
    await expect(vault.backups.check(name)).rejects.toEqual(code('unsupported'));
  });
});

test('a vault that cannot be opened says so before anybody types a password', async () => {
  const { vault, paths, restart } = await withBackup();
  expect(vault.damage()).toBeNull();
  await vault.close();
  const database = readFileSync(paths.vaultDb);
  const header = readFileSync(paths.header);
  for (const hurt of [
    () => rmSync(paths.vaultDb),
    () => writeFileSync(paths.vaultDb, ''),
    () => writeFileSync(paths.vaultDb, database.subarray(0, 1000)),
    () => rmSync(paths.header),
    () => writeFileSync(paths.header, 'noise'),
  ]) {
    writeFileSync(paths.vaultDb, database);
    writeFileSync(paths.header, header);
    hurt();
    const again = await restart();
    expect([again.state, again.damage()]).toEqual(['locked', expect.any(String)]);
    expect(again.notices().filter((notice) => notice.startsWith(again.damage() ?? '?'))).toHaveLength(1);
  }
});
