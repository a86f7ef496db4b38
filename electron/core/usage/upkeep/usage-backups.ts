import { statfsSync, statSync } from 'node:fs';
import type Database from 'better-sqlite3';
import type { VaultAccess } from '../../credentials/vault-access.ts';
import type { Log } from '../../logs/log.ts';
import type { Clock, Paths } from '../../seams.ts';
import { beginUsageBackup, newestBackupMs, type UsageBackup } from '../../store/backup.ts';
import type { UsageReader, UsageStream } from '../worker/usage-reader.ts';

const WEEK_MS = 7 * 24 * 3_600_000;
/** After unlock: first the owner gets what was asked for. */
const FIRST_MS = 60_000;
const LOOK_MS = 3_600_000;
/** A reader is at work in the log: it is emptied a little later. */
const BUSY_MS = 60_000;
const SPARE = 1.2;

export interface UsageBackupsDeps {
  readonly vault: Pick<VaultAccess, 'opened'>;
  readonly paths: Pick<Paths, 'usageDb' | 'backups'>;
  readonly clock: Clock;
  readonly log: Pick<Log, 'warn'>;
  readonly reader: Pick<UsageReader, 'stream'>;
  /** Tells the connections that write whether they may empty the log into the file. */
  readonly mayCheckpoint: (may: boolean) => void;
}

/**
 * A verified copy of usage.db each week while the vault is open (SECURITY-DESIGN.md section 4), made on the worker thread a
 * piece at a time. A lock gives it up; the next unlock begins anew.
 */
export class UsageBackups {
  readonly #deps: UsageBackupsDeps;
  #isOn = false;
  #callOff: () => void = () => undefined;
  #running: { readonly stream: UsageStream<unknown>; readonly backup: UsageBackup } | null = null;

  constructor(deps: UsageBackupsDeps) {
    this.#deps = deps;
  }

  unlocked(): void {
    this.#isOn = true;
    this.#after(FIRST_MS);
  }

  /** Before the keys go. */
  locking(): void {
    this.#isOn = false;
    this.#callOff();
    const running = this.#running;
    this.#running = null;
    running?.stream.end();
    running?.backup.giveUp();
  }

  #after(ms: number): void {
    this.#callOff();
    if (!this.#isOn) return;
    this.#callOff = this.#deps.clock.after(ms, () => {
      const { log } = this.#deps;
      this.look().then(
        (next) => this.#after(next),
        () => {
          if (!this.#isOn) return; // a lock gave it up
          log.warn('usage.not-backed-up');
          this.#after(LOOK_MS);
        },
      );
    });
  }

  /** Makes one where it is due. @returns how long to wait for the next look. @throws AppError where it could not be made. */
  async look(): Promise<number> {
    const { vault, paths, clock, log, mayCheckpoint } = this.#deps;
    const newest = newestBackupMs(paths.backups, 'usage');
    const now = clock.now();
    const isDue = newest === null || now - newest >= WEEK_MS || newest > now;
    const { usageDb, keys } = vault.opened();
    if (!isDue || usageDb.memory || isEmpty(usageDb)) return LOOK_MS;
    if (!hasRoom(paths)) {
      log.warn('usage.no-room-for-backup');
      return LOOK_MS;
    }
    // From here on the file stands still: what is written goes to the log, which nothing empties into it.
    mayCheckpoint(false);
    try {
      const [emptied] = usageDb.pragma('wal_checkpoint(TRUNCATE)') as readonly { readonly busy: number }[];
      if (emptied?.busy !== 0) return BUSY_MS;
      const key = keys.usageDatabase.export();
      await this.#copy(new Uint8Array(key), key);
    } finally {
      mayCheckpoint(true);
    }
    return LOOK_MS;
  }

  async #copy(key: Uint8Array, exported: Buffer): Promise<void> {
    const { paths, clock, reader } = this.#deps;
    exported.fill(0);
    const backup = beginUsageBackup(paths.backups, clock, 'usage');
    const stream = reader.stream('copyDatabase', { from: paths.usageDb, to: backup.file, key });
    const running = { stream, backup };
    this.#running = running;
    try {
      let step = stream.next(); // the key was copied into the message
      key.fill(0);
      while ((await step).done !== true) step = stream.next();
      if (this.#running === running) backup.finish();
    } catch (error) {
      backup.giveUp();
      throw error;
    } finally {
      key.fill(0);
      if (this.#running === running) this.#running = null;
    }
  }
}

/** A backup of nothing would be none. */
function isEmpty(db: Database.Database): boolean {
  return db.prepare('SELECT 1 FROM usage_state').get() === undefined;
}

function hasRoom({ usageDb }: Pick<Paths, 'usageDb'>): boolean {
  const { bavail, bsize } = statfsSync(usageDb);
  return bavail * bsize > statSync(usageDb).size * SPARE;
}
