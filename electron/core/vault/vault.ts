import type { z } from 'zod';
import type { EventData } from '../../../shared/contract/events.ts';
import type { VaultStateName } from '../../../shared/contract/methods.ts';
import type * as schemas from '../../../shared/contract/schemas.ts';
import { AppError } from '../../../shared/errors.ts';
import type { Log } from '../logs/log.ts';
import type { Clock, Keychain, Paths } from '../seams.ts';
import type { OpenVault } from './open-vault.ts';

export type LockReason = EventData<'vault.locked'>['reason'];
export type Protection = z.output<typeof schemas.protection>;

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

/** `actor` in all methods: who asks, for the audit log ("ui", "cli", "system"). */
export class Vault {
  constructor(_deps: VaultDeps) {}

  get state(): VaultStateName {
    throw notYet();
  }
  protection(): Protection {
    throw notYet();
  }
  notices(): readonly string[] {
    throw notYet();
  }
  retryAfterMs(): number {
    throw notYet();
  }
  failedUnlocks(): number {
    throw notYet();
  }
  /** @throws AppError `vault_locked` or `vault_not_found`. */
  opened(): OpenVault {
    throw notYet();
  }
  /** Takes the single-writer lock, kept until `close`. @throws AppError `conflict` when another process holds it. */
  hold(): void {
    throw notYet();
  }
  create(
    _input: { readonly password: string; readonly kdf: 'argon2id' | 'pbkdf2' },
    _actor = 'system',
  ): Promise<{ recoveryCode: string; unlockMs: number }> {
    return Promise.reject(notYet());
  }
  confirmRecovery(
    _input: { readonly proof: RecoveryProof; readonly password: string; readonly bindDevice: boolean },
    _actor = 'system',
  ): Promise<void> {
    return Promise.reject(notYet());
  }
  renewRecovery(_password: string, _actor = 'system'): Promise<string> {
    return Promise.reject(notYet());
  }
  unlock(_password: string, _actor = 'system'): Promise<void> {
    return Promise.reject(notYet());
  }
  verifyPassword(_password: string): Promise<void> {
    return Promise.reject(notYet());
  }
  changePassword(_oldPassword: string, _newPassword: string, _actor = 'system'): Promise<void> {
    return Promise.reject(notYet());
  }
  recover(_code: string, _newPassword: string, _actor = 'system'): Promise<string> {
    return Promise.reject(notYet());
  }
  lock(_reason: LockReason): void {
    throw notYet();
  }
  /** Locks, waits for what runs, and frees the writer lock. */
  close(): Promise<void> {
    return Promise.reject(notYet());
  }
  onUnlocked(_listener: () => void): () => void {
    throw notYet();
  }
  /** Called before keys and database go: the last chance to write. */
  onLocking(_listener: (reason: LockReason) => void): () => void {
    throw notYet();
  }
}

function notYet(): AppError {
  return new AppError('unsupported', 'The vault cannot do this yet.');
}
