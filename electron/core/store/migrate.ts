import type Database from 'better-sqlite3';
import { AppError } from '../../../shared/errors.ts';
import { PUT_BACK } from './damage-words.ts';
import { isSound } from './database.ts';
import { usage0001 } from './migrations/0001-usage.ts';
import { usage0002 } from './migrations/0002-usage-records.ts';
import { usage0003 } from './migrations/0003-usage-folds.ts';
import { usage0004 } from './migrations/0004-usage-told.ts';
import { usage0005 } from './migrations/0005-usage-name-days.ts';
import { usage0006 } from './migrations/0006-usage-provider-request.ts';
import { vault0001 } from './migrations/0001-vault.ts';
import { vault0002 } from './migrations/0002-own-provider.ts';
import { vault0003 } from './migrations/0003-access.ts';
import { vault0004 } from './migrations/0004-token-request.ts';
import { vault0005 } from './migrations/0005-routing.ts';
import { vault0006 } from './migrations/0006-notifications.ts';
import { vault0007 } from './migrations/0007-prices.ts';
import { vault0008 } from './migrations/0008-quotas.ts';
import { vault0009 } from './migrations/0009-shown-address.ts';
import { vault0010 } from './migrations/0010-key-ends.ts';
import { onDisk } from './sqlite-error.ts';

/** Statements, or a function where SQL cannot say it; it runs in the same transaction. */
export type Migration = string | ((db: Database.Database) => void);

/** Append-only: the place in the list is the version. A released one is never edited. */
export const VAULT_MIGRATIONS: readonly Migration[] = [
  vault0001,
  vault0002,
  vault0003,
  vault0004,
  vault0005,
  vault0006,
  vault0007,
  vault0008,
  vault0009,
  vault0010,
];
export const USAGE_MIGRATIONS: readonly string[] = [usage0001, usage0002, usage0003, usage0004, usage0005, usage0006];

export function schemaVersion(db: Database.Database): number {
  return db.pragma('user_version', { simple: true }) as number;
}

/** Whether a newer Keyharbor wrote this database: it may be read, never written. */
export function isNewer(db: Database.Database, migrations: readonly Migration[]): boolean {
  return schemaVersion(db) > migrations.length;
}

/**
 * Brings the schema up to date: one transaction each with its version, after `backUp` made a verified copy (not for a
 * database without tables). On any failure the schema is the one before.
 * @throws AppError `integrity_failure` when the file is not sound before or after.
 */
export function migrate(db: Database.Database, migrations: readonly Migration[], backUp: () => void): void {
  const from = schemaVersion(db);
  if (from >= migrations.length) return;
  if (from > 0) {
    if (!isSound(db)) throw unsound('It was not changed.');
    backUp();
  }
  for (const [at, migration] of migrations.entries()) {
    if (at < from) continue;
    const step = db.transaction(() => {
      if (typeof migration === 'string') db.exec(migration);
      else migration(db);
      db.pragma(`user_version = ${at + 1}`);
      if (!isSound(db)) throw unsound('The change of its layout was undone.');
    });
    onDisk(() => step.immediate());
  }
}

function unsound(what: string): AppError {
  return new AppError('integrity_failure', `The vault database is damaged: its own check fails. ${what}`, PUT_BACK);
}
