import type { KeyObject } from 'node:crypto';
import { existsSync, renameSync, rmSync, statSync } from 'node:fs';
import type Database from 'better-sqlite3';
import Sqlite from 'better-sqlite3';
import { AppError } from '../../../shared/errors.ts';
import type { Clock, Paths } from '../seams.ts';
import { openDatabase } from '../store/database.ts';
import { USAGE_MIGRATIONS } from '../store/migrate.ts';
import { onDisk } from '../store/sqlite-error.ts';
import { bringUpToDate, needsWork } from '../store/usage-layout.ts';
import { LayoutThread } from '../usage/worker/layout-thread.ts';

/** A file that could not be opened is tried again when it is asked for, at most so often. */
const REOPEN_MS = 4000;
/** Work on a large file that failed, for want of room on the disk, say, is tried again after so long. */
const RETRY_WORK_MS = 60_000;
/** To check, copy and change less than that takes less than a second or so. */
const LARGE_BYTES = 16 * 1024 * 1024;
const NOT_OPENED =
  'The usage database cannot be opened now: usage is not recorded until it can. It is tried again. No key is affected.';
const UPDATING =
  'The usage database is being checked and brought up to date, which takes a minute or two. Until then reports are empty, and usage waits to be recorded. No key is affected.';
const DAMAGED =
  'The usage database was damaged. It was set aside as usage.db.damaged-… and a new one started; no key is affected. Its last weekly backup can be put back: see the user guide.';
const ONLY_LOG = 'The usage database was missing, its log was not. The log was kept as usage.db.damaged-…-wal.';

export interface UsageOpening {
  readonly paths: Pick<Paths, 'usageDb' | 'backups'>;
  readonly clock: Pick<Clock, 'now' | 'monotonic'>;
  /** K_usage. */
  readonly key: KeyObject;
  /** What the owner is told; added to. */
  readonly notices: string[];
}

/**
 * usage.db of an open vault, opened or made. It must never keep the owner from the keys: a damaged file is set aside and
 * named, and while the disk does not take it, or a large one is brought up to date on a thread of its own, an empty database in
 * memory stands in, which takes no records.
 */
export class UsageFile {
  readonly #from: UsageOpening;
  #db: Database.Database;
  #isStandIn = false;
  #triedMs = 0;
  /** Not closed yet. */
  #isOpen = true;
  /** Brings a large file up to date: until then the stand-in is there. */
  #work: LayoutThread | null = null;

  constructor(from: UsageOpening) {
    this.#from = from;
    this.#db = this.#open();
  }

  get db(): Database.Database {
    const isDue = this.#from.clock.monotonic() - this.#triedMs >= REOPEN_MS;
    if (this.#isOpen && this.#isStandIn && this.#work === null && isDue) {
      this.#db.close();
      this.#db = this.#open();
    }
    return this.#db;
  }

  close(): void {
    this.#isOpen = false;
    this.#work?.end();
    this.#db.close();
  }

  #open(): Database.Database {
    const { clock, key } = this.#from;
    this.#triedMs = clock.monotonic();
    this.#say(null);
    const bytes = key.export();
    try {
      const db = openFile(this.#from, bytes);
      this.#isStandIn = db === null;
      if (db !== null) return db;
      this.#beginWork();
    } catch {
      this.#say(NOT_OPENED);
      this.#isStandIn = true;
    } finally {
      bytes.fill(0);
    }
    return standIn();
  }

  #beginWork(): void {
    const { paths, clock, key } = this.#from;
    this.#say(UPDATING);
    const work = new LayoutThread({ paths, key, nowMs: clock.now() });
    this.#work = work;
    work.done.then(
      () => this.#worked(-REOPEN_MS),
      (error: unknown) => {
        if (!this.#isOpen) return;
        let waitMs = RETRY_WORK_MS;
        if (error instanceof AppError && error.code === 'integrity_failure') {
          try {
            setAside(this.#from);
            this.#from.notices.push(DAMAGED);
            waitMs = -REOPEN_MS;
          } catch {
            // the disk does not take it now: tried again
          }
        }
        this.#worked(waitMs);
        if (waitMs > 0) this.#say(NOT_OPENED);
      },
    );
  }

  /** @param waitMs - it is opened so much later than else. */
  #worked(waitMs: number): void {
    this.#work = null;
    this.#triedMs = this.#from.clock.monotonic() + waitMs;
    this.#say(null);
  }

  /** What is said of a file that cannot be used now, one thing at a time. */
  #say(notice: typeof NOT_OPENED | typeof UPDATING | null): void {
    const { notices } = this.#from;
    for (const said of [NOT_OPENED, UPDATING]) {
      const at = notices.indexOf(said);
      if (at !== -1) notices.splice(at, 1);
    }
    if (notice !== null) notices.push(notice);
  }
}

/** null: there is work to be done on it first that takes long. */
function openFile(from: UsageOpening, key: Buffer): Database.Database | null {
  const { paths, notices } = from;
  if (existsSync(paths.usageDb)) {
    try {
      const db = openDatabase(paths.usageDb, 'usage', key, 'open');
      if (needsWork(db, from) && statSync(paths.usageDb).size >= LARGE_BYTES) {
        db.close();
        return null;
      }
      bringUpToDate(db, key, from);
      return db;
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'integrity_failure') throw error;
      setAside(from);
      notices.push(DAMAGED);
    }
  } else if (existsSync(`${paths.usageDb}-wal`)) {
    setAside(from);
    notices.push(ONLY_LOG);
  }
  const db = openDatabase(paths.usageDb, 'usage', key, 'create');
  bringUpToDate(db, key, from);
  return db;
}

/** With its log: what stands in there may be in no other place. */
function setAside({ paths, clock }: UsageOpening): void {
  const aside = `${paths.usageDb}.damaged-${clock.now()}`;
  onDisk(() => {
    if (existsSync(paths.usageDb)) renameSync(paths.usageDb, aside);
    if (existsSync(`${paths.usageDb}-wal`)) renameSync(`${paths.usageDb}-wal`, `${aside}-wal`);
    rmSync(`${paths.usageDb}-shm`, { force: true });
  });
}

function standIn(): Database.Database {
  const db = new Sqlite(':memory:');
  for (const sql of USAGE_MIGRATIONS) db.exec(sql);
  db.pragma('query_only = ON');
  return db;
}
