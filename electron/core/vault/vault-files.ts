import { existsSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { AppError } from '../../../shared/errors.ts';
import type { Clock, Paths } from '../seams.ts';
import { readSmallFile, replaceFile, syncFolder } from '../store/atomic-file.ts';
import { hasBackups } from '../store/backup.ts';
import { PUT_HEADER_BACK } from '../store/damage-words.ts';
import { makeFolder } from '../store/folder.ts';
import { onDisk } from '../store/sqlite-error.ts';
import { formatHeader, type Header, MAX_HEADER_BYTES, parseHeader } from './header.ts';

const OLD_HEADER = /^header-(\d+)$/;
const WEEK_MS = 7 * 24 * 60 * 60 * 1000;

/** The files of a vault that is being made; they get their names when all of it is on the disk. */
export function stagedFiles(paths: Paths): { readonly header: string; readonly vaultDb: string } {
  return { header: `${paths.header}.new`, vaultDb: `${paths.vaultDb}.new` };
}

/** `damaged`: something of a vault is there, but not its header. It is never treated as a new user. */
export function whatIsThere(paths: Paths): 'nothing' | 'vault' | 'damaged' {
  if (existsSync(paths.header) || isCreationUnfinished(paths)) return 'vault';
  const traces = [
    paths.headerBackup,
    paths.vaultDb,
    `${paths.vaultDb}-wal`,
    `${paths.vaultDb}-shm`,
    paths.usageDb,
    `${paths.usageDb}-wal`,
  ];
  return traces.some((file) => existsSync(file)) || hasBackups(paths.backups) ? 'damaged' : 'nothing';
}

/** @throws AppError `vault_not_found`, or what `parseHeader` throws; `integrity_failure` when only the header is gone. */
export function readHeader(paths: Paths): Header {
  const bytes = readSmallFile(paths.header, MAX_HEADER_BYTES);
  if (bytes !== null) return parseHeader(bytes);
  if (whatIsThere(paths) === 'nothing') throw noVault();
  throw new AppError(
    'integrity_failure',
    'The vault’s header file, vault.json, is missing, though other parts of a vault are there. Nothing was changed.',
    PUT_HEADER_BACK,
  );
}

/** The header for what is only told: null where there is no vault. */
export function peekHeader(paths: Paths): Header | 'unreadable' | null {
  try {
    return readHeader(paths);
  } catch (error) {
    return error instanceof AppError && error.code === 'vault_not_found' ? null : 'unreadable';
  }
}

/** What is wrong with the header as it lies on disk; null where it is sound or there is no vault. */
export function headerProblem(paths: Paths): AppError | null {
  try {
    readHeader(paths);
    return null;
  } catch (error) {
    return error instanceof AppError && error.code !== 'vault_not_found' ? error : null;
  }
}

export function noVault(): AppError {
  return new AppError(
    'vault_not_found',
    'There is no vault here yet.',
    'Create one: start the app, or run "keyharbor init".',
  );
}

/** Replaces the header as a whole; the one before is kept as `vault.json.bak` until the new one has unlocked. */
export function replaceHeader(paths: Paths, header: Header): void {
  const before = readSmallFile(paths.header, MAX_HEADER_BYTES);
  if (before !== null) replaceFile(paths.headerBackup, before);
  replaceFile(paths.header, formatHeader(header));
}

/** Puts the previous header back after a failed change. */
export function restoreHeader(paths: Paths, header: Header): void {
  replaceFile(paths.header, formatHeader(header));
  removeHeaderBackup(paths);
}

export function removeHeaderBackup(paths: Paths): void {
  onDisk(() => rmSync(paths.headerBackup, { force: true }));
}

/** A copy of a header that is about to be rewrapped by itself; kept for a week. */
export function keepOldHeader(paths: Paths, clock: Clock, header: Header): void {
  onDisk(() => {
    for (const name of readdirSync(paths.backups)) {
      const madeMs = Number(OLD_HEADER.exec(name)?.[1] ?? Number.NaN);
      if (clock.now() - madeMs > WEEK_MS) rmSync(path.join(paths.backups, name), { recursive: true, force: true });
    }
    const folder = path.join(paths.backups, `header-${clock.now()}`);
    makeFolder(folder);
    replaceFile(path.join(folder, 'vault.json'), formatHeader(header));
  });
}

/**
 * Ends what a crash in the middle of making a vault left. Both staged files are complete once the staged header is
 * there, and nothing was acknowledged before: so it is finished, or cleared away. Only while holding the writer lock.
 */
export function finishCreation(paths: Paths): void {
  const staged = stagedFiles(paths);
  if (!existsSync(staged.header) && !existsSync(staged.vaultDb)) return;
  onDisk(() => {
    if (isCreationUnfinished(paths)) publish(paths);
    removeStaged(paths);
  });
}

export function stageHeader(paths: Paths, header: Header): void {
  replaceFile(stagedFiles(paths).header, formatHeader(header));
}

/** Gives the staged files their names: the database first, so that a header never stands alone. */
export function publish(paths: Paths): void {
  const staged = stagedFiles(paths);
  onDisk(() => {
    if (existsSync(staged.vaultDb)) {
      renameSync(staged.vaultDb, paths.vaultDb);
      syncFolder(paths.home);
    }
    renameSync(staged.header, paths.header);
    syncFolder(paths.home);
  });
}

export function removeStaged(paths: Paths): void {
  const { header, vaultDb } = stagedFiles(paths);
  for (const file of [header, vaultDb, `${vaultDb}-wal`, `${vaultDb}-shm`]) rmSync(file, { force: true });
}

/** The header waits for its name, and the database has its own or is complete beside it. */
function isCreationUnfinished(paths: Paths): boolean {
  const staged = stagedFiles(paths);
  if (existsSync(paths.header) || !existsSync(staged.header)) return false;
  if (existsSync(staged.vaultDb)) return !existsSync(paths.vaultDb) && !existsSync(`${staged.vaultDb}-wal`);
  return (statSync(paths.vaultDb, { throwIfNoEntry: false })?.size ?? 0) > 0;
}
