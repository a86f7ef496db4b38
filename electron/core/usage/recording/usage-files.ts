import { existsSync, renameSync, rmSync } from 'node:fs';
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
    return [spillFile(this.#paths), ...this.#untaken].some((file) => existsSync(file));
  }

  /**
   * Makes room for a new file of untaken calls, where it can.
   * @returns what is there of earlier ones: to be taken over, then removed.
   */
  setUntakenAside(): readonly string[] {
    const [now, aside] = this.#untaken;
    if (existsSync(now) && !existsSync(aside)) renameSync(now, aside);
    return this.#untaken.filter((file) => existsSync(file));
  }

  /** All of them is in the database. */
  remove(files: readonly string[]): void {
    for (const file of files) rmSync(file, { force: true });
  }

  get #untaken(): readonly [now: string, aside: string] {
    const now = untakenFile(this.#paths);
    return [now, `${now}-aside`];
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
