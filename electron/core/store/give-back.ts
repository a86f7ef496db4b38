import type Database from 'better-sqlite3';

/** Free pages that are left for what comes next: the records of a day go and those of another come. */
const KEPT_PAGES = 1024;
const KEPT_PART = 0.1;
const INCREMENTAL = 2;

/** Rewrites a database that was made without a map of its pages, once; takes time in step with its size. */
export function becomeIncremental(db: Database.Database): void {
  if (db.pragma('auto_vacuum', { simple: true }) === INCREMENTAL) return;
  db.pragma(`auto_vacuum = ${INCREMENTAL}`);
  db.exec('VACUUM');
}

/** Gives some free pages back to the disk. @returns whether there are more to give. */
export function giveBack(db: Database.Database, pages: number): boolean {
  if (!hasMuchFree(db)) return false;
  db.pragma(`incremental_vacuum(${pages})`);
  return hasMuchFree(db);
}

function hasMuchFree(db: Database.Database): boolean {
  const free = db.pragma('freelist_count', { simple: true }) as number;
  const all = db.pragma('page_count', { simple: true }) as number;
  return free > Math.max(KEPT_PAGES, all * KEPT_PART);
}
