import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { AppError } from '../../../shared/errors.ts';
import type { Clock, Paths } from '../seams.ts';
import { replaceFile, syncFile, syncFolder } from './atomic-file.ts';
import { type BackupFiles, copyDatabase } from './backup.ts';
import { makeFolder } from './folder.ts';
import { replacedName } from './replaced.ts';
import { onDisk } from './sqlite-error.ts';

type PutBackPaths = Pick<Paths, 'home' | 'header' | 'headerBackup' | 'vaultDb' | 'backups'>;
type Staged = Pick<Paths, 'header' | 'vaultDb'>;

interface From extends BackupFiles {
  readonly paths: PutBackPaths;
  readonly clock: Pick<Clock, 'now'>;
  /** The header alone is put back: the database that stands there is whole and belongs to it. */
  readonly headerOnly: boolean;
}

interface Steps {
  /** Opens the copy; throws where it is not whole. Then nothing was changed. */
  readonly check: (file: string) => void;
  /** The copy is good: whoever has the vault open closes it now. */
  readonly close: () => void;
  /** It stands there. Must not throw. Called twice where the process dies in or after it. */
  readonly done: () => void;
}

/**
 * Puts header and database of a backup in the place of the vault's. What stands there is moved into a folder of its own in
 * `backups`, never deleted; its write-ahead log too, which must not be read with another database. Only while holding the
 * writer lock. All of the copy lies beside the vault before anything moves, its header last: a crash before that changes
 * nothing, and one after it is ended by `finishPutBack`.
 * @returns the name of that folder. @throws AppError when the disk does not take it; all is as it was.
 */
export function putBack(from: From, { check, close, done }: Steps): string {
  const { paths, clock, headerOnly } = from;
  const staged = stagedFiles(paths);
  const name = freeName(paths.backups, clock.now());
  const aside = path.join(paths.backups, moving(name));
  let isStaged = false;
  return onDisk(() => {
    try {
      const headerBytes = readFileSync(from.header);
      clear(staged);
      if (!headerOnly) {
        copyDatabase(from, staged.vaultDb);
        check(staged.vaultDb);
        if (existsSync(`${staged.vaultDb}-wal`)) throw notFolded();
        syncFile(staged.vaultDb);
      }
      close();
      makeFolder(paths.backups);
      mkdirSync(aside, { mode: 0o700 });
      replaceFile(staged.header, headerBytes);
      isStaged = true;
      exchange(paths, aside);
    } catch (error) {
      if (isStaged) undo(paths, aside, headerOnly);
      clear(staged);
      if (existsSync(aside)) rmdirSync(aside);
      throw error;
    }
    return end(paths, name, done);
  });
}

/**
 * Ends what a crash in the middle of a restore left: it is done as a whole once the staged header is there, else cleared
 * away. Only while holding the writer lock.
 * @param done - as that of `putBack`. @returns the name of the folder with what was replaced; null where nothing was to be ended.
 */
export function finishPutBack(paths: PutBackPaths, clock: Pick<Clock, 'now'>, done: () => void): string | null {
  const staged = stagedFiles(paths);
  const begun = movingIn(paths.backups);
  return onDisk(() => {
    let ended: string | null = null;
    if (existsSync(staged.header)) {
      ended = begun.shift() ?? freeName(paths.backups, clock.now());
      const aside = path.join(paths.backups, moving(ended));
      makeFolder(aside);
      exchange(paths, aside);
      ended = end(paths, ended, done);
    }
    for (const name of begun) {
      const aside = path.join(paths.backups, moving(name));
      if (readdirSync(aside).length === 0) rmdirSync(aside);
      else ended = end(paths, name, done);
    }
    clear(staged);
    return ended;
  });
}

/** Whatever of it is done already is not done again. */
function exchange(paths: PutBackPaths, aside: string): void {
  const staged = stagedFiles(paths);
  const hasDatabase = existsSync(staged.vaultDb);
  for (const file of filesOf(paths, !hasDatabase)) {
    if (existsSync(file)) renameSync(file, path.join(aside, path.basename(file)));
  }
  syncFolder(aside);
  if (hasDatabase) {
    renameSync(staged.vaultDb, paths.vaultDb);
    syncFolder(paths.home);
  }
  renameSync(staged.header, paths.header); // last: a header never stands alone
  syncFolder(paths.home);
}

/** All that stood there does so again, and the copies wait: after a crash in here the next start ends the restore. */
function undo(paths: PutBackPaths, aside: string, headerOnly: boolean): void {
  const staged = stagedFiles(paths);
  if (!existsSync(staged.header)) renameSync(paths.header, staged.header);
  if (!headerOnly && !existsSync(staged.vaultDb)) renameSync(paths.vaultDb, staged.vaultDb);
  for (const file of filesOf(paths, headerOnly)) {
    const kept = path.join(aside, path.basename(file));
    if (existsSync(kept)) renameSync(kept, file);
  }
}

/**
 * The folder has its name only now: what is found under it is all that was replaced.
 * @returns the name that it has: where the disk does not take the new one it gets that at the next start.
 */
function end({ backups }: PutBackPaths, name: string, done: () => void): string {
  done();
  const named = path.join(backups, name);
  try {
    renameSync(path.join(backups, moving(name)), named);
    syncFolder(backups);
  } catch {
    if (!existsSync(named)) return moving(name);
  }
  return name;
}

/** In the order in which they are moved. */
function filesOf({ header, headerBackup, vaultDb }: PutBackPaths, headerOnly: boolean): readonly string[] {
  return [header, headerBackup, ...(headerOnly ? [] : [vaultDb, `${vaultDb}-wal`, `${vaultDb}-shm`])];
}

/** Copies that get their names when both are whole. */
function stagedFiles({ header, vaultDb }: PutBackPaths): Staged {
  return { header: `${header}.restoring`, vaultDb: `${vaultDb}.restoring` };
}

/** The name while not all is in the folder: then it is not listed. */
const moving = (name: string): string => `.moving-${name}`;

/** Names of folders that were begun, the newest first. */
function movingIn(backups: string): string[] {
  if (!existsSync(backups)) return [];
  const begun = readdirSync(backups).filter((name) => name.startsWith(moving('replaced-')));
  return begun.map((name) => name.slice(moving('').length)).sort((a, b) => (a < b ? 1 : -1));
}

/** Two within a millisecond have names of their own. */
function freeName(backups: string, atMs: number): string {
  const name = replacedName(atMs);
  const isTaken = [name, moving(name)].some((one) => existsSync(path.join(backups, one)));
  return isTaken ? freeName(backups, atMs + 1) : name;
}

/** The header first: without it the database is only a copy that nobody asked for. */
function clear({ header, vaultDb }: Staged): void {
  for (const file of [header, vaultDb, `${vaultDb}-wal`, `${vaultDb}-shm`]) rmSync(file, { force: true });
}

/** Closing a database folds its log into it; where the disk did not take that, the copy alone says less. */
function notFolded(): AppError {
  return new AppError(
    'internal',
    'The disk did not take the whole copy. Nothing was changed.',
    'Check the disk and its free space, then try again.',
  );
}
