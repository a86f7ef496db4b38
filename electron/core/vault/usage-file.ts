import type { KeyObject } from 'node:crypto';
import { constants, copyFileSync, existsSync, renameSync, rmSync } from 'node:fs';
import type Database from 'better-sqlite3';
import Sqlite from 'better-sqlite3';
import { AppError } from '../../../shared/errors.ts';
import type { Clock, Paths } from '../seams.ts';
import { syncFile } from '../store/atomic-file.ts';
import { beginUsageBackup } from '../store/backup.ts';
import { becomeIncremental } from '../store/give-back.ts';
import { isSound, openDatabase } from '../store/database.ts';
import { isNewer, migrate, schemaVersion, USAGE_MIGRATIONS } from '../store/migrate.ts';
import { onDisk } from '../store/sqlite-error.ts';
import { suspectMark } from '../store/suspect-mark.ts';

/** A file that could not be opened is tried again when it is asked for, at most so often. */
const REOPEN_MS = 4000;
const NOT_OPENED =
  'The usage database cannot be opened now: usage is not recorded until it can. It is tried again. No key is affected.';
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
 * named, and while the disk does not take it an empty database in memory stands in, which takes no records.
 */
export class UsageFile {
  readonly #from: UsageOpening;
  #db: Database.Database;
  #isStandIn = false;
  #triedMs = 0;

  constructor(from: UsageOpening) {
    this.#from = from;
    this.#db = this.#open();
  }

  get db(): Database.Database {
    if (this.#isStandIn && this.#from.clock.monotonic() - this.#triedMs >= REOPEN_MS) {
      this.#db.close();
      this.#db = this.#open();
    }
    return this.#db;
  }

  close(): void {
    this.#isStandIn = false;
    this.#db.close();
  }

  #open(): Database.Database {
    const { clock, key, notices } = this.#from;
    this.#triedMs = clock.monotonic();
    const told = notices.indexOf(NOT_OPENED);
    if (told !== -1) notices.splice(told, 1);
    const bytes = key.export();
    try {
      const db = openFile(this.#from, bytes);
      this.#isStandIn = false;
      return db;
    } catch {
      notices.push(NOT_OPENED);
      this.#isStandIn = true;
      return standIn();
    } finally {
      bytes.fill(0);
    }
  }
}

function openFile(from: UsageOpening, key: Buffer): Database.Database {
  const { paths, notices } = from;
  if (existsSync(paths.usageDb)) {
    try {
      const db = openDatabase(paths.usageDb, 'usage', key, 'open');
      if (existsSync(suspectMark(paths))) assertSound(db, paths);
      return prepare(from, key, db);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'integrity_failure') throw error;
      setAside(from);
      notices.push(DAMAGED);
    }
  } else if (existsSync(`${paths.usageDb}-wal`)) {
    setAside(from);
    notices.push(ONLY_LOG);
  }
  return prepare(from, key, openDatabase(paths.usageDb, 'usage', key, 'create'));
}

function prepare(from: UsageOpening, key: Buffer, db: Database.Database): Database.Database {
  try {
    if (isNewer(db, USAGE_MIGRATIONS)) {
      db.pragma('query_only = ON');
      return db;
    }
    const isOld = schemaVersion(db) > 0 && schemaVersion(db) < USAGE_MIGRATIONS.length;
    migrate(db, USAGE_MIGRATIONS, () => backUp(from, key, db));
    if (isOld) onDisk(() => becomeIncremental(db));
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Someone met a fault in it. @throws AppError `integrity_failure` where there is one; the mark goes either way. */
function assertSound(db: Database.Database, paths: UsageOpening['paths']): void {
  let sound = false;
  try {
    sound = isSound(db);
  } catch {
    // a page that does not verify
  }
  onDisk(() => rmSync(suspectMark(paths), { force: true }));
  if (sound) return;
  db.close();
  throw new AppError('integrity_failure', 'The usage database is damaged.');
}

/** Before its layout changes. Nobody else has it open yet, so the file stands still once its log is in it. */
function backUp({ paths, clock }: UsageOpening, key: Buffer, db: Database.Database): void {
  const backup = beginUsageBackup(paths.backups, clock, 'usage-migration');
  try {
    onDisk(() => {
      db.pragma('wal_checkpoint(TRUNCATE)');
      copyFileSync(paths.usageDb, backup.file, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
      syncFile(backup.file);
    });
    const copy = openDatabase(backup.file, 'usage', key, 'read');
    try {
      if (!isSound(copy)) throw new Error('the copy is not sound'); // the disk's doing: the original was, a moment ago
    } finally {
      copy.close();
    }
    backup.finish();
  } catch (error) {
    backup.giveUp();
    throw error;
  }
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
