import type Database from 'better-sqlite3';
import { type CheckRow, checkRow } from './rows.ts';

const COLUMNS = `credential_id, version, result, latency_ms, detail, hint, facts, checked_at_ms, failures_in_a_row,
  cooldown_until_ms`;

/** What the last test of a credential found. */
export function findCheck(db: Database.Database, id: Buffer): CheckRow | undefined {
  const row = db.prepare(`SELECT ${COLUMNS} FROM credential_check WHERE credential_id = ?`).get(id);
  return row === undefined ? undefined : checkRow.parse(row);
}

export function putCheck(db: Database.Database, row: CheckRow): void {
  db.prepare(
    `INSERT OR REPLACE INTO credential_check (${COLUMNS}) VALUES (@credential_id, @version, @result, @latency_ms,
      @detail, @hint, @facts, @checked_at_ms, @failures_in_a_row, @cooldown_until_ms)`,
  ).run(row);
}

/** After a new value or another address the old findings say nothing any more. */
export function removeCheck(db: Database.Database, id: Buffer): void {
  db.prepare('DELETE FROM credential_check WHERE credential_id = ?').run(id);
}
