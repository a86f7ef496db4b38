import { createHash } from 'node:crypto';
import { existsSync, lstatSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type Database from 'better-sqlite3';
import { AppError } from '../../../../shared/errors.ts';
import type { VaultAccess } from '../../credentials/vault-access.ts';
import type { Paths } from '../../seams.ts';
import { spillFile, untakenFile } from '../recorder.ts';
import type { SpillPlace } from '../spill.ts';
import { readSpilledCalls } from '../spilled-calls.ts';
import { readUsageState } from '../state-table.ts';
import { readLeftRing } from './left-ring.ts';

/** What an open vault has of usage on the disk, as far as recording must know before it begins. */
export class UsageFiles {
  readonly #vault: Pick<VaultAccess, 'opened'>;
  readonly #paths: Pick<Paths, 'usageDb'>;
  /** null: there is none. */
  readonly #outliving: string | null;

  /** @param outliving - the folder of files that are memory and outlive the process; null: there is none. */
  constructor(vault: Pick<VaultAccess, 'opened'>, paths: Pick<Paths, 'usageDb'>, outliving: string | null) {
    this.#vault = vault;
    this.#paths = paths;
    this.#outliving = outliving;
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
    return [spillFile(this.#paths), ...this.#untaken, ...this.#rings].some(isOurs);
  }

  /** Whether each of these stands in a file that the next unlock takes over. The vault is open still. */
  haveLeft(requestIds: readonly string[]): boolean {
    const wanted = new Set(requestIds);
    const { vaultId, keys } = this.#vault.opened();
    try {
      for (const file of [spillFile(this.#paths), ...this.#untaken]) {
        const left = readSpilledCalls({ file, vaultId, key: keys.usageSpill });
        for (const { calls } of left?.groups(0) ?? []) for (const { requestId } of calls) wanted.delete(requestId);
      }
      for (const file of this.#rings) {
        for (const { requestId } of readLeftRing(file, keys.usageSpill)?.calls ?? []) wanted.delete(requestId);
      }
    } catch {
      // what cannot be read now cannot be counted on
    }
    return wanted.size === 0;
  }

  /**
   * Makes room for a new file of untaken calls, where it can.
   * @returns what is there of earlier ones: to be taken over, then removed.
   */
  setUntakenAside(): readonly string[] {
    return setAside(this.#untaken);
  }

  /** The same for the file of the ring. */
  setRingAside(): readonly string[] {
    return setAside(this.#rings);
  }

  /** Where the ring's file is to be made; null: nowhere, or another one is there that is still to be taken over. */
  get ring(): string | null {
    const [now = null] = this.#rings;
    return now === null || existsSync(now) ? null : now;
  }

  /** Memory is not the vault's folder: files of several vaults, and of several users, may stand there. */
  get #rings(): readonly string[] {
    if (this.#outliving === null) return [];
    const vault = createHash('sha256').update(this.#paths.usageDb).digest('hex').slice(0, 16);
    const now = join(this.#outliving, `keyharbor-${process.getuid?.() ?? 0}-${vault}`);
    return [now, `${now}-aside`];
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

/** @returns those that are there, after the first has made room where it can. */
function setAside(files: readonly string[]): readonly string[] {
  const [now, aside] = files;
  if (now !== undefined && aside !== undefined && isOurs(now) && !existsSync(aside)) renameSync(now, aside);
  return files.filter(isOurs);
}

/** In memory that all share, somebody else may have made a file of that name. */
const isOurs = (file: string): boolean => lstatSync(file, { throwIfNoEntry: false })?.uid === (process.getuid?.() ?? 0);
