import type { VaultStateName } from '../../../shared/contract/method.ts';
import type { CredentialDetail, CredentialSummary } from '../../../shared/contract/schemas.ts';
import type { KeyReport } from '../../../shared/http/answers.ts';
import type { OpenedFields, ResolvedCredential } from '../credentials/types.ts';
import type { OpenVault } from '../vault/open-vault.ts';

/** The part of the vault that the endpoint and its clients need. */
export interface VaultGate {
  readonly state: VaultStateName;
  /** @throws AppError `vault_locked` or `vault_not_found`. */
  opened(): OpenVault;
  /** Called while the keys still exist; returns how to stop listening. */
  onLocking(listener: () => void): () => void;
}

/** The part of the credentials service that the endpoint needs. */
export interface CredentialSource {
  /** User credential first, then system. @throws AppError `key_not_found`. */
  resolve(provider: string, label: string): ResolvedCredential;
  /** False: it was suspended, revoked or deleted. */
  isServed(id: string): boolean;
  openFields(id: string, version: number): OpenedFields;
  /** null: it can be opened at once. Otherwise an access token is got first. @throws AppError what the provider said. */
  prepareId(id: string): Promise<void> | null;
  /**
   * The provider refused its access token before the end. @param sentAtMs - monotonic: when it was sent.
   * @returns null: another one cannot be got, or would not help. Rejects as `prepareId` does.
   */
  renewId(id: string, sentAtMs: number): Promise<void> | null;
  list(filter: { readonly state?: 'active'; readonly provider?: string }): readonly CredentialSummary[];
  get(target: { readonly id: string }): CredentialDetail;
  /** Runs a write that touches no credential. */
  unaffected(write: () => void): void;
  /** A tool says that a key it was given does not work. @returns whether the card shows it from now on. */
  report(id: string, report: KeyReport, client: { readonly id: string; readonly name: string }): boolean;
}
