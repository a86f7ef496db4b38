import { AppError } from '../../../shared/errors.ts';
import type { NewAuditEntry } from '../audit/audit-log.ts';
import { type PendingKind, recordPending } from '../audit/pending.ts';
import type { Log } from '../logs/log.ts';
import type { Clock, Keychain, Paths } from '../seams.ts';
import { wipe } from './bytes.ts';
import { loadDeviceSecret } from './device-secret.ts';
import type { Guarded } from './guarded.ts';
import type { Header } from './header.ts';
import { derive } from './kdf.ts';
import { passwordSlotIn, recoverySlotIn } from './keyslots.ts';
import { passwordBytes } from './password.ts';
import type { Secret } from './secret.ts';
import { unwrapSlot } from './slot.ts';
import { UnlockThrottle } from './unlock-throttle.ts';

const FAILURES_THAT_LOCK = 5;

const WRONG_PASSWORD = {
  message: 'Wrong password.',
  hint: 'Type it once more. Where it is forgotten, the recovery code opens the vault: keyharbor recover',
};
const WRONG_FOR_BACKUP = {
  message: 'Wrong password.',
  hint: 'What opened the vault on the day of the backup is needed: its password, or its recovery code.',
};
const WRONG_CODE = {
  message: 'This is not the recovery code of this vault.',
  hint: 'Compare it with the newest kit: a code that was replaced opens nothing any more.',
};

export interface UnlockAttemptsDeps {
  readonly paths: Paths;
  readonly clock: Clock;
  readonly keychain: Keychain;
  readonly log: Log;
  readonly guarded: Guarded;
  readonly isOpen: () => boolean;
  /** Into the audit log of the open vault. */
  readonly audit: (entry: NewAuditEntry) => void;
  /** Five failures in a row on an open vault. */
  readonly lockOut: () => void;
}

/**
 * Every try of a password or a recovery code goes through here: one count, one delay, one place that tells the audit
 * log (SECURITY-DESIGN.md section 3).
 */
export class UnlockAttempts {
  readonly #deps: UnlockAttemptsDeps;
  #throttleOrNone: UnlockThrottle | null = null;
  #failuresWhileOpen = 0;

  constructor(deps: UnlockAttemptsDeps) {
    this.#deps = deps;
  }

  get waitMs(): number {
    return this.#throttle.waitMs();
  }

  get failures(): number {
    return this.#throttle.failures;
  }

  /** A vault that was just opened starts at none. */
  opened(): void {
    this.#failuresWhileOpen = 0;
  }

  /** The vault master key, which the caller wipes. @throws AppError `wrong_password` (counted) and others (not counted). */
  async withPassword(password: string, header: Header, kind: PendingKind, actor: string): Promise<Buffer> {
    this.#assertNotThrottled();
    const slot = passwordSlotIn(header);
    const vaultId = Buffer.from(header.vaultId, 'hex');
    using device =
      slot.type === 'password-device' ? await loadDeviceSecret(this.#deps.keychain, vaultId, slot.deviceId) : null;
    using secret = passwordBytes(password);
    let stretched: Buffer | null = null;
    try {
      const input = await derive(secret, slot.kdf);
      stretched = input;
      const vmk =
        device === null
          ? unwrapSlot(slot, vaultId, { input })
          : device.use((deviceSecret) => unwrapSlot(slot, vaultId, { input, deviceSecret }));
      if (vmk === null) throw this.#wrong(kind === 'vault.restore' ? WRONG_FOR_BACKUP : WRONG_PASSWORD, kind, actor);
      this.#right();
      return vmk;
    } finally {
      wipe(stretched);
    }
  }

  /** The vault master key, which the caller wipes. @throws AppError `wrong_password` (counted), `unsupported`. */
  withCode(code: Secret, header: Header, actor: string): Buffer {
    this.#assertNotThrottled();
    const slot = recoverySlotIn(header);
    if (slot === undefined) {
      throw new AppError(
        'unsupported',
        'This vault has no recovery code. Nothing was changed.',
        'Use the master password.',
      );
    }
    const vmk = code.use((input) => unwrapSlot(slot, Buffer.from(header.vaultId, 'hex'), { input }));
    if (vmk === null) throw this.#wrong(WRONG_CODE, 'vault.recover', actor);
    this.#right();
    return vmk;
  }

  get #throttle(): UnlockThrottle {
    this.#throttleOrNone ??= new UnlockThrottle(this.#deps.paths.unlockState, this.#deps.clock);
    return this.#throttleOrNone;
  }

  #assertNotThrottled(): void {
    const { paths, clock, guarded } = this.#deps;
    try {
      this.#throttle.assertOpen();
    } catch (error) {
      guarded('pending-audit', () => recordPending(paths, clock, 'vault.throttled'));
      throw error;
    }
  }

  #right(): void {
    this.#failuresWhileOpen = 0;
    this.#throttle.succeeded();
  }

  /** Counts the failure where it cannot be lost by a restart, tells the audit log, and locks an open vault after five. */
  #wrong({ message, hint }: typeof WRONG_PASSWORD, kind: PendingKind, actor: string): AppError {
    const { paths, clock, log, guarded, isOpen, audit, lockOut } = this.#deps;
    guarded('unlock-state', () => this.#throttle.failed());
    guarded('failure-audit', () => {
      if (isOpen()) audit({ actor, action: kind, result: 'failed' });
      else recordPending(paths, clock, kind);
    });
    log.warn('vault.refused', { kind, attempt: this.#throttle.failures });
    if (isOpen()) {
      this.#failuresWhileOpen += 1;
      if (this.#failuresWhileOpen >= FAILURES_THAT_LOCK) lockOut();
    }
    const retryAfterMs = this.#throttle.waitMs();
    return new AppError('wrong_password', message, hint, retryAfterMs > 0 ? { retryAfterMs } : {});
  }
}
