import type Database from 'better-sqlite3';
import { z } from 'zod';
import { type FieldRow, fieldRow } from './rows.ts';

const COLUMNS = 'credential_id, version, name, sealed, value, masked';

export function readFields(db: Database.Database, id: Buffer, version: number): FieldRow[] {
  const rows = db
    .prepare(`SELECT ${COLUMNS} FROM credential_field WHERE credential_id = ? AND version = ?`)
    .all(id, version);
  return z.array(fieldRow).parse(rows);
}

export function putField(db: Database.Database, row: FieldRow): void {
  db.prepare(
    `INSERT INTO credential_field (${COLUMNS}) VALUES (@credential_id, @version, @name, @sealed, @value, @masked)
     ON CONFLICT (credential_id, version, name)
     DO UPDATE SET sealed = excluded.sealed, value = excluded.value, masked = excluded.masked`,
  ).run(row);
}

export function removeField(db: Database.Database, id: Buffer, version: number, name: string): void {
  db.prepare('DELETE FROM credential_field WHERE credential_id = ? AND version = ? AND name = ?').run(
    id,
    version,
    name,
  );
}

export function removeFields(db: Database.Database, id: Buffer, version: number): void {
  db.prepare('DELETE FROM credential_field WHERE credential_id = ? AND version = ?').run(id, version);
}
