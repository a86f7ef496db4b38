import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readAudit, verifyAudit } from '../../../electron/core/audit/audit-log.ts';
import { acquireWriterLock } from '../../../electron/core/store/writer-lock.ts';
import type { Vault } from '../../../electron/core/vault/vault.ts';
import {
  codeOf,
  deviceBoundVault,
  OTHER_PASSWORD,
  PASSWORD,
  testHome,
  testVault,
  unlockedVault,
} from '../../support/test-vault.ts';

const addSetting = (vault: Vault, name: string) =>
  vault.opened().write(() => vault.opened().db.prepare("INSERT INTO setting VALUES (?, 'x')").run(name));

describe('a new vault', () => {
  test('is unlocked, has a recovery code, and says how long an unlock takes', async () => {
    const { vault } = testVault();
    expect(vault.state).toBe('no-vault');
    expect(await codeOf(() => vault.opened())).toBe('vault_not_found');
    const made = await vault.create({ password: PASSWORD, kdf: 'argon2id' });
    expect(made.recoveryCode).toHaveLength(40);
    expect(made.unlockMs).toBeGreaterThanOrEqual(0);
    expect(vault.state).toBe('unlocked');
  });

  test('has files that only the owner can read, and no staged ones', async () => {
    const { paths } = await unlockedVault();
    expect(statSync(paths.home).mode & 0o777).toBe(0o700);
    const files = readdirSync(paths.home).filter((name) => !statSync(`${paths.home}/${name}`).isDirectory());
    expect(files).toEqual(expect.arrayContaining(['vault.json', 'vault.db', 'usage.db', 'vault.lock']));
    for (const name of files) expect([name, statSync(`${paths.home}/${name}`).mode & 0o777]).toEqual([name, 0o600]);
    expect(files.filter((name) => name.endsWith('.new') || name.endsWith('.tmp'))).toEqual([]);
  });

  test('is never made over another one, nor where parts of one lie', async () => {
    const { vault, paths } = await unlockedVault();
    const before = readFileSync(paths.header);
    expect(await codeOf(() => vault.create({ password: OTHER_PASSWORD, kdf: 'argon2id' }))).toBe('conflict');
    expect(readFileSync(paths.header).equals(before)).toBe(true);
  });

  test.each([
    ['a short one', 'x7#Qm!2vR&k'],
    ['spaces', '                    '],
    ['a common one', 'password1234'],
  ])('takes no weak password: %s', async (_, password) => {
    const { vault } = testVault();
    expect(await codeOf(() => vault.create({ password, kdf: 'argon2id' }))).toBe('invalid_input');
    expect(vault.state).toBe('no-vault');
  });

  test('may use PBKDF2 by name, and says so', async () => {
    const { vault } = testVault();
    await vault.create({ password: PASSWORD, kdf: 'pbkdf2' });
    vault.lock('asked');
    expect(vault.protection().kdf).toBe('pbkdf2');
    await vault.unlock(PASSWORD);
    expect(vault.state).toBe('unlocked');
  });

  test('whose creation was cut off before it had its names is not there, and the next try works', async () => {
    const { vault, paths } = testVault();
    vault.lock('asked');
    const creating = vault.create({ password: PASSWORD, kdf: 'argon2id' });
    await Promise.resolve();
    vault.lock('quit');
    expect(await codeOf(() => creating)).toBe('vault_locked');
    expect([vault.state, existsSync(paths.header), existsSync(paths.vaultDb)]).toEqual(['no-vault', false, false]);
    await vault.create({ password: PASSWORD, kdf: 'argon2id' });
    expect(vault.state).toBe('unlocked');
  });
});

describe('unlock', () => {
  test('gives back what was stored, after a restart too', async () => {
    const { vault, restart } = await unlockedVault();
    addSetting(vault, 'kept');
    const again = await restart();
    expect(again.state).toBe('locked');
    expect(await codeOf(() => again.opened())).toBe('vault_locked');
    await again.unlock(PASSWORD, 'cli');
    expect(again.opened().db.prepare('SELECT name FROM setting').pluck().all()).toEqual(['kept']);
  });

  test('takes the same password typed with composed or decomposed letters', async () => {
    const { vault } = testVault();
    await vault.create({ password: 'schlüssel bünde wählen 42', kdf: 'argon2id' });
    vault.lock('asked');
    await vault.unlock('schlüssel bünde wählen 42'.normalize('NFD'));
    expect(vault.state).toBe('unlocked');
  });

  test('with a wrong password says only that, counts it, and slows down after three', async () => {
    const { vault, clock } = await unlockedVault();
    vault.lock('asked');
    for (let round = 1; round <= 4; round += 1)
      expect(await codeOf(() => vault.unlock('wrong'))).toBe('wrong_password');
    expect([vault.failedUnlocks(), vault.retryAfterMs(), vault.state]).toEqual([4, 1000, 'locked']);
    expect(await codeOf(() => vault.unlock(PASSWORD))).toBe('throttled');
    clock.advance(1000);
    await vault.unlock(PASSWORD);
    expect([vault.state, vault.failedUnlocks()]).toEqual(['unlocked', 0]);
  });

  test('keeps its delay across a restart', async () => {
    const { vault, restart } = await unlockedVault();
    vault.lock('asked');
    for (let round = 1; round <= 4; round += 1) await codeOf(() => vault.unlock('wrong'));
    const again = await restart();
    expect([again.failedUnlocks(), again.retryAfterMs()]).toEqual([4, 1000]);
    expect(await codeOf(() => again.unlock(PASSWORD))).toBe('throttled');
  });

  test('of an open vault only checks the password', async () => {
    const { vault } = await unlockedVault();
    const session = vault.opened();
    await vault.unlock(PASSWORD);
    expect(await codeOf(() => vault.unlock('wrong'))).toBe('wrong_password');
    expect(vault.opened()).toBe(session);
  });

  test('without a vault says that there is none', async () => {
    const { vault } = testVault();
    expect(await codeOf(() => vault.unlock(PASSWORD))).toBe('vault_not_found');
  });

  test('with an endless password is refused before anything is derived', async () => {
    const { vault } = await unlockedVault();
    vault.lock('asked');
    expect(await codeOf(() => vault.unlock('é'.repeat(513)))).toBe('invalid_input');
    expect(vault.failedUnlocks()).toBe(0);
  });
});

describe('lock', () => {
  test('lets listeners write a last time, then closes the database', async () => {
    const { vault } = await unlockedVault();
    const { db } = vault.opened();
    const seen: string[] = [];
    vault.onLocking((reason) => {
      addSetting(vault, 'last words');
      seen.push(reason, vault.state);
    });
    vault.lock('idle');
    expect(seen).toEqual(['idle', 'locked']);
    expect(db.open).toBe(false);
    expect(vault.state).toBe('locked');
    await vault.unlock(PASSWORD);
    expect(vault.opened().db.prepare('SELECT name FROM setting').pluck().all()).toEqual(['last words']);
  });

  test('that a listener asks for again is the same one', async () => {
    const { vault } = await unlockedVault();
    const reasons: string[] = [];
    vault.onLocking((reason) => {
      reasons.push(reason);
      vault.lock('idle');
    });
    vault.lock('asked');
    expect([vault.state, reasons]).toEqual(['locked', ['asked']]);
  });

  test('happens even when a listener fails', async () => {
    const { vault } = await unlockedVault();
    vault.onLocking(() => {
      throw new Error('no');
    });
    vault.lock('asked');
    expect(vault.state).toBe('locked');
  });

  test('leaves an old handle unable to write', async () => {
    const { vault } = await unlockedVault();
    const session = vault.opened();
    vault.lock('asked');
    expect(await codeOf(() => session.write(() => 1))).toBe('vault_locked');
  });

  test('comes by itself after five wrong passwords in a row', async () => {
    const { vault, clock } = await unlockedVault();
    const reasons: string[] = [];
    vault.onLocking((reason) => reasons.push(reason));
    for (let round = 1; round <= 5; round += 1) {
      clock.advance(60_000);
      expect(vault.state).toBe('unlocked');
      expect(await codeOf(() => vault.verifyPassword('wrong'))).toBe('wrong_password');
    }
    expect([vault.state, reasons]).toEqual(['locked', ['failures']]);
  });
});

describe('acts at the same time', () => {
  test('two unlocks both succeed, and the vault is opened once', async () => {
    const { vault } = await unlockedVault();
    vault.lock('asked');
    let opened = 0;
    vault.onUnlocked(() => {
      opened += 1;
    });
    await Promise.all([vault.unlock(PASSWORD), vault.unlock(PASSWORD)]);
    expect([vault.state, opened]).toEqual(['unlocked', 1]);
  });

  test('while a password is tried the vault is neither locked nor open', async () => {
    const { vault } = await unlockedVault();
    vault.lock('asked');
    const unlocking = vault.unlock(PASSWORD);
    await new Promise((resolve) => setImmediate(resolve));
    expect(vault.state).toBe('unlocking');
    expect(await codeOf(() => vault.opened())).toBe('vault_locked');
    await unlocking;
    expect(vault.state).toBe('unlocked');
    vault.lock('asked');
    const wrong = vault.unlock('wrong').catch(() => undefined);
    await new Promise((resolve) => setImmediate(resolve));
    expect(vault.state).toBe('unlocking');
    await wrong;
    expect(vault.state).toBe('locked');
  });

  test('a lock during an unlock wins', async () => {
    const { vault } = await unlockedVault();
    vault.lock('asked');
    const unlocking = vault.unlock(PASSWORD);
    await new Promise((resolve) => setImmediate(resolve));
    vault.lock('screen-lock');
    expect(await codeOf(() => unlocking)).toBe('vault_locked');
    expect(vault.state).toBe('locked');
  });

  test('of two creations one wins and the other changes nothing', async () => {
    const { vault } = testVault();
    const [first, second] = await Promise.allSettled([
      vault.create({ password: PASSWORD, kdf: 'argon2id' }),
      vault.create({ password: OTHER_PASSWORD, kdf: 'argon2id' }),
    ]);
    expect(first.status).toBe('fulfilled');
    expect(second).toMatchObject({ status: 'rejected', reason: { code: 'conflict' } });
    vault.lock('asked');
    await vault.unlock(PASSWORD);
  });

  test('a lock that its host has already goes on to the vault: at no moment is the home free for another', async () => {
    const first = testVault();
    const lock = acquireWriterLock(first.paths);
    if (lock === null) throw new Error('the home is not free');
    first.vault.hold(lock);
    expect(acquireWriterLock(first.paths)).toBeNull();
    await first.vault.close();
    expect(acquireWriterLock(first.paths)).not.toBeNull();
  });

  test('a second holder of the same home is told so, and may go on once the first ended', async () => {
    const paths = testHome();
    const first = await unlockedVault(paths);
    const second = testVault(paths);
    const refusal = second.vault.unlock(PASSWORD);
    await expect(refusal).rejects.toMatchObject({ code: 'conflict', hint: expect.stringContaining('stop') as string });
    await first.vault.close();
    await second.vault.unlock(PASSWORD);
    expect(second.vault.state).toBe('unlocked');
  });
});

describe('changing the password', () => {
  test.each(['unlocked', 'locked'] as const)(
    'works while %s, and the old one opens nothing any more',
    async (state) => {
      const { vault } = await unlockedVault();
      if (state === 'locked') vault.lock('asked');
      await vault.changePassword(PASSWORD, OTHER_PASSWORD, 'cli');
      expect(vault.state).toBe(state);
      vault.lock('asked');
      expect(await codeOf(() => vault.unlock(PASSWORD))).toBe('wrong_password');
      await vault.unlock(OTHER_PASSWORD);
      expect(readAudit(vault.opened(), { limit: 9 }).map((entry) => entry.action)).toContain('vault.changePassword');
      expect(verifyAudit(vault.opened()).firstBadSeq).toBeNull();
    },
  );

  test('changes salt and slot but not the vault, raises the header’s epoch, and keeps the recovery code', async () => {
    const { vault, paths, recoveryCode } = await unlockedVault();
    const header = () =>
      JSON.parse(readFileSync(paths.header, 'utf8')) as {
        headerEpoch: number;
        vaultId: string;
        slots: { kdf: { salt: string } }[];
      };
    const before = header();
    await vault.changePassword(PASSWORD, OTHER_PASSWORD);
    const after = header();
    expect(after.headerEpoch).toBe(before.headerEpoch + 1);
    expect(after.vaultId).toBe(before.vaultId);
    expect(after.slots[0]?.kdf.salt).not.toBe(before.slots[0]?.kdf.salt);
    vault.lock('asked');
    await vault.recover(recoveryCode, PASSWORD);
    expect(vault.state).toBe('unlocked');
  });

  test('keeps the previous header only until the new one has unlocked', async () => {
    const { vault, paths } = await unlockedVault();
    await vault.changePassword(PASSWORD, OTHER_PASSWORD);
    expect(existsSync(paths.headerBackup)).toBe(true);
    vault.lock('asked');
    await vault.unlock(OTHER_PASSWORD);
    expect(existsSync(paths.headerBackup)).toBe(false);
  });

  test('needs the right old one, and a new one that will do', async () => {
    const { vault } = await unlockedVault();
    expect(await codeOf(() => vault.changePassword('wrong', OTHER_PASSWORD))).toBe('wrong_password');
    expect(await codeOf(() => vault.changePassword(PASSWORD, 'password1234'))).toBe('invalid_input');
    await vault.verifyPassword(PASSWORD);
  });

  test('keeps the device secret', async () => {
    const { vault, keychain } = await deviceBoundVault();
    const accounts = [...keychain.entries.keys()];
    await vault.changePassword(PASSWORD, OTHER_PASSWORD);
    vault.lock('asked');
    await vault.unlock(OTHER_PASSWORD);
    expect(vault.protection().deviceBound).toBe(true);
    expect([...keychain.entries.keys()]).toEqual(accounts);
  });
});

test('every security-relevant act is in the audit log, with who did it', async () => {
  const { vault, clock } = await unlockedVault();
  vault.lock('idle');
  await codeOf(() => vault.unlock('wrong'));
  clock.advance(1000);
  await vault.unlock(PASSWORD, 'cli');
  await codeOf(() => vault.verifyPassword('wrong', 'ui'));
  const entries = [...readAudit(vault.opened(), { limit: 20 })].reverse();
  expect(entries.map(({ action, actor, result }) => `${action} ${actor} ${result}`)).toEqual([
    'vault.create system ok',
    'vault.lock system ok',
    'vault.unlock unknown failed',
    'audit.adopt system ok',
    'vault.unlock cli ok',
    'vault.verifyPassword ui failed',
  ]);
  expect(entries[2]?.meta).toMatchObject({ unauthenticated: true, count: 1 });
  expect(verifyAudit(vault.opened())).toEqual({ entries: 6, firstBadSeq: null });
});

test('a write that fails leaves nothing, and the next one works', async () => {
  const { vault } = await unlockedVault();
  const { db } = vault.opened();
  const epoch = () => db.prepare('SELECT epoch FROM vault_state').pluck().get();
  const before = epoch();
  expect(() =>
    vault.opened().write(() => {
      addSetting(vault, 'half');
      throw new Error('no');
    }),
  ).toThrow('no');
  expect([db.prepare('SELECT count(*) FROM setting').pluck().get(), epoch()]).toEqual([0, before]);
  addSetting(vault, 'whole');
  expect(epoch()).toBe(Number(before) + 1);
});

test('a lock holds even where a database cannot be closed', async () => {
  const { vault } = await unlockedVault();
  const { usageDb, db } = vault.opened();
  const reading = usageDb.prepare('SELECT 1 UNION SELECT 2').iterate();
  reading.next(); // SQLite closes nothing in the middle of this
  expect(() => vault.lock('asked')).not.toThrow();
  expect(vault.state).toBe('locked');
  expect(await codeOf(() => vault.opened())).toBe('vault_locked');
  expect(db.open).toBe(false);
  reading.return?.();
  usageDb.close();
  await vault.unlock(PASSWORD);
  expect(vault.state).toBe('unlocked');
});
