import { z } from 'zod';
import { restoredBackup, vaultBackup, vaultBackupCheck, vaultBackups } from '../backups.ts';
import { BOTH, method, nothing, UNLOCKED, WINDOW } from '../method.ts';
import { password, passwordStrength, vaultStatus } from '../schemas.ts';

const backupName = z.string().max(64);

/** Making, opening, locking and recovering the vault. */
export const vaultMethods = {
  'vault.status': method({ callers: BOTH, states: 'any', input: nothing, output: vaultStatus }),
  'vault.passwordStrength': method({
    callers: BOTH,
    states: 'any',
    input: z.strictObject({ password: z.string().max(1024) }),
    output: passwordStrength,
  }),
  'vault.suggestPassword': method({
    callers: WINDOW,
    states: 'any',
    input: nothing,
    output: z.strictObject({ password: z.string() }),
  }),
  /** Makes the vault with a plain password slot and a recovery slot, and leaves it unlocked. */
  'vault.create': method({
    callers: BOTH,
    states: ['no-vault'],
    input: z.strictObject({ password, kdf: z.enum(['argon2id', 'pbkdf2']).default('argon2id') }),
    output: z.strictObject({ recoveryCode: z.string(), unlockMs: z.number() }),
  }),
  /**
   * Two groups of the code were retyped (or it was written to a file): the kit counts as confirmed.
   * `bindDevice` then ties the password slot to this computer's keychain where one works.
   */
  'vault.confirmRecovery': method({
    callers: BOTH,
    states: UNLOCKED,
    input: z.strictObject({
      proof: z.union([
        z.strictObject({
          groups: z.array(z.strictObject({ index: z.int().min(0), text: z.string().max(16) })).length(2),
        }),
        z.strictObject({ code: z.string().max(128) }),
      ]),
      password,
      bindDevice: z.boolean(),
    }),
    output: vaultStatus,
  }),
  /** A new recovery code; the old one stops working. */
  'vault.renewRecovery': method({
    callers: BOTH,
    states: UNLOCKED,
    input: z.strictObject({ password }),
    output: z.strictObject({ recoveryCode: z.string() }),
  }),
  'vault.unlock': method({
    callers: BOTH,
    states: ['locked', 'unlocked'],
    input: z.strictObject({ password }),
    output: vaultStatus,
  }),
  'vault.lock': method({ callers: BOTH, states: 'any', input: nothing, output: vaultStatus }),
  'vault.changePassword': method({
    callers: BOTH,
    states: ['locked', 'unlocked'],
    input: z.strictObject({ oldPassword: password, newPassword: password }),
    output: vaultStatus,
  }),
  /**
   * Opens the vault with the recovery code, sets a new password and makes a new kit. A null code: the vault is open and
   * nothing was replaced, as the keychain that it is bound to cannot be asked now.
   */
  'vault.recover': method({
    callers: BOTH,
    states: ['locked', 'unlocked'],
    input: z.strictObject({ recoveryCode: z.string().max(128), newPassword: password }),
    output: z.strictObject({ recoveryCode: z.string().nullable() }),
  }),
  /** Copies of the whole vault, and what a restore left. */
  'vault.backups': method({ callers: BOTH, states: 'any', input: nothing, output: vaultBackups }),
  'vault.backUp': method({ callers: BOTH, states: UNLOCKED, input: nothing, output: vaultBackup }),
  /** Opens a copy, reads all of it, and compares it with the open vault. */
  'vault.checkBackup': method({
    callers: BOTH,
    states: UNLOCKED,
    input: z.strictObject({ name: backupName }),
    output: vaultBackupCheck,
  }),
  /**
   * Puts a backup (null: the newest that verifies), or what one replaced, in the place of the vault and leaves it locked.
   * The password, or the recovery code, is that of the backup. `lock`: an open vault is locked once the copy is checked.
   */
  'vault.restoreBackup': method({
    callers: BOTH,
    states: 'any',
    input: z.strictObject({ name: backupName.nullable(), password, lock: z.boolean().default(false) }),
    output: restoredBackup,
  }),
  /** Deletes for good what a backup replaced. */
  'vault.removeReplaced': method({
    callers: BOTH,
    states: UNLOCKED,
    input: z.strictObject({ name: backupName, password }),
    output: nothing,
  }),
} as const;
