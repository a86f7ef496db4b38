import { constants, copyFileSync, existsSync, rmSync } from 'node:fs';
import type Database from 'better-sqlite3';
import { AppError } from '../../../shared/errors.ts';
import type { Clock, Paths } from '../seams.ts';
import { syncFile } from './atomic-file.ts';
import { beginUsageBackup } from './backup.ts';
import { isSound, openDatabase } from './database.ts';
import { becomeIncremental } from './give-back.ts';
import { isNewer, migrate, schemaVersion, USAGE_MIGRATIONS } from './migrate.ts';
import { onDisk } from './sqlite-error.ts';
import { suspectMark } from './suspect-mark.ts';

export interface UsagePlace {
  readonly paths: Pick<Paths, 'usageDb' | 'backups'>;
  readonly clock: Pick<Clock, 'now'>;
}

/** Whether it is to be looked at whole, or copied and changed, before it can be used: seconds for each gigabyte. */
export function needsWork(db: Database.Database, { paths }: UsagePlace): boolean {
  const version = schemaVersion(db);
  return existsSync(suspectMark(paths)) || (version > 0 && version < USAGE_MIGRATIONS.length);
}

/**
 * Looks at every page where a fault was met in it, then brings the layout of usage.db up to date, with a verified copy of
 * how it was. A file of a newer Keyharbor is for reading only. Closes the connection where it fails.
 * @param key - 32 bytes; the caller keeps and wipes it.
 * @throws AppError `integrity_failure` where the file is damaged; others where the disk does not take it.
 */
export function bringUpToDate(db: Database.Database, key: Buffer, place: UsagePlace): void {
  try {
    if (existsSync(suspectMark(place.paths))) assertSound(db, place.paths);
    if (isNewer(db, USAGE_MIGRATIONS)) {
      db.pragma('query_only = ON');
      return;
    }
    const isOld = schemaVersion(db) > 0 && schemaVersion(db) < USAGE_MIGRATIONS.length;
    migrate(db, USAGE_MIGRATIONS, () => backUp(place, key, db));
    if (isOld) onDisk(() => becomeIncremental(db));
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Someone met a fault in it. @throws AppError `integrity_failure` where there is one; the mark goes either way. */
function assertSound(db: Database.Database, paths: UsagePlace['paths']): void {
  let sound = false;
  try {
    sound = isSound(db);
  } catch {
    // a page that does not verify
  }
  onDisk(() => rmSync(suspectMark(paths), { force: true }));
  if (!sound) throw new AppError('integrity_failure', 'The usage database is damaged.');
}

/** Before its layout changes. Nobody else has it open yet, so the file stands still once its log is in it. */
function backUp({ paths, clock }: UsagePlace, key: Buffer, db: Database.Database): void {
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
