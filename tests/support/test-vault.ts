import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { createLog } from '../../electron/core/logs/log.ts';
import { resolvePaths } from '../../electron/core/paths.ts';
import { type Keychain, KeychainUnavailable, type Paths } from '../../electron/core/seams.ts';
import { Vault } from '../../electron/core/vault/vault.ts';
import { FakeClock } from './fake-clock.ts';

export const PASSWORD = 'correct horse battery staple 42';
export const OTHER_PASSWORD = 'seven purple lanterns drift 88';

/** A keychain in memory that can be made unreachable, or forget. The real one is tested in tests/integration. */
export class MemoryKeychain implements Keychain {
  readonly entries = new Map<string, Buffer>();
  name: string | null = 'Test Keychain';

  probe() {
    return Promise.resolve(this.name === null ? { name: null, reason: 'it is locked' } : { name: this.name });
  }

  read(account: string) {
    return this.#ask(() => {
      const value = this.entries.get(account);
      return value === undefined ? null : Buffer.from(value);
    });
  }

  write(account: string, value: Buffer) {
    return this.#ask(() => void this.entries.set(account, Buffer.from(value)));
  }

  remove(account: string) {
    return this.#ask(() => void this.entries.delete(account));
  }

  async #ask<T>(act: () => T): Promise<T> {
    await Promise.resolve();
    if (this.name === null) throw new KeychainUnavailable('it is locked');
    return act();
  }
}

export interface TestVault {
  readonly vault: Vault;
  readonly paths: Paths;
  readonly clock: FakeClock;
  readonly keychain: MemoryKeychain;
  /** Another process's view: a new Vault on the same home, after this one was closed. */
  readonly restart: () => Promise<Vault>;
}

/** A home of its own that is removed when the test ends, with no vault in it. */
export function testHome(): Paths {
  const home = mkdtempSync(path.join(tmpdir(), 'keyharbor-test-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  return resolvePaths({ KEYHARBOR_HOME: home });
}

export function testVault(paths: Paths = testHome()): TestVault {
  const clock = new FakeClock();
  const keychain = new MemoryKeychain();
  const log = createLog(paths.logs);
  const make = () => new Vault({ paths, clock, keychain, log });
  let current = make();
  onTestFinished(async () => {
    await current.close();
    log.close();
  });
  return {
    vault: current,
    paths,
    clock,
    keychain,
    async restart() {
      await current.close();
      current = make();
      return current;
    },
  };
}

/** A vault that is made and unlocked; `recoveryCode` is the code of its kit, not yet confirmed. */
export async function unlockedVault(paths?: Paths): Promise<TestVault & { readonly recoveryCode: string }> {
  const test = testVault(paths);
  const { recoveryCode } = await test.vault.create({ password: PASSWORD, kdf: 'argon2id' });
  return { ...test, recoveryCode };
}

/** A vault whose password slot also needs the device secret of the test keychain. */
export async function deviceBoundVault(paths?: Paths): Promise<TestVault & { readonly recoveryCode: string }> {
  const test = await unlockedVault(paths);
  const proof = { code: test.recoveryCode };
  await test.vault.confirmRecovery({ proof, password: PASSWORD, bindDevice: true });
  return test;
}

/** A bare row, where only it matters that there is a credential. */
export function addCredentialRow(vault: Vault): void {
  const open = vault.opened();
  open.write(() =>
    open.db
      .prepare(
        `INSERT INTO credential VALUES (?, 'openai', 'api_key', 'default', '', 'user', 'active', NULL, 1, '', '', '', 0, NULL, 0, 0, NULL, NULL)`,
      )
      .run(randomBytes(16)),
  );
}

/** The AppError code that `act` fails with; fails the test when it does not fail. */
export async function codeOf(act: () => unknown): Promise<string> {
  try {
    await act();
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
  throw new Error('it did not fail');
}
