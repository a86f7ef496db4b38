import { chmodSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type Database from 'better-sqlite3';
import type { Clock } from '../seams.ts';
import { syncFile, syncFolder } from './atomic-file.ts';
import { makeFolder } from './folder.ts';
import { onDisk } from './sqlite-error.ts';

/** A backup is a folder with `vault.json` and `vault.db`: the same encrypted format, openable by itself. */
export type BackupKind = 'daily' | 'migration';

const KEEP: Readonly<Record<BackupKind, number>> = { daily: 7, migration: 3 };
const NAME = /^(daily|migration)-(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})(\d{3})Z$/;
const UNFINISHED = /^\.unfinished-/;

export interface BackupSource {
  readonly folder: string;
  readonly clock: Clock;
  readonly db: Database.Database;
  readonly headerBytes: Buffer;
  /** Opens the copy and checks it; throws when it could not be restored from. */
  verify(folder: string): void;
}

/**
 * Copies database and header, opens and checks the copy, and only then gives it its name and deletes the oldest.
 * @throws AppError when the copy could not be made or does not verify; the older backups stand.
 */
export function makeBackup(source: BackupSource, kind: BackupKind): string {
  const { folder, clock } = source;
  const name = `${kind}-${new Date(clock.now()).toISOString().replace(/[-:.]/g, '')}`;
  const unfinished = path.join(folder, `.unfinished-${name}`);
  const final = path.join(folder, name);
  onDisk(() => {
    makeFolder(folder);
    removeUnfinished(folder);
    mkdirSync(unfinished, { mode: 0o700 });
    try {
      const copy = path.join(unfinished, 'vault.db');
      source.db.prepare('VACUUM INTO ?').run(copy);
      chmodSync(copy, 0o600);
      const header = path.join(unfinished, 'vault.json');
      writeFileSync(header, source.headerBytes, { mode: 0o600, flag: 'wx' });
      syncFile(header);
      source.verify(unfinished);
      syncFile(copy);
      syncFolder(unfinished);
      renameSync(unfinished, final);
      syncFolder(folder);
    } catch (error) {
      rmSync(unfinished, { recursive: true, force: true });
      throw error;
    }
    // Never the one just made, though a clock that was set back lets it look like the oldest.
    const others = backupsOf(folder, kind).filter(({ name }) => name !== path.basename(final));
    for (const old of others.slice(KEEP[kind] - 1)) {
      rmSync(path.join(folder, old.name), { recursive: true, force: true });
    }
  });
  return final;
}

/** When the newest backup of this kind was made, UTC epoch milliseconds; null where there is none. */
export function newestBackupMs(folder: string, kind: BackupKind): number | null {
  return backupsOf(folder, kind)[0]?.atMs ?? null;
}

/** Whether any backup is there: then a missing database is damage, not a new user. */
export function hasBackups(folder: string): boolean {
  return list(folder).some((name) => NAME.test(name));
}

function backupsOf(folder: string, kind: BackupKind): { readonly name: string; readonly atMs: number }[] {
  return list(folder)
    .flatMap((name) => {
      const [, found, year, month, day, hour, minute, second, ms] = NAME.exec(name) ?? [];
      if (found !== kind) return [];
      return [{ name, atMs: Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}.${ms}Z`) }];
    })
    .sort((a, b) => b.atMs - a.atMs);
}

function removeUnfinished(folder: string): void {
  for (const name of list(folder).filter((one) => UNFINISHED.test(one))) {
    rmSync(path.join(folder, name), { recursive: true, force: true });
  }
}

function list(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
