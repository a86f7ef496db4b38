import { randomBytes } from 'node:crypto';
import type { EventData } from '../../../shared/contract/events.ts';
import type { VaultStateName } from '../../../shared/contract/methods.ts';
import { AppError } from '../../../shared/errors.ts';
import { appendAudit, type NewAuditEntry } from '../audit/audit-log.ts';
import { adoptPending, type PendingKind, recordPending } from '../audit/pending.ts';
import type { Log } from '../logs/log.ts';
import { prepareHome } from '../paths.ts';
import { type Clock, type Keychain, KeychainUnavailable, type Paths } from '../seams.ts';
import { newestBackupMs } from '../store/backup.ts';
import { onDisk } from '../store/sqlite-error.ts';
import { acquireWriterLock, type WriterLock } from '../store/writer-lock.ts';
import { wipe } from './bytes.ts';
import { deviceAccount, loadDeviceSecret, newDeviceSecret, storeDeviceSecret } from './device-secret.ts';
import { HEADER_FORMAT, HEADER_VERSION, type Header, macHeader } from './header.ts';
import { deriveKeyObject } from './hkdf.ts';
import { derive, freshParams, isBelowDefault, type KdfName, type KdfParams, newParams } from './kdf.ts';
import type { OpenVault } from './open-vault.ts';
import { assertAcceptable, passwordBytes } from './password.ts';
import { describeProtection, type KeychainState, type Protection } from './protection.ts';
import { formatRecoveryCode, matchesGroups, newRecoverySecret, parseRecoveryCode } from './recovery-code.ts';
import type { Secret } from './secret.ts';
import { cryptoSelfTest } from './self-test.ts';
import { openSession, type Session, stageVault } from './session.ts';
import { newVmk, type PasswordSlot, type RecoverySlot, type Slot, unwrapSlot, wrapSlot } from './slot.ts';
import { UnlockThrottle } from './unlock-throttle.ts';
import * as files from './vault-files.ts';

export type { Protection } from './protection.ts';
export type LockReason = EventData<'vault.locked'>['reason'];
export type Actor = string;

export interface VaultDeps {
  readonly paths: Paths;
  readonly clock: Clock;
  readonly keychain: Keychain;
  readonly log: Log;
}

/** Two groups of the code retyped (index from 0), or the whole code. */
export type RecoveryProof =
  | { readonly groups: readonly { readonly index: number; readonly text: string }[] }
  | { readonly code: string };

const FAILURES_THAT_LOCK = 5;
const DAY_MS = 24 * 60 * 60 * 1000;
const BACKUP_DELAY_MS = 1000;
const BACKUP_CHECK_MS = 60 * 60 * 1000;
const FIRST_BACKUP_CHECK_MS = 60 * 1000;

let selfTest: Promise<void> | undefined;

/**
 * The vault as one state machine (SECURITY-DESIGN.md sections 2 and 3): the only owner of its keys. Long acts run one
 * after another; `lock` is immediate and makes whatever runs give up. `actor` in all methods: who asks, for the audit
 * log ("ui", "cli", "system").
 */
export class Vault {
  readonly #paths: Paths;
  readonly #clock: Clock;
  readonly #keychain: Keychain;
  readonly #log: Log;
  readonly #unlockedListeners = new Set<() => void>();
  readonly #lockingListeners = new Set<(reason: LockReason) => void>();
  #throttleOrNone: UnlockThrottle | null = null;
  #writerLock: WriterLock | null = null;
  #placeWarnings: readonly string[] = [];
  #keychainState: KeychainState = null;
  #backendNotice: string | null = null;
  #session: Session | null = null;
  /** Of the open vault. */
  #header: Header | null = null;
  /** The code of a kit that is not confirmed yet: kept until two of its groups were retyped, or until lock. */
  #unconfirmed: Secret | null = null;
  #unlocking = false;
  #locking = false;
  /** Raised by every lock: an act that began before it must not go on. */
  #locks = 0;
  #queue: Promise<unknown> = Promise.resolve();
  #callOffBackup: () => void = () => undefined;
  #failuresWhileOpen = 0;

  constructor(deps: VaultDeps) {
    this.#paths = deps.paths;
    this.#clock = deps.clock;
    this.#keychain = deps.keychain;
    this.#log = deps.log;
  }

  get state(): VaultStateName {
    if (this.#session !== null && !this.#locking) return 'unlocked';
    if (this.#unlocking) return 'unlocking';
    if (this.#session !== null) return 'locked';
    return files.whatIsThere(this.#paths) === 'nothing' ? 'no-vault' : 'locked';
  }

  /** What opens the vault. The keychain is as it was last asked: see `refreshKeychain`. */
  protection(): Protection {
    return describeProtection(this.#header ?? files.peekHeader(this.#paths), this.#keychainState);
  }

  /** Asks the OS keychain whether it works here; at most 10 s. */
  async refreshKeychain(): Promise<void> {
    this.#keychainState = await this.#keychain.probe();
  }

  /** What the owner should know, as plain sentences: read-only, damaged, an unsafe place. */
  notices(): readonly string[] {
    const notices = [...this.#placeWarnings, ...(this.#session?.notices ?? [])];
    if (this.#backendNotice !== null) notices.push(this.#backendNotice);
    const problem = this.#session === null ? this.headerProblem() : null;
    if (problem !== null) notices.push(`${problem.message} ${problem.hint}`.trim());
    return notices;
  }

  /** What is wrong with the header file as it lies on disk; null where it is sound or there is no vault. */
  headerProblem(): AppError | null {
    return files.headerProblem(this.#paths);
  }

  retryAfterMs(): number {
    return this.#throttle.waitMs();
  }

  failedUnlocks(): number {
    return this.#throttle.failures;
  }

  /** @throws AppError `vault_locked` or `vault_not_found`. */
  opened(): OpenVault {
    if (this.#session !== null) return this.#session;
    if (this.state === 'no-vault') throw files.noVault();
    throw lockedError();
  }

  /**
   * Prepares the home and takes the single-writer lock, kept until `close`.
   * @param lock - the lock, where the caller has it already; it belongs to the vault from then on.
   * @throws AppError `conflict` when another process holds it, `security_violation` for an unsafe home.
   */
  hold(lock?: WriterLock): void {
    if (this.#writerLock !== null) return;
    this.#placeWarnings = prepareHome(this.#paths);
    this.#writerLock = lock ?? acquireWriterLock(this.#paths);
    if (this.#writerLock === null) {
      throw new AppError(
        'conflict',
        'Another Keyharbor has this vault open. Nothing was changed.',
        'Use that one, or end it first: close its window, or run "keyharbor stop".',
      );
    }
    files.finishCreation(this.#paths);
  }

  /**
   * Makes the vault, with a plain password slot and a recovery slot, and leaves it unlocked.
   * @returns the recovery code, to be shown once, and how long one unlock takes here.
   */
  create(
    input: { readonly password: string; readonly kdf: KdfName },
    actor: Actor = 'system',
  ): Promise<{ recoveryCode: string; unlockMs: number }> {
    return this.#inTurn(async (goOn) => {
      if (files.whatIsThere(this.#paths) !== 'nothing') throw this.#alreadyThere();
      await assertAcceptable(input.password);
      const vaultId = randomBytes(16);
      const vmk = newVmk();
      const code = newRecoverySecret();
      try {
        const params = await newParams(input.kdf);
        const start = performance.now();
        const slot = await this.#passwordSlot(vaultId, vmk, input.password, params, null);
        const unlockMs = Math.round(performance.now() - start);
        goOn();
        const header = this.#sealHeader(
          { vaultId, epoch: 1, slots: [slot, this.#recoverySlot(vaultId, vmk, code)] },
          vmk,
        );
        this.#publishVault(header, vmk, actor);
        this.#open(header, vmk);
        this.#unconfirmed = code;
        this.#announceUnlocked();
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
    return this.#inTurn(async (goOn) => {
      const { session, header } = this.#mustBeOpen();
      this.#checkProof(input.proof, header);
      const vmk = await this.#vmkFromPassword(input.password, header, 'vault.verifyPassword', actor);
      try {
        goOn();
        let slots = header.slots.map((slot) => (slot.type === 'recovery' ? { ...slot, confirmed: true } : slot));
        if (input.bindDevice && this.#passwordSlotOf(header).type === 'password') {
          const bound = await this.#boundSlot(session.vaultId, vmk, input.password, this.#passwordSlotOf(header).kdf);
          if (bound !== null) slots = slots.map((slot) => (slot.type === 'password' ? bound : slot));
          goOn();
        }
        const deviceBound = slots.some((slot) => slot.type === 'password-device');
        this.#changeHeader(session, header, slots, {
          actor,
          action: 'recovery.confirm',
          result: 'ok',
          meta: { deviceBound },
        });
        this.#forgetCode();
      } finally {
        wipe(vmk);
      }
    });
  }

  /** A new recovery code, to be shown once; the old one stops working and the new one is not confirmed yet. */
  renewRecovery(password: string, actor: Actor = 'system'): Promise<string> {
    return this.#inTurn(async (goOn) => {
      const { session, header } = this.#mustBeOpen();
      const vmk = await this.#vmkFromPassword(password, header, 'vault.verifyPassword', actor);
      const code = newRecoverySecret();
      try {
        goOn();
        const slots = withRecovery(header, this.#recoverySlot(session.vaultId, vmk, code));
        this.#changeHeader(session, header, slots, { actor, action: 'recovery.renew', result: 'ok' });
        this.#forgetCode();
        this.#unconfirmed = code;
        return formatRecoveryCode(code);
      } catch (error) {
        code.dispose();
        throw error;
      } finally {
        wipe(vmk);
      }
    });
  }

  /**
   * Opens the vault; where it is open already, only checks the password.
   * @throws AppError `wrong_password`, `throttled`, `vault_not_found`, `conflict`, `integrity_failure`, `unsupported`, or
   * `decryption_failed` when the device secret cannot be had.
   */
  unlock(password: string, actor: Actor = 'system'): Promise<void> {
    return this.#inTurn(async (goOn) => {
      if (this.#session !== null) return this.#verify(password, actor);
      await this.#whileUnlocking(async () => {
        const header = files.readHeader(this.#paths);
        const vmk = await this.#vmkFromPassword(password, header, 'vault.unlock', actor);
        try {
          goOn();
          this.#open(header, vmk);
          this.#audit({ actor, action: 'vault.unlock', result: 'ok' });
          await this.#upgrade(password, vmk);
          goOn();
        } catch (error) {
          this.#closeSession();
          throw error;
        } finally {
          wipe(vmk);
        }
      });
      this.#announceUnlocked();
    });
  }

  /** Checks the password again before something weighty. Counts failures like unlock; five in a row lock the vault. */
  verifyPassword(password: string, actor: Actor = 'system'): Promise<void> {
    return this.#inTurn(() => this.#verify(password, actor));
  }

  /** New password, new salt, same vault key; works locked too, and then stays locked. Old copies keep the old password. */
  changePassword(oldPassword: string, newPassword: string, actor: Actor = 'system'): Promise<void> {
    return this.#inTurn(async (goOn) => {
      const header = this.#header ?? files.readHeader(this.#paths);
      await assertAcceptable(newPassword);
      const vmk = await this.#vmkFromPassword(oldPassword, header, 'vault.changePassword', actor);
      try {
        const old = this.#passwordSlotOf(header);
        const vaultId = Buffer.from(header.vaultId, 'hex');
        const device = old.type === 'password-device' ? { id: old.deviceId, backend: old.backend } : null;
        const slot = await this.#passwordSlot(vaultId, vmk, newPassword, freshParams(old.kdf), device);
        goOn();
        const slots = header.slots.map((one) => (one.id === old.id ? slot : one));
        this.#withSession(header, vmk, (session) => {
          this.#changeHeader(session, header, slots, { actor, action: 'vault.changePassword', result: 'ok' });
        });
      } finally {
        wipe(vmk);
      }
    });
  }

  /**
   * Opens the vault with the recovery code, sets a new password, makes a new kit and binds the device secret anew.
   * @returns the new code, to be shown once. null where nothing was replaced: the vault is bound to a keychain that cannot
   * be asked now (locked, another session), so password, code and device secret stay as they are.
   */
  recover(code: string, newPassword: string, actor: Actor = 'system'): Promise<string | null> {
    return this.#inTurn(async (goOn) => {
      const header = this.#header ?? files.readHeader(this.#paths);
      const given = parseRecoveryCode(code);
      try {
        await assertAcceptable(newPassword);
        const recovered = await this.#whileUnlocking(async () => {
          const vmk = this.#vmkFromCode(given, header, actor);
          try {
            return await this.#recoverWith(vmk, header, newPassword, actor, goOn);
          } finally {
            wipe(vmk);
          }
        });
        return recovered;
      } finally {
        given.dispose();
      }
    });
  }

  /** At once and whole: listeners write what they must, then database and keys go. Also ends an unlock that runs. */
  lock(reason: LockReason): void {
    this.#locks += 1;
    this.#forgetCode();
    if (this.#session === null || this.#locking) return;
    this.#locking = true;
    try {
      for (const listener of this.#lockingListeners) this.#guarded('lock-listener', () => listener(reason));
      this.#guarded('lock-audit', () =>
        this.#audit({ actor: 'system', action: 'vault.lock', result: 'ok', meta: { reason } }),
      );
    } finally {
      this.#closeSession();
      this.#locking = false;
      this.#log.info('vault.locked', { reason });
    }
  }

  /** Locks, waits for what runs, and frees the writer lock: the vault is not to be used after it. */
  async close(reason: LockReason = 'quit'): Promise<void> {
    this.lock(reason);
    await this.#queue;
    this.lock(reason);
    this.#writerLock?.release();
    this.#writerLock = null;
  }

  onUnlocked(listener: () => void): () => void {
    this.#unlockedListeners.add(listener);
    return () => this.#unlockedListeners.delete(listener);
  }

  /** Called before keys and database go: the last chance to write, through `opened()`. Must be synchronous. */
  onLocking(listener: (reason: LockReason) => void): () => void {
    this.#lockingListeners.add(listener);
    return () => this.#lockingListeners.delete(listener);
  }

  // --- one act at a time

  /** `goOn` throws when a lock came in between: call it after every wait that precedes an effect. */
  #inTurn<T>(act: (goOn: () => void) => Promise<T>): Promise<T> {
    const locks = this.#locks;
    const goOn = (): void => {
      if (this.#locks !== locks) {
        throw new AppError(
          'vault_locked',
          'The vault was locked meanwhile. Nothing was changed.',
          'Unlock it and try again.',
        );
      }
    };
    const turn = this.#queue.then(async () => {
      goOn();
      selfTest ??= cryptoSelfTest();
      await selfTest;
      this.hold();
      return act(goOn);
    });
    this.#queue = turn.catch(() => undefined);
    return turn;
  }

  async #whileUnlocking<T>(act: () => Promise<T>): Promise<T> {
    this.#unlocking = true;
    try {
      return await act();
    } finally {
      this.#unlocking = false;
    }
  }

  // --- passwords and slots

  get #throttle(): UnlockThrottle {
    this.#throttleOrNone ??= new UnlockThrottle(this.#paths.unlockState, this.#clock);
    return this.#throttleOrNone;
  }

  async #verify(password: string, actor: Actor): Promise<void> {
    const { header } = this.#mustBeOpen();
    wipe(await this.#vmkFromPassword(password, header, 'vault.verifyPassword', actor));
  }

  /** The vault master key, which the caller wipes. @throws AppError `wrong_password` (counted) and others (not counted). */
  async #vmkFromPassword(password: string, header: Header, kind: PendingKind, actor: Actor): Promise<Buffer> {
    this.#assertNotThrottled();
    const slot = this.#passwordSlotOf(header);
    const vaultId = Buffer.from(header.vaultId, 'hex');
    const device =
      slot.type === 'password-device' ? await loadDeviceSecret(this.#keychain, vaultId, slot.deviceId) : null;
    using secret = passwordBytes(password);
    let stretched: Buffer | null = null;
    try {
      const input = await derive(secret, slot.kdf);
      stretched = input;
      const vmk =
        device === null
          ? unwrapSlot(slot, vaultId, { input })
          : device.use((deviceSecret) => unwrapSlot(slot, vaultId, { input, deviceSecret }));
      if (vmk === null) throw this.#wrong('Wrong password.', kind, actor);
      this.#right();
      return vmk;
    } finally {
      wipe(stretched);
      device?.dispose();
    }
  }

  #vmkFromCode(code: Secret, header: Header, actor: Actor): Buffer {
    this.#assertNotThrottled();
    const slot = header.slots.find((one) => one.type === 'recovery');
    if (slot === undefined) {
      throw new AppError(
        'unsupported',
        'This vault has no recovery code. Nothing was changed.',
        'Use the master password.',
      );
    }
    const vmk = code.use((input) => unwrapSlot(slot, Buffer.from(header.vaultId, 'hex'), { input }));
    if (vmk === null) throw this.#wrong('This is not the recovery code of this vault.', 'vault.recover', actor);
    this.#right();
    return vmk;
  }

  #assertNotThrottled(): void {
    try {
      this.#throttle.assertOpen();
    } catch (error) {
      this.#guarded('pending-audit', () => recordPending(this.#paths, this.#clock, 'vault.throttled'));
      throw error;
    }
  }

  #right(): void {
    this.#failuresWhileOpen = 0;
    this.#throttle.succeeded();
  }

  /** Counts the failure where it cannot be lost by a restart, tells the audit log, and locks an open vault after five. */
  #wrong(message: string, kind: PendingKind, actor: Actor): AppError {
    this.#guarded('unlock-state', () => this.#throttle.failed());
    this.#guarded('failure-audit', () => {
      if (this.#session === null) recordPending(this.#paths, this.#clock, kind);
      else this.#audit({ actor, action: kind, result: 'failed' });
    });
    this.#log.warn('vault.refused', { kind, attempt: this.#throttle.failures });
    if (this.#session !== null) {
      this.#failuresWhileOpen += 1;
      if (this.#failuresWhileOpen >= FAILURES_THAT_LOCK) this.lock('failures');
    }
    const retryAfterMs = this.#throttle.waitMs();
    return new AppError('wrong_password', message, '', retryAfterMs > 0 ? { retryAfterMs } : {});
  }

  async #passwordSlot(
    vaultId: Buffer,
    vmk: Buffer,
    password: string,
    kdf: KdfParams,
    device: { readonly id: string; readonly backend: string } | null,
  ): Promise<PasswordSlot> {
    const deviceSecret = device === null ? null : await loadDeviceSecret(this.#keychain, vaultId, device.id);
    using secret = passwordBytes(password);
    let stretched: Buffer | null = null;
    const common = { kdf, createdMs: this.#clock.now(), label: '' };
    try {
      const input = await derive(secret, kdf);
      stretched = input;
      if (device === null || deviceSecret === null) {
        return wrapSlot({ type: 'password', ...common }, vaultId, { input }, vmk);
      }
      const slot = { type: 'password-device', ...common, deviceId: device.id, backend: device.backend } as const;
      return deviceSecret.use((bytes) => wrapSlot(slot, vaultId, { input, deviceSecret: bytes }, vmk));
    } finally {
      wipe(stretched);
      deviceSecret?.dispose();
    }
  }

  /** A slot bound to a new device secret, or null where no keychain takes it: then `protection` says why. */
  async #boundSlot(vaultId: Buffer, vmk: Buffer, password: string, kdf: KdfParams): Promise<PasswordSlot | null> {
    await this.refreshKeychain();
    const backend = this.#keychainState?.name ?? null;
    if (backend === null) return null;
    const device = newDeviceSecret();
    try {
      await storeDeviceSecret(this.#keychain, vaultId, device);
      return await this.#passwordSlot(vaultId, vmk, password, freshParams(kdf), { id: device.id, backend });
    } catch (error) {
      if (!(error instanceof KeychainUnavailable)) throw error;
      this.#keychainState = { name: null, reason: error.message };
      return null;
    } finally {
      device.secret.dispose();
    }
  }

  #recoverySlot(vaultId: Buffer, vmk: Buffer, code: Secret): RecoverySlot {
    const slot = {
      type: 'recovery',
      kdf: { id: 'hkdf' },
      createdMs: this.#clock.now(),
      label: '',
      confirmed: false,
    } as const;
    return code.use((input) => wrapSlot<RecoverySlot>(slot, vaultId, { input }, vmk));
  }

  #passwordSlotOf(header: Header): PasswordSlot {
    const slot = header.slots.find((one) => one.type !== 'recovery');
    if (slot !== undefined) return slot;
    throw new AppError(
      'unsupported',
      'This vault has no master password. Nothing was tried.',
      'Use the recovery code.',
    );
  }

  #checkProof(proof: RecoveryProof, header: Header): void {
    if ('groups' in proof) {
      if (this.#unconfirmed === null) {
        throw new AppError(
          'conflict',
          'The recovery code is no longer at hand to compare with. Nothing was changed.',
          'Make a new recovery code, then retype two of its groups.',
        );
      }
      if (!matchesGroups(this.#unconfirmed, proof.groups)) throw notTheCode();
      return;
    }
    using code = parseRecoveryCode(proof.code);
    const slot = header.slots.find((one) => one.type === 'recovery');
    const vmk = slot && code.use((input) => unwrapSlot(slot, Buffer.from(header.vaultId, 'hex'), { input }));
    if (!vmk) throw notTheCode();
    wipe(vmk);
  }

  // --- recovery

  async #recoverWith(
    vmk: Buffer,
    header: Header,
    newPassword: string,
    actor: Actor,
    goOn: () => void,
  ): Promise<string | null> {
    const vaultId = Buffer.from(header.vaultId, 'hex');
    const old = this.#passwordSlotOf(header);
    const wasLocked = this.#session === null;
    let slot: PasswordSlot | null;
    if (old.type === 'password') slot = await this.#passwordSlot(vaultId, vmk, newPassword, freshParams(old.kdf), null);
    else slot = await this.#boundSlot(vaultId, vmk, newPassword, old.kdf);
    goOn();
    const code = slot === null ? null : newRecoverySecret();
    try {
      if (wasLocked) this.#open(header, vmk);
      const { session } = this.#mustBeOpen();
      if (slot === null || code === null) {
        this.#audit({ actor, action: 'vault.recover', result: 'ok', meta: { replaced: false } });
      } else {
        const slots = withRecovery(header, this.#recoverySlot(vaultId, vmk, code)).map((one) =>
          one.id === old.id ? slot : one,
        );
        this.#changeHeader(session, header, slots, {
          actor,
          action: 'vault.recover',
          result: 'ok',
          meta: { replaced: true },
        });
        this.#forgetCode();
        this.#unconfirmed = code;
      }
    } catch (error) {
      code?.dispose();
      if (wasLocked) this.#closeSession();
      throw error;
    }
    // The old secret has no use any more; if it cannot be removed, it opens nothing.
    if (slot !== null && old.type === 'password-device') {
      await this.#keychain.remove(deviceAccount(vaultId, old.deviceId)).catch(() => undefined);
    }
    this.#unlocking = false;
    if (wasLocked && this.#session !== null) this.#announceUnlocked();
    return code === null ? null : formatRecoveryCode(code);
  }

  // --- header and session

  #sealHeader(fields: { vaultId: Buffer; epoch: number; slots: Slot[] }, vmk: Buffer): Header {
    const header = {
      format: HEADER_FORMAT,
      version: HEADER_VERSION,
      vaultId: fields.vaultId.toString('hex'),
      headerEpoch: fields.epoch,
      slots: fields.slots,
    } as const;
    return macHeader(header, deriveKeyObject(vmk, fields.vaultId, 'headerMac'));
  }

  /** Database and header are made whole under other names first: a crash leaves a vault or none. */
  #publishVault(header: Header, vmk: Buffer, actor: Actor): void {
    onDisk(() => {
      files.removeStaged(this.#paths);
      try {
        const staged = stageVault(
          { paths: this.#paths, clock: this.#clock, header, vmk },
          files.stagedFiles(this.#paths).vaultDb,
        );
        try {
          staged.write(() => appendAudit(staged, this.#clock, { actor, action: 'vault.create', result: 'ok' }));
        } finally {
          staged.close();
        }
        files.stageHeader(this.#paths, header);
        files.publish(this.#paths);
      } catch (error) {
        files.removeStaged(this.#paths);
        throw error;
      }
    });
  }

  /** Opens the databases and settles what the last run left: the header's mirror, pending events, the old header. */
  #open(header: Header, vmk: Buffer): void {
    const session = openSession({ paths: this.#paths, clock: this.#clock, header, vmk });
    try {
      if (!session.readOnly) {
        session.catchUpWith(header);
        adoptPending(session, this.#paths, this.#clock);
        files.removeHeaderBackup(this.#paths);
      }
    } catch (error) {
      session.close();
      throw error;
    }
    this.#session = session;
    this.#header = header;
  }

  /** The open session, or one only for this act. */
  #withSession(header: Header, vmk: Buffer, act: (session: Session) => void): void {
    if (this.#session !== null) {
      act(this.#session);
      return;
    }
    this.#open(header, vmk);
    try {
      act(this.#mustBeOpen().session);
    } finally {
      this.#closeSession();
    }
  }

  /**
   * One atomic header replacement, with its audit entry and mirror in one transaction: if the entry cannot be written,
   * the old header stands.
   */
  #changeHeader(session: Session, from: Header, slots: readonly Slot[], entry: NewAuditEntry): void {
    const { vaultId } = session;
    const headerEpoch = from.headerEpoch + 1;
    const header = macHeader(
      { ...from, vaultId: vaultId.toString('hex'), headerEpoch, slots: [...slots] },
      session.headerKey,
    );
    let replaced = false;
    try {
      session.write(() => {
        appendAudit(session, this.#clock, entry);
        session.setHeaderEpoch(headerEpoch);
        files.replaceHeader(this.#paths, header);
        replaced = true;
      });
    } catch (error) {
      if (replaced) files.restoreHeader(this.#paths, from);
      throw error;
    }
    this.#header = header;
  }

  /** A slot below today's defaults is rewrapped; that it could not be does not keep the owner out. */
  async #upgrade(password: string, vmk: Buffer): Promise<void> {
    const { session, header } = this.#mustBeOpen();
    const old = this.#passwordSlotOf(header);
    const backend = await this.#currentBackend(old);
    const renamed = old.type === 'password-device' && backend !== null && backend !== old.backend;
    if (session.readOnly || (!isBelowDefault(old.kdf) && !renamed)) return;
    try {
      const device = old.type === 'password-device' ? { id: old.deviceId, backend: backend ?? old.backend } : null;
      const slot = await this.#passwordSlot(session.vaultId, vmk, password, freshParams(old.kdf), device);
      if (this.#session !== session) return;
      files.keepOldHeader(this.#paths, this.#clock, header);
      const slots = header.slots.map((one) => (one.id === old.id ? slot : one));
      this.#changeHeader(session, header, slots, { actor: 'system', action: 'vault.upgradeSlot', result: 'ok' });
      if (renamed)
        this.#backendNotice = `This computer's keychain is now ${backend}; the device secret was found there.`;
    } catch (error) {
      this.#log.warn('vault.upgrade-failed', { code: error instanceof AppError ? error.code : 'internal' });
    }
  }

  async #currentBackend(slot: PasswordSlot): Promise<string | null> {
    if (slot.type !== 'password-device') return null;
    if (this.#keychainState?.name == null) await this.refreshKeychain();
    return this.#keychainState?.name ?? null;
  }

  #announceUnlocked(): void {
    this.#failuresWhileOpen = 0;
    this.#log.info('vault.unlocked', {});
    this.#scheduleBackup(BACKUP_DELAY_MS);
    for (const listener of this.#unlockedListeners) this.#guarded('unlock-listener', listener);
  }

  /**
   * After unlock, and while it stays open: a verified copy when the newest is older than a day. Hourly; each minute until
   * there is a first one, which waits for the first credential: a copy of an empty vault would be no backup of it.
   */
  #scheduleBackup(afterMs: number): void {
    this.#callOffBackup();
    this.#callOffBackup = this.#clock.after(afterMs, () => {
      const { session, header } = this.#mustBeOpen();
      let waitsForFirst = false;
      this.#guarded('backup', () => {
        const newest = newestBackupMs(this.#paths.backups, 'daily');
        const due = newest === null || this.#clock.now() - newest >= DAY_MS || newest > this.#clock.now();
        waitsForFirst = newest === null && session.db.prepare('SELECT 1 FROM credential').get() === undefined;
        if (due && !waitsForFirst && !session.readOnly) session.backUp(this.#paths, this.#clock, 'daily', header);
      });
      this.#scheduleBackup(waitsForFirst ? FIRST_BACKUP_CHECK_MS : BACKUP_CHECK_MS);
    });
  }

  #audit(entry: NewAuditEntry): void {
    const session = this.#session;
    if (session === null || session.readOnly) return;
    session.write(() => appendAudit(session, this.#clock, entry));
  }

  #closeSession(): void {
    this.#callOffBackup();
    this.#backendNotice = null;
    const session = this.#session;
    this.#session = null;
    this.#header = null;
    // Whatever the databases say to it: without a session nobody gets at them or at the keys.
    if (session !== null) this.#guarded('close', () => session.close());
  }

  #forgetCode(): void {
    this.#unconfirmed?.dispose();
    this.#unconfirmed = null;
  }

  #mustBeOpen(): { readonly session: Session; readonly header: Header } {
    if (this.#session === null || this.#header === null) throw lockedError();
    return { session: this.#session, header: this.#header };
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

  /** For what must not stop the act it goes with: the failure is logged by its code. */
  #guarded(step: string, act: () => void): void {
    try {
      act();
    } catch (error) {
      this.#log.error('vault.step-failed', { step, code: error instanceof AppError ? error.code : 'internal' });
    }
  }
}

function withRecovery(header: Header, slot: RecoverySlot): Slot[] {
  return [...header.slots.filter((one) => one.type !== 'recovery'), slot];
}

function lockedError(): AppError {
  return new AppError('vault_locked', 'The vault is locked.', 'Unlock it first.');
}

function notTheCode(): AppError {
  return new AppError(
    'invalid_input',
    'This does not match the recovery code. Nothing was changed.',
    'Compare it with the kit and type it again.',
  );
}
