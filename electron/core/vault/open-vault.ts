import type { KeyObject } from 'node:crypto';
import type Database from 'better-sqlite3';

/** The long-lived keys of an unlocked vault, derived from the vault master key (SECURITY-DESIGN.md section 2). */
export interface VaultKeys {
  /** K_rec: wraps the data key of each credential version. */
  readonly recordWrap: KeyObject;
  /** K_audit: chains the audit log. */
  readonly audit: KeyObject;
  /** K_tok: keyed hash of client tokens and of their rows. */
  readonly token: KeyObject;
  /** K_idx: fingerprints of secrets. */
  readonly index: KeyObject;
  /** Seals usage records that no batch has taken yet. */
  readonly usageSpill: KeyObject;
  /** K_usage: encrypts the pages of usage.db. The worker thread opens it by itself. */
  readonly usageDatabase: KeyObject;
}

/**
 * What exists only while the vault is unlocked. Never keep one: ask `Vault.opened()` for each act, so that
 * nothing outlives a lock.
 */
export interface OpenVault {
  /** 16 bytes; part of every AAD. */
  readonly vaultId: Buffer;
  /** Generation of the record-wrapping key, written into each sealed blob. */
  readonly generation: number;
  readonly keys: VaultKeys;
  readonly db: Database.Database;
  /** Usage records, rollups, last-used times: batched, outside the state digest. */
  readonly usageDb: Database.Database;
  /**
   * Runs `work` in one IMMEDIATE transaction of `db`, raises the epoch and rewrites the state row's MAC in it.
   * Every write to vault.db goes through here. In-memory state changes only after it returned.
   */
  write<T>(work: () => T): T;
}
