import type Database from 'better-sqlite3';

/** What was told once is not told again, also when its line is long gone. Far more than a year of ordinary use. */
const KEPT = 5_000;

export function wasTold(db: Database.Database, key: string): boolean {
  return db.prepare('SELECT 1 FROM notice_told WHERE key = ?').get(key) !== undefined;
}

/** Call it inside `vault.write`. @returns false where it was told before. */
export function tell(db: Database.Database, key: string, nowMs: number): boolean {
  return db.prepare('INSERT OR IGNORE INTO notice_told (key, at_ms) VALUES (?, ?)').run(key, nowMs).changes > 0;
}

export function pruneTold(db: Database.Database): void {
  db.prepare(
    `DELETE FROM notice_told WHERE key IN (SELECT key FROM notice_told ORDER BY at_ms DESC, key LIMIT -1 OFFSET ${KEPT})`,
  ).run();
}
