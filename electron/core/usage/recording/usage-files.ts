import { existsSync } from 'node:fs';
import type Database from 'better-sqlite3';
import { AppError } from '../../../../shared/errors.ts';
import type { VaultAccess } from '../../credentials/vault-access.ts';
import type { Paths } from '../../seams.ts';
import { spillFile, untakenFile } from '../recorder.ts';
import type { SpillPlace } from '../spill.ts';
import { readUsageState } from '../state-table.ts';

/** What an open vault has of usage on the disk, as far as recording must know before it begins. */
export class UsageFiles {
  readonly #vault: Pick<VaultAccess, 'opened'>;
  readonly #paths: Pick<Paths, 'usageDb'>;

  constructor(vault: Pick<VaultAccess, 'opened'>, paths: Pick<Paths, 'usageDb'>) {
    this.#vault = vault;
    this.#paths = paths;
  }

  /** An empty database in memory stands in for one that cannot be opened; one of a newer program is only read. */
  get isWritable(): boolean {
    try {
      const db: Database.Database = this.#vault.opened().usageDb;
      return !db.memory && db.pragma('query_only', { simple: true }) === 0;
    } catch (error) {
      if (error instanceof AppError) return false;
      throw error;
    }
  }

  /** Whether an ended process or thread left calls that no batch took. */
  get hasLeft(): boolean {
    return existsSync(spillFile(this.#paths)) || this.hasLeftUntaken;
  }

  get hasLeftUntaken(): boolean {
    return existsSync(untakenFile(this.#paths));
  }

  /** @throws AppError `vault_locked`. */
  get untaken(): SpillPlace {
    const { vaultId, keys } = this.#vault.opened();
    return { file: untakenFile(this.#paths), vaultId, key: keys.usageSpill };
  }

  /** Whether the days in the database are those of another zone than this. */
  isOfOtherZone(zone: string): boolean {
    try {
      const state = readUsageState(this.#vault.opened().usageDb);
      return state !== null && state.zone !== zone;
    } catch {
      return true; // a page that cannot be read: the thread finds out, and says so
    }
  }
}
