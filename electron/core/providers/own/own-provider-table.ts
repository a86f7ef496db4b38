import type Database from 'better-sqlite3';
import { z } from 'zod';

const row = z.strictObject({ id: z.string(), document: z.string(), enabled: z.literal([0, 1]) });
export type OwnProviderRow = z.output<typeof row>;

export function listOwnProviders(db: Database.Database): OwnProviderRow[] {
  return z.array(row).parse(db.prepare('SELECT id, document, enabled FROM own_provider ORDER BY id').all());
}

/** Keeps when the one that it replaces was made. */
export function putOwnProvider(db: Database.Database, given: OwnProviderRow, nowMs: number): void {
  db.prepare(
    `INSERT INTO own_provider (id, document, enabled, created_at_ms, updated_at_ms)
     VALUES (@id, @document, @enabled, @nowMs, @nowMs)
     ON CONFLICT (id) DO UPDATE SET document = @document, enabled = @enabled, updated_at_ms = @nowMs`,
  ).run({ ...given, nowMs });
}

export function removeOwnProvider(db: Database.Database, id: string): void {
  db.prepare('DELETE FROM own_provider WHERE id = ?').run(id);
}
