import type Database from 'better-sqlite3';
import { z } from 'zod';

const quotaRow = z.strictObject({
  id: z.string(),
  document: z.string(),
  created_at_ms: z.int(),
  updated_at_ms: z.int(),
  told_start_ms: z.int().nullable(),
  told_level: z.int().nullable(),
});
export type QuotaRow = Readonly<z.output<typeof quotaRow>>;

/** Oldest first, and by name where they are as old. */
export function listQuotaRows(db: Database.Database): QuotaRow[] {
  return z.array(quotaRow).parse(db.prepare("SELECT * FROM quota ORDER BY created_at_ms, document ->> 'name'").all());
}

export function putQuotaRow(db: Database.Database, row: QuotaRow): void {
  db.prepare(
    `INSERT OR REPLACE INTO quota (id, document, created_at_ms, updated_at_ms, told_start_ms, told_level)
     VALUES (:id, :document, :created_at_ms, :updated_at_ms, :told_start_ms, :told_level)`,
  ).run(row);
}

/** @returns whether there was one. */
export function deleteQuotaRow(db: Database.Database, id: string): boolean {
  return db.prepare('DELETE FROM quota WHERE id = ?').run(id).changes > 0;
}

export function setTold(db: Database.Database, id: string, startMs: number, level: number): void {
  db.prepare('UPDATE quota SET told_start_ms = ?, told_level = ? WHERE id = ?').run(startMs, level, id);
}
