import type Database from 'better-sqlite3';
import { z } from 'zod';

const updateRow = z.strictObject({ version: z.int(), file: z.string() });

/** The update as it was signed; null where none was taken. */
export function readUpdate(db: Database.Database): z.output<typeof updateRow> | null {
  const row = db.prepare('SELECT version, file FROM price_update WHERE id = 1').get();
  return row === undefined ? null : updateRow.parse(row);
}

export function putUpdate(db: Database.Database, version: number, file: string, nowMs: number): void {
  db.prepare('INSERT OR REPLACE INTO price_update (id, version, file, taken_at_ms) VALUES (1, ?, ?, ?)').run(
    version,
    file,
    nowMs,
  );
}
