import { chmodSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type Database from 'better-sqlite3';
import type { Clock } from '../seams.ts';
import { syncFile, syncFolder } from './atomic-file.ts';
import { makeFolder } from './folder.ts';
import { onDisk } from './sqlite-error.ts';

/** A backup is a folder with `vault.json` and `vault.db`: the same encrypted format, openable by itself. */
export type BackupKind = 'daily' | 'migration' | 'made';
/** Of `usage.db` alone; it opens with the vault it was made in. */
export type UsageBackupKind = 'usage' | 'usage-migration';

const KEEP: Readonly<Record<BackupKind | UsageBackupKind, number>> = {
  daily: 7,
  migration: 3,
  made: 3,
  usage: 3,
  'usage-migration': 3,
};
const NAME = /^(daily|migration|made|usage|usage-migration)-(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})(\d{3})Z$/;
/** Those of usage.db may be in the making just now. */
const UNFINISHED = /^\.unfinished-(?!usage-)/;
const UNFINISHED_USAGE = /^\.unfinished-usage-/;

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
  const name = nameOf(kind, clock);
  const unfinished = path.join(folder, `.unfinished-${name}`);
  const final = path.join(folder, name);
  onDisk(() => {
    makeFolder(folder);
    removeUnfinished(folder, UNFINISHED);
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
      finish(folder, kind, unfinished, final);
    } catch (error) {
      rmSync(unfinished, { recursive: true, force: true });
      throw error;
    }
  });
  return final;
}

/** A copy of usage.db in the making: `file` is to be written, synced and checked by whoever began it, then `finish`. */
export interface UsageBackup {
  readonly file: string;
  /** Gives it its name and deletes the oldest. @returns its folder. */
  finish(): string;
  giveUp(): void;
}

/** @throws AppError where the disk does not take it. */
export function beginUsageBackup(folder: string, clock: Pick<Clock, 'now'>, kind: UsageBackupKind): UsageBackup {
  const name = nameOf(kind, clock);
  const unfinished = path.join(folder, `.unfinished-${name}`);
  const final = path.join(folder, name);
  onDisk(() => {
    makeFolder(folder);
    removeUnfinished(folder, UNFINISHED_USAGE);
    mkdirSync(unfinished, { mode: 0o700 });
  });
  return {
    file: path.join(unfinished, 'usage.db'),
    finish: () => {
      onDisk(() => finish(folder, kind, unfinished, final));
      return final;
    },
    giveUp: () => rmSync(unfinished, { recursive: true, force: true }),
  };
}

function nameOf(kind: BackupKind | UsageBackupKind, clock: Pick<Clock, 'now'>): string {
  return `${kind}-${new Date(clock.now()).toISOString().replace(/[-:.]/g, '')}`;
}

/** Only now, with all of it on the disk and checked, the copy gets its name and the oldest go. */
function finish(folder: string, kind: BackupKind | UsageBackupKind, unfinished: string, final: string): void {
  syncFolder(unfinished);
  renameSync(unfinished, final);
  syncFolder(folder);
  // Never the one just made, though a clock that was set back lets it look like the oldest.
  const others = backupsOf(folder, kind).filter(({ name }) => name !== path.basename(final));
  for (const old of others.slice(KEEP[kind] - 1)) {
    rmSync(path.join(folder, old.name), { recursive: true, force: true });
  }
}

/** When the newest backup of this kind was made, UTC epoch milliseconds; null where there is none. */
export function newestBackupMs(folder: string, kind: BackupKind | UsageBackupKind): number | null {
  return backupsOf(folder, kind)[0]?.atMs ?? null;
}

/** One copy of the whole vault. */
export interface VaultBackup {
  readonly name: string;
  readonly kind: BackupKind;
  /** UTC epoch milliseconds. */
  readonly atMs: number;
  /** Of header and database. */
  readonly bytes: number;
}

export interface BackupFiles {
  readonly header: string;
  readonly database: string;
}

/** Those that could be put back, the newest first. */
export function listBackups(folder: string): VaultBackup[] {
  const found = (['daily', 'migration', 'made'] as const).flatMap((kind) =>
    backupsOf(folder, kind).flatMap(({ name, atMs }) => {
      const files = backupFolder(folder, name);
      if (files === null) return [];
      const bytes = statSync(files.header).size + statSync(files.database).size;
      return [{ name, kind, atMs, bytes }];
    }),
  );
  return found.sort((a, b) => b.atMs - a.atMs);
}

/** @param name - as somebody gave it. @returns null where it is no backup of a vault with both its files. */
export function backupFolder(folder: string, name: string): BackupFiles | null {
  const [, kind] = NAME.exec(name) ?? [];
  if (kind !== 'daily' && kind !== 'migration' && kind !== 'made') return null;
  const files = { header: path.join(folder, name, 'vault.json'), database: path.join(folder, name, 'vault.db') };
  return existsSync(files.header) && existsSync(files.database) ? files : null;
}

/** Whether any backup is there: then a missing database is damage, not a new user. */
export function hasBackups(folder: string): boolean {
  return list(folder).some((name) => NAME.test(name));
}

function backupsOf(
  folder: string,
  kind: BackupKind | UsageBackupKind,
): { readonly name: string; readonly atMs: number }[] {
  return list(folder)
    .flatMap((name) => {
      const [, found, year, month, day, hour, minute, second, ms] = NAME.exec(name) ?? [];
      if (found !== kind) return [];
      return [{ name, atMs: Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}.${ms}Z`) }];
    })
    .sort((a, b) => b.atMs - a.atMs);
}

function removeUnfinished(folder: string, pattern: RegExp): void {
  for (const name of list(folder).filter((one) => pattern.test(one))) {
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
