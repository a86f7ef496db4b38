import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import type Database from 'better-sqlite3';
import { AppError } from '../../../shared/errors.ts';
import type { Clock } from '../seams.ts';
import { syncFile, syncFolder } from './atomic-file.ts';
import { makeFolder } from './folder.ts';
import { onDisk } from './sqlite-error.ts';
import { stampMs, stampOf } from './stamp.ts';

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
const NAME = /^(daily|migration|made|usage|usage-migration)-(\w{19})$/;
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
  return `${kind}-${stampOf(clock.now())}`;
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

/** A whole vault that lies in a folder of `backups`. */
export interface BackupFiles {
  readonly header: string;
  readonly database: string;
  /** Its write-ahead log, which belongs to it: only of a vault that a restore replaced. */
  readonly log: string | null;
}

/** Those that could be put back, the newest first. */
export function listBackups(folder: string): VaultBackup[] {
  const found = (['daily', 'migration', 'made'] as const).flatMap((kind) =>
    backupsOf(folder, kind).flatMap(({ name, atMs }) => {
      const files = backupFolder(folder, name);
      return files === null ? [] : [{ name, kind, atMs, bytes: sizeOf(files.header) + sizeOf(files.database) }];
    }),
  );
  return found.sort((a, b) => b.atMs - a.atMs);
}

/** @param name - as somebody gave it. @returns null where it is no backup of a vault with both its files. */
export function backupFolder(folder: string, name: string): BackupFiles | null {
  const [, kind] = NAME.exec(name) ?? [];
  if (kind !== 'daily' && kind !== 'migration' && kind !== 'made') return null;
  const files = { header: path.join(folder, name, 'vault.json'), database: path.join(folder, name, 'vault.db') };
  return existsSync(files.header) && existsSync(files.database) ? { ...files, log: null } : null;
}

/** Gone meanwhile: nothing. */
const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;

/**
 * A copy of a database in `backups`, with its log, under another name: opening a database writes beside it, and may
 * change it. Whoever asked removes it.
 * @throws AppError `integrity_failure` where it cannot be read; others where the copy cannot be written.
 */
export function copyDatabase({ database, log }: BackupFiles, to: string): void {
  onDisk(() => {
    try {
      copyFileSync(database, to, constants.COPYFILE_EXCL);
      if (log !== null) copyFileSync(log, `${to}-wal`, constants.COPYFILE_EXCL);
    } catch (error) {
      if (isUnreadable(database) || (log !== null && isUnreadable(log))) throw unreadable(error);
      throw error; // of the place where it is written
    }
  });
}

/** Whether its own bytes cannot be had: not a file, not ours, or the disk fails. */
function isUnreadable(file: string): boolean {
  try {
    const fd = openSync(file, 'r');
    try {
      const piece = Buffer.alloc(1024 * 1024);
      while (readSync(fd, piece) > 0);
      return false;
    } finally {
      closeSync(fd);
    }
  } catch {
    return true;
  }
}

/** What is looked at in a copy that goes away again. */
export function withCopy<T>(folder: string, files: BackupFiles, look: (database: string) => T): T {
  // Cleared away with what an unfinished backup left, if the process dies meanwhile.
  const place = path.join(folder, '.unfinished-check');
  const clear = (): void => rmSync(place, { recursive: true, force: true });
  return onDisk(() => {
    clear();
    mkdirSync(place, { mode: 0o700 });
    try {
      const copy = path.join(place, 'vault.db');
      copyDatabase(files, copy);
      return look(copy);
    } finally {
      clear();
    }
  });
}

export function unreadable(cause: unknown): AppError {
  return new AppError(
    'integrity_failure',
    'This backup cannot be read. Nothing was changed.',
    'Take another one, or look whether its files are yours and the disk is well.',
    { cause },
  );
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
      const [, found, stamp = ''] = NAME.exec(name) ?? [];
      const atMs = stampMs(stamp);
      return found === kind && atMs !== null ? [{ name, atMs }] : [];
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
