import { createSecretKey, randomBytes } from 'node:crypto';
import Database from 'better-sqlite3';
import type { VaultStateName } from '../../../shared/contract/method.ts';
import { AppError } from '../../../shared/errors.ts';
import type { VaultGate } from '../../../electron/core/endpoint/deps.ts';
import { USAGE_MIGRATIONS } from '../../../electron/core/store/migrate.ts';
import { migrate, VAULT_MIGRATIONS } from '../../../electron/core/store/migrate.ts';
import type { OpenVault } from '../../../electron/core/vault/open-vault.ts';

/** A vault that can be locked, over a real database in memory: all that the endpoint sees of a vault. */
export class MemoryVault implements VaultGate {
  state: VaultStateName = 'unlocked';
  /** Makes the next writes fail, as a full disk would. */
  broken = false;
  #isOpen = true;
  readonly #listeners = new Set<() => void>();
  readonly #opened: OpenVault;

  constructor() {
    const db = new Database(':memory:');
    migrate(db, VAULT_MIGRATIONS, () => undefined);
    db.prepare('INSERT INTO vault_state VALUES (1, 0, 0, 0, 0, ?, ?)').run(Buffer.alloc(32), Buffer.alloc(32));
    const usageDb = new Database(':memory:');
    for (const sql of USAGE_MIGRATIONS) usageDb.exec(sql);
    const key = () => createSecretKey(randomBytes(32));
    this.#opened = {
      vaultId: randomBytes(16),
      generation: 1,
      keys: { recordWrap: key(), audit: key(), token: key(), index: key(), usageSpill: key(), usageDatabase: key() },
      db,
      usageDb,
      write: (work) => {
        if (this.broken) throw new AppError('internal', 'The disk is full.');
        return db.transaction(work).immediate();
      },
    };
  }

  opened(): OpenVault {
    if (!this.#isOpen) throw new AppError('vault_locked', 'The vault is locked.');
    return this.#opened;
  }

  onLocking(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** As the real one: first nobody gets in, then those who listen may write a last time, then all is gone. */
  lock(): void {
    this.state = 'locked';
    for (const listener of this.#listeners) listener();
    this.#isOpen = false;
  }

  unlock(): void {
    this.state = 'unlocked';
    this.#isOpen = true;
  }
}
