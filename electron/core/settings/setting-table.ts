import type Database from 'better-sqlite3';
import { z } from 'zod';

const settingRow = z.strictObject({ name: z.string(), value: z.string() });

export function readSettings(db: Database.Database): Map<string, string> {
  const rows = z.array(settingRow).parse(db.prepare('SELECT name, value FROM setting').all());
  return new Map(rows.map((row) => [row.name, row.value]));
}

export function putSetting(db: Database.Database, name: string, value: string): void {
  db.prepare('INSERT OR REPLACE INTO setting (name, value) VALUES (?, ?)').run(name, value);
}
