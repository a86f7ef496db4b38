import Database from 'better-sqlite3';
import { onTestFinished } from 'vitest';
import { VAULT_MIGRATIONS } from '../../electron/core/store/migrate.ts';

/** The tables of a vault in memory, as the migrations make them; nothing of it is sealed. */
export function vaultTables(): Database.Database {
  const db = new Database(':memory:');
  onTestFinished(() => void db.close());
  for (const migration of VAULT_MIGRATIONS) {
    if (typeof migration === 'string') db.exec(migration);
    else migration(db);
  }
  return db;
}
