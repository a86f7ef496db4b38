import type Database from 'better-sqlite3';

export function replaceTags(db: Database.Database, id: Buffer, tags: readonly string[]): void {
  db.prepare('DELETE FROM credential_tag WHERE credential_id = ?').run(id);
  const insert = db.prepare('INSERT OR IGNORE INTO credential_tag (credential_id, tag) VALUES (?, ?)');
  for (const tag of tags) insert.run(id, tag);
}
