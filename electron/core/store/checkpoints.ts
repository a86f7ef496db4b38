import type Database from 'better-sqlite3';

/**
 * When the write-ahead log of a database is emptied into its file (https://sqlite.org/wal.html#ckpt). Every page is decrypted
 * and encrypted once more then, which costs a fifth of all that writing a call does.
 */

/** SQLite's own: a commit that leaves so many pages of 4 KiB in the log empties it. */
export const USUAL_PAGES = 1000;
/** 32 MiB. For the connections to a file of which one empties the log whenever it has nothing else to do. */
export const BUSY_PAGES = 8000;

/** @param pages - after a commit that leaves so many in it the log is emptied; 0: never. */
export function emptyLogAt(db: Database.Database, pages: number): void {
  db.pragma(`wal_autocheckpoint = ${pages}`);
}

/** Where there is more in the log than usual it is emptied: a fortieth of a second for each thousand pages. */
export function emptyLongLog(db: Database.Database): void {
  const [seen] = db.pragma('wal_checkpoint(NOOP)') as readonly {
    readonly log: number;
    readonly checkpointed: number;
  }[];
  if (seen !== undefined && seen.log - seen.checkpointed >= USUAL_PAGES) db.pragma('wal_checkpoint(PASSIVE)');
}
