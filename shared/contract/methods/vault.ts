import { z } from 'zod';
import { BOTH, method, nothing, SOCKET, UNLOCKED, WINDOW } from '../method.ts';
import { password, passwordStrength, vaultBackup, vaultStatus } from '../schemas.ts';

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
  /** Copies of the whole vault that could be put back, the newest first. */
  'vault.backups': method({ callers: SOCKET, states: 'any', input: nothing, output: z.array(vaultBackup) }),
  'vault.backUp': method({ callers: SOCKET, states: UNLOCKED, input: nothing, output: vaultBackup }),
  /**
   * Puts a backup in the place of the vault and leaves it locked. The password, or the recovery code, is that of the
   * backup. `replaced`: the folder in `backups` with what stood there before;
   * `headerOnly`: the database was whole and stayed.
   */
  'vault.restoreBackup': method({
    callers: SOCKET,
    states: 'any',
    input: z.strictObject({ name: z.string().max(64), password }),
    output: z.strictObject({ name: z.string(), replaced: z.string(), headerOnly: z.boolean() }),
  }),
} as const;
