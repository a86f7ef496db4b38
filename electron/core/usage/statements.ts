import type Database from 'better-sqlite3';

const MAX_KEPT = 200;
const kept = new WeakMap<Database.Database, Map<string, Database.Statement>>();

/** A statement of this connection, compiled once. For SQL that is the same each time; never change its mode (pluck, raw). */
export function prepared(db: Database.Database, sql: string): Database.Statement {
  let statements = kept.get(db);
  if (statements === undefined) kept.set(db, (statements = new Map<string, Database.Statement>()));
  const known = statements.get(sql);
  if (known !== undefined) return known;
  if (statements.size >= MAX_KEPT) statements.clear();
  const made = db.prepare(sql);
  statements.set(sql, made);
  return made;
}
