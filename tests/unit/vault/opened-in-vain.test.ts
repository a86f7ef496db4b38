import { copyFileSync, mkdirSync, rmdirSync } from 'node:fs';
import { afterEach, expect, test, vi } from 'vitest';
import { openDatabase } from '../../../electron/core/store/database.ts';
import { loadDeviceSecret } from '../../../electron/core/vault/device-secret.ts';
import { deriveKey } from '../../../electron/core/vault/hkdf.ts';
import { derive } from '../../../electron/core/vault/kdf.ts';
import type { Secret } from '../../../electron/core/vault/secret.ts';
import { newVmk, unwrapSlot } from '../../../electron/core/vault/slot.ts';
import { stagedFiles } from '../../../electron/core/vault/vault-files.ts';
import type { Vault } from '../../../electron/core/vault/vault.ts';
import {
  codeOf,
  deviceBoundVault,
  OTHER_PASSWORD,
  PASSWORD,
  type TestVault,
  testVault,
  unlockedVault,
} from '../../support/test-vault.ts';

// The real functions: what they gave is kept, to be looked at afterwards.
vi.mock('../../../electron/core/store/database.ts', { spy: true });
vi.mock('../../../electron/core/vault/hkdf.ts', { spy: true });
vi.mock('../../../electron/core/vault/kdf.ts', { spy: true });
vi.mock('../../../electron/core/vault/slot.ts', { spy: true });
vi.mock('../../../electron/core/vault/device-secret.ts', { spy: true });

const given = <T>(mock: { readonly mock: { readonly results: readonly { type: string; value: unknown }[] } }): T[] =>
  mock.mock.results.flatMap(({ type, value }) => (type === 'return' ? [value as T] : []));

/** What is open, and not wiped, of all that was opened and derived since `forget`. */
async function left() {
  const keys = given<Buffer>(vi.mocked(deriveKey));
  for (const each of given<Promise<Buffer>>(vi.mocked(derive))) keys.push(await each);
  keys.push(...given<Buffer | null>(vi.mocked(unwrapSlot)).filter((key) => key !== null));
  keys.push(...given<Buffer>(vi.mocked(newVmk)));
  const databases = given<ReturnType<typeof openDatabase>>(vi.mocked(openDatabase));
  const passed = vi.mocked(openDatabase).mock.calls.map(([, , key]) => key);
  return {
    derived: keys.length,
    notWiped: [...keys, ...passed].filter((key) => key.some((byte) => byte !== 0)).length,
    opened: databases.length,
    notClosed: databases.filter((db) => db.open).length,
  };
}

const forget = () => vi.clearAllMocks();
afterEach(forget);

/** A locked vault in which `spoil` was done while it was open. */
async function spoilt(spoil: (test: TestVault) => void) {
  const test = await unlockedVault();
  spoil(test);
  test.vault.lock('asked');
  forget();
  return test;
}

const NOTHING_LEFT = { notWiped: 0, notClosed: 0 };

test('an unlock that succeeds leaves its two databases open, and no key beside those of the session', async () => {
  const { vault } = await spoilt(() => undefined);
  await vault.unlock(PASSWORD);
  // Of the password, the slot, the vault itself and its database.
  expect(await left()).toMatchObject({ derived: 4, notWiped: 0, opened: 2, notClosed: 2 });
  vault.lock('asked');
  expect(await left()).toMatchObject(NOTHING_LEFT);
});

test('a wrong password leaves no key', async () => {
  const { vault } = await spoilt(() => undefined);
  expect(await codeOf(() => vault.unlock(OTHER_PASSWORD))).toBe('wrong_password');
  expect(await left()).toMatchObject({ derived: 2, opened: 0, ...NOTHING_LEFT });
});

test('a database of another vault leaves no key and no open file', async () => {
  const { vault, paths } = await spoilt(() => undefined);
  const other = await unlockedVault();
  other.vault.lock('asked');
  copyFileSync(other.paths.vaultDb, paths.vaultDb);
  forget();
  expect(await codeOf(() => vault.unlock(PASSWORD))).toBe('integrity_failure');
  expect(await left()).toMatchObject({ derived: 4, ...NOTHING_LEFT });
});

test('a state row that does not verify closes the database again', async () => {
  const { vault } = await spoilt(({ vault: open }) => {
    open.opened().db.prepare('UPDATE vault_state SET header_epoch = header_epoch + 1').run();
  });
  expect(await codeOf(() => vault.unlock(PASSWORD))).toBe('integrity_failure');
  expect(await left()).toMatchObject({ derived: 4, opened: 1, ...NOTHING_LEFT });
});

test('where the last run’s leftovers cannot be settled both databases are closed, and the next unlock works', async () => {
  const { vault, paths } = await spoilt(() => undefined);
  mkdirSync(paths.headerBackup); // a folder in the place of the file that is to be removed
  await expect(vault.unlock(PASSWORD)).rejects.toThrow();
  expect(await left()).toMatchObject({ opened: 2, ...NOTHING_LEFT });
  expect(vault.state).toBe('locked');
  rmdirSync(paths.headerBackup);
  await vault.unlock(PASSWORD);
  expect(vault.state).toBe('unlocked');
});

const refuseEntries = (vault: Vault) =>
  vault.opened().db.exec("CREATE TRIGGER spoilt BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no'); END");

test('an unlock or a recovery that the audit log does not take leaves the vault locked', async () => {
  const { vault, recoveryCode } = await unlockedVault();
  refuseEntries(vault);
  vault.lock('asked');
  forget();
  await expect(vault.unlock(PASSWORD)).rejects.toThrow();
  expect(vault.state).toBe('locked');
  expect(await left()).toMatchObject({ opened: 2, ...NOTHING_LEFT });
  forget();
  await expect(vault.recover(recoveryCode, OTHER_PASSWORD)).rejects.toThrow();
  expect(vault.state).toBe('locked');
  expect(await left()).toMatchObject({ opened: 2, ...NOTHING_LEFT });
});

test('a vault that cannot be made leaves no key', async () => {
  const { vault, paths } = testVault();
  vault.hold();
  mkdirSync(stagedFiles(paths).header); // a folder in the place of the file that is to be removed
  forget();
  await expect(vault.create({ password: PASSWORD, kdf: 'argon2id' })).rejects.toThrow();
  expect(await left()).toMatchObject({ derived: 4, ...NOTHING_LEFT });
});

test('a password that is refused for its length leaves no device secret', async () => {
  const { vault } = await deviceBoundVault();
  forget();
  expect(await codeOf(() => vault.verifyPassword('é'.repeat(513)))).toBe('invalid_input');
  const secrets = await Promise.all(given<Promise<Secret>>(vi.mocked(loadDeviceSecret)));
  expect(secrets).toHaveLength(1);
  for (const secret of secrets) expect(() => secret.use((bytes) => bytes)).toThrow('disposed');
});
