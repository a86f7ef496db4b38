import type { OpenVault } from '../vault/open-vault.ts';

/** The part of the vault that the services over it need. */
export interface VaultAccess {
  /** @throws AppError `vault_locked` or `vault_not_found`. */
  opened(): OpenVault;
  /** @throws AppError `wrong_password` or `throttled`; failures count like those of an unlock. */
  verifyPassword(password: string): Promise<void>;
}
