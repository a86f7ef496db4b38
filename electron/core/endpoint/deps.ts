import type { ContractEvent } from '../../../shared/contract/handlers.ts';
import type { VaultStateName } from '../../../shared/contract/methods.ts';
import type { CredentialSummary } from '../../../shared/contract/schemas.ts';
import type { OpenVault } from '../vault/open-vault.ts';

/** The part of the vault that the endpoint and its clients need. */
export interface VaultGate {
  readonly state: VaultStateName;
  /** @throws AppError `vault_locked` or `vault_not_found`. */
  opened(): OpenVault;
  /** Called while the keys still exist; returns how to stop listening. */
  onLocking(listener: () => void): () => void;
}

/** Where a served credential came from and which version answers. */
export interface ResolvedCredential {
  readonly id: string;
  readonly provider: string;
  readonly label: string;
  readonly scope: 'user' | 'system';
  readonly version: number;
  readonly local: boolean;
  /** RFC 3339, or null where it does not expire. */
  readonly expiresAt: string | null;
  readonly fingerprint: string;
}

/** Opened fields. The taker disposes them; the buffers are wiped then. */
export interface OpenedFields {
  readonly primary: string;
  readonly fields: ReadonlyMap<string, Buffer>;
  /** The usual environment names of the provider, each with the field that fills it. */
  readonly environment: readonly { readonly name: string; readonly field: string }[];
  dispose(): void;
}

/** The part of the credentials service that the endpoint needs. */
export interface CredentialSource {
  /** User credential first, then system. @throws AppError `key_not_found`. */
  resolve(provider: string, label: string): ResolvedCredential;
  openFields(id: string, version: number): OpenedFields;
  list(filter: { readonly state: 'active' }): readonly CredentialSummary[];
}

/** When and by whom something was last used: kept in memory, written off the hot path. */
export interface LastUsedNotes {
  note(kind: 'credential' | 'client', id: string, usedBy: string): void;
}

export type Emit = (event: ContractEvent) => void;
