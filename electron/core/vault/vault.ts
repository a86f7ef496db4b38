import { randomBytes } from 'node:crypto';
import type { VaultStateName } from '../../../shared/contract/method.ts';
import { AppError } from '../../../shared/errors.ts';
import type { Log } from '../logs/log.ts';
import type { Clock, Keychain, Paths } from '../seams.ts';
import { databaseProblem } from '../store/database.ts';
import type { WriterLock } from '../store/writer-lock.ts';
import { wipe } from './bytes.ts';
import { guardedBy } from './guarded.ts';
import { firstHeader, publishVault } from './header-change.ts';
import { freshParams, isBelowDefault, type KdfName, newParams } from './kdf.ts';
import { Keyslots, passwordSlotIn, withSlot } from './keyslots.ts';
import type { OpenVault } from './open-vault.ts';
import { assertAcceptable } from './password.ts';
import { describeProtection, type Protection } from './protection.ts';
import { BackupActs } from './backup-acts.ts';
import { RecoveryActs } from './recovery-acts.ts';
import { formatRecoveryCode, newRecoverySecret } from './recovery-code.ts';
import { RecoveryKit, type RecoveryProof } from './recovery-kit.ts';
import { newVmk } from './slot.ts';
import { UnlockAttempts } from './unlock-attempts.ts';
import * as files from './vault-files.ts';
import { type LockReason, VaultMachine } from './vault-machine.ts';

export type { Protection } from './protection.ts';
export type { RecoveryProof } from './recovery-kit.ts';
export type { LockReason } from './vault-machine.ts';
export type Actor = string;

export interface VaultDeps {
  readonly paths: Paths;
  readonly clock: Clock;
  readonly keychain: Keychain;
  readonly log: Log;
  /** Told how many milliseconds each write to vault.db took. */
  readonly wrote?: (ms: number) => void;
}

/**
 * The vault (SECURITY-DESIGN.md sections 2 and 3): the only owner of its keys. Long acts run one after another; `lock` is
 * immediate and makes whatever runs give up. `actor` in all methods: who asks, for the audit log ("ui", "cli", "system").
 */
export class Vault {
  readonly #paths: Paths;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #machine: VaultMachine;
  readonly #slots: Keyslots;
  readonly #attempts: UnlockAttempts;
  readonly #kit = new RecoveryKit();
  readonly #recovery: RecoveryActs;
  /** Copies of the vault: list, make, put back. */
  readonly backups: BackupActs;

  constructor(deps: VaultDeps) {
    this.#paths = deps.paths;
    this.#clock = deps.clock;
    this.#log = deps.log;
    const guarded = guardedBy(deps.log);
    this.#slots = new Keyslots(deps);
    this.#machine = new VaultMachine({
      ...deps,
      guarded,
      lockAsked: () => this.#kit.forget(),
      unlocked: () => {
        this.#attempts.opened();
        this.backups.opened();
      },
      backedUp: () => this.backups.changed(),
    });
    this.#attempts = new UnlockAttempts({
      ...deps,
      guarded,
      isOpen: () => this.#machine.session !== null,
      audit: (entry) => this.#machine.audit(entry),
      lockOut: () => this.lock('failures'),
    });
    this.backups = new BackupActs({ ...deps, guarded, machine: this.#machine, attempts: this.#attempts });
    this.#recovery = new RecoveryActs({
      paths: deps.paths,
      machine: this.#machine,
      slots: this.#slots,
      attempts: this.#attempts,
      kit: this.#kit,
    });
  }

  get state(): VaultStateName {
    return this.#machine.state;
  }

  /** What opens the vault. The keychain is as it was last asked: see `refreshKeychain`. */
  protection(): Protection {
    return describeProtection(this.#machine.header ?? files.peekHeader(this.#paths), this.#slots.keychainState);
  }

  /** Asks the OS keychain whether it works here; at most 10 s. */
  async refreshKeychain(): Promise<void> {
    await this.#slots.refreshKeychain();
  }

  /**
   * What the owner should know, as plain sentences: read-only, damaged, an unsafe place.
   * @param problem - from `problem`, which looks at the disk: one look, so that what is said of it agrees.
   */
  notices(problem: AppError | null = this.problem()): readonly string[] {
    const notices = this.#machine.notices();
    return problem === null ? notices : [...notices, `${problem.message} ${problem.hint}`.trim()];
  }

  /**
   * What of it is damaged, so that it cannot be opened; a backup can be put back. One of the notices begins so.
   * @param problem - as for `notices`.
   */
  damage(problem: AppError | null = this.problem()): string | null {
    return problem?.code === 'integrity_failure' ? problem.message : null;
  }

  /**
   * Why the vault cannot be opened, as far as it shows without a key: the header, or a database that is missing, empty or
   * cut short. null where nothing shows, where it is open, and where there is none.
   */
  problem(): AppError | null {
    if (this.#machine.session !== null || files.whatIsThere(this.#paths) === 'nothing') return null;
    return this.headerProblem() ?? databaseProblem(this.#paths.vaultDb);
  }

  /** What is wrong with the header file as it lies on disk; null where it is sound or there is no vault. */
  headerProblem(): AppError | null {
    return files.headerProblem(this.#paths);
  }

  retryAfterMs(): number {
    return this.#attempts.waitMs;
  }

  failedUnlocks(): number {
    return this.#attempts.failures;
  }

  /** @throws AppError `vault_locked` or `vault_not_found`. */
  opened(): OpenVault {
    return this.#machine.opened();
  }

  /**
   * Prepares the home and takes the single-writer lock, kept until `close`.
   * @param lock - the lock, where the caller has it already; it belongs to the vault from then on.
   * @throws AppError `conflict` when another process holds it, `security_violation` for an unsafe home.
   */
  hold(lock?: WriterLock): void {
    this.#machine.hold(lock);
  }

  /**
   * Makes the vault, with a plain password slot and a recovery slot, and leaves it unlocked.
   * @returns the recovery code, to be shown once, and how long one unlock takes here.
   */
  create(
    input: { readonly password: string; readonly kdf: KdfName },
    actor: Actor = 'system',
  ): Promise<{ recoveryCode: string; unlockMs: number }> {
    return this.#machine.inTurn(async (goOn) => {
      if (files.whatIsThere(this.#paths) !== 'nothing') throw this.#alreadyThere();
      await assertAcceptable(input.password);
      const vaultId = randomBytes(16);
      const vmk = newVmk();
      const code = newRecoverySecret();
      try {
        const params = await newParams(input.kdf);
        const start = performance.now();
        const slot = await this.#slots.withPassword(vaultId, vmk, input.password, params, null);
        const unlockMs = Math.round(performance.now() - start);
        goOn();
        const header = firstHeader(vaultId, [slot, this.#slots.forRecovery(vaultId, vmk, code)], vmk);
        publishVault({ paths: this.#paths, clock: this.#clock }, header, vmk, actor);
        this.#machine.open(header, vmk);
        this.#kit.keep(code);
        this.#machine.announceUnlocked();
        return { recoveryCode: formatRecoveryCode(code), unlockMs };
      } catch (error) {
        code.dispose();
        throw error;
      } finally {
        wipe(vmk);
      }
    });
  }

  /**
   * The kit was kept: two groups of the code were retyped, or the whole code was given. With `bindDevice` the password
   * slot then also needs a device secret in the OS keychain; where none works it stays as it is, and `protection` says so.
   */
  confirmRecovery(
    input: { readonly proof: RecoveryProof; readonly password: string; readonly bindDevice: boolean },
    actor: Actor = 'system',
  ): Promise<void> {
    return this.#recovery.confirm(input, actor);
  }

  /** A new recovery code, to be shown once; the old one stops working and the new one is not confirmed yet. */
  renewRecovery(password: string, actor: Actor = 'system'): Promise<string> {
    return this.#recovery.renew(password, actor);
  }

  /**
   * Opens the vault with the recovery code, sets a new password, makes a new kit and binds the device secret anew.
   * @returns the new code, to be shown once. null where nothing was replaced: the vault is bound to a keychain that cannot
   * be asked now (locked, another session), so password, code and device secret stay as they are.
   */
  recover(code: string, newPassword: string, actor: Actor = 'system'): Promise<string | null> {
    return this.#recovery.recover(code, newPassword, actor);
  }

  /**
   * Opens the vault; where it is open already, only checks the password.
   * @throws AppError `wrong_password`, `throttled`, `vault_not_found`, `conflict`, `integrity_failure`, `unsupported`, or
   * `decryption_failed` when the device secret cannot be had.
   */
  unlock(password: string, actor: Actor = 'system'): Promise<void> {
    const machine = this.#machine;
    return machine.inTurn(async (goOn) => {
      if (machine.session !== null) return this.#verify(password, actor);
      await machine.whileUnlocking(async () => {
        const header = files.readHeader(this.#paths);
        const vmk = await this.#attempts.withPassword(password, header, 'vault.unlock', actor);
        try {
          goOn();
          machine.open(header, vmk);
          machine.audit({ actor, action: 'vault.unlock', result: 'ok' });
          await this.#upgrade(password, vmk);
          goOn();
        } catch (error) {
          machine.closeSession();
          throw error;
        } finally {
          wipe(vmk);
        }
      });
      machine.announceUnlocked();
    });
  }

  /** Checks the password again before something weighty. Counts failures like unlock; five in a row lock the vault. */
  verifyPassword(password: string, actor: Actor = 'system'): Promise<void> {
    return this.#machine.inTurn(() => this.#verify(password, actor));
  }

  /** New password, new salt, same vault key; works locked too, and then stays locked. Old copies keep the old password. */
  changePassword(oldPassword: string, newPassword: string, actor: Actor = 'system'): Promise<void> {
    const machine = this.#machine;
    return machine.inTurn(async (goOn) => {
      const header = machine.header ?? files.readHeader(this.#paths);
      await assertAcceptable(newPassword);
      const vmk = await this.#attempts.withPassword(oldPassword, header, 'vault.changePassword', actor);
      try {
        const old = passwordSlotIn(header);
        const vaultId = Buffer.from(header.vaultId, 'hex');
        const device = old.type === 'password-device' ? { id: old.deviceId, backend: old.backend } : null;
        const slot = await this.#slots.withPassword(vaultId, vmk, newPassword, freshParams(old.kdf), device);
        goOn();
        const slots = withSlot(header.slots, old, slot);
        machine.withSession(header, vmk, (session) => {
          machine.changeHeader(session, header, slots, { actor, action: 'vault.changePassword', result: 'ok' });
        });
      } finally {
        wipe(vmk);
      }
    });
  }

  /** At once and whole: listeners write what they must, then database and keys go. Also ends an unlock that runs. */
  lock(reason: LockReason): void {
    this.#machine.lock(reason);
  }

  /** Locks, waits for what runs, and frees the writer lock: the vault is not to be used after it. */
  async close(reason: LockReason = 'quit'): Promise<void> {
    await this.#machine.close(reason);
  }

  onUnlocked(listener: () => void): () => void {
    return this.#machine.onUnlocked(listener);
  }

  /** Called before keys and database go: the last chance to write, through `opened()`. Must be synchronous. */
  onLocking(listener: (reason: LockReason) => void): () => void {
    return this.#machine.onLocking(listener);
  }

  async #verify(password: string, actor: Actor): Promise<void> {
    const { header } = this.#machine.mustBeOpen();
    wipe(await this.#attempts.withPassword(password, header, 'vault.verifyPassword', actor));
  }

  /** A slot below today's defaults is rewrapped; that it could not be does not keep the owner out. */
  async #upgrade(password: string, vmk: Buffer): Promise<void> {
    const machine = this.#machine;
    const { session, header } = machine.mustBeOpen();
    const old = passwordSlotIn(header);
    const backend = await this.#slots.backendOf(old);
    const renamed = old.type === 'password-device' && backend !== null && backend !== old.backend;
    if (session.readOnly || (!isBelowDefault(old.kdf) && !renamed)) return;
    try {
      const device = old.type === 'password-device' ? { id: old.deviceId, backend: backend ?? old.backend } : null;
      const slot = await this.#slots.withPassword(session.vaultId, vmk, password, freshParams(old.kdf), device);
      if (machine.session !== session) return;
      files.keepOldHeader(this.#paths, this.#clock, header);
      const slots = withSlot(header.slots, old, slot);
      machine.changeHeader(session, header, slots, { actor: 'system', action: 'vault.upgradeSlot', result: 'ok' });
      if (renamed) machine.tell(`This computer's keychain is now ${backend}; the device secret was found there.`);
    } catch (error) {
      this.#log.warn('vault.upgrade-failed', { code: error instanceof AppError ? error.code : 'internal' });
    }
  }

  #alreadyThere(): AppError {
    const problem = this.headerProblem();
    if (problem !== null) return problem;
    return new AppError(
      'conflict',
      'There is a vault here already. It was not touched.',
      'Unlock it, or set KEYHARBOR_HOME to another folder.',
    );
  }
}
