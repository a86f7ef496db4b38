import { existsSync, mkdirSync, readFileSync, renameSync, rmdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { AppError } from '../../../shared/errors.ts';
import type { Clock, Paths } from '../seams.ts';
import { replaceFile, syncFile, syncFolder } from './atomic-file.ts';
import { type BackupFiles, copyDatabase } from './backup.ts';
import { makeFolder } from './folder.ts';
import { replacedName } from './replaced.ts';
import { onDisk } from './sqlite-error.ts';

interface From extends BackupFiles {
  readonly paths: Pick<Paths, 'home' | 'header' | 'headerBackup' | 'vaultDb' | 'backups'>;
  readonly clock: Pick<Clock, 'now'>;
  /** The header alone is put back: the database that stands there is whole and belongs to it. */
  readonly headerOnly: boolean;
}

interface Steps {
  /** Opens the copy; throws where it is not whole. Then nothing was changed. */
  readonly check: (file: string) => void;
  /** The copy is good: whoever has the vault open closes it now. */
  readonly close: () => void;
}

/**
 * Puts header and database of a backup in the place of the vault's. What stands there is moved into a folder of its own in
 * `backups`, never deleted; its write-ahead log too, which must not be read with another database. Only while holding the
 * writer lock. A crash in between leaves a vault that says that its header is missing.
 * @returns the name of that folder. @throws AppError when the disk does not take it; all is as it was.
 */
export function putBack(from: From, { check, close }: Steps): string {
  const { paths, clock, headerOnly } = from;
  const { vaultDb } = paths;
  const staged = `${vaultDb}.restoring`;
  const { name, aside } = freeName(paths.backups, clock.now());
  const moved: (readonly [from: string, to: string])[] = [];
  let hasAside = false;
  let isPublished = false;
  try {
    return onDisk(() => {
      const headerBytes = readFileSync(from.header);
      clear(staged);
      if (!headerOnly) {
        copyDatabase(from, staged);
        check(staged);
        if (existsSync(`${staged}-wal`)) throw notFolded();
        syncFile(staged);
      }
      close();
      makeFolder(paths.backups);
      mkdirSync(aside, { mode: 0o700 });
      hasAside = true;
      const database = headerOnly ? [] : [vaultDb, `${vaultDb}-wal`, `${vaultDb}-shm`];
      for (const file of [paths.header, paths.headerBackup, ...database].filter((one) => existsSync(one))) {
        const to = path.join(aside, path.basename(file));
        renameSync(file, to);
        moved.push([file, to]);
      }
      syncFolder(aside);
      if (!headerOnly) {
        renameSync(staged, vaultDb);
        isPublished = true;
      }
      replaceFile(paths.header, headerBytes); // last: a header never stands alone
      syncFolder(paths.home);
      return name;
    });
  } catch (error) {
    if (isPublished) rmSync(vaultDb, { force: true });
    for (const [file, to] of moved.reverse()) renameSync(to, file);
    clear(staged);
    if (hasAside) rmdirSync(aside);
    throw error;
  }
}

/** Two within a millisecond have names of their own. */
function freeName(backups: string, atMs: number): { readonly name: string; readonly aside: string } {
  const name = replacedName(atMs);
  const aside = path.join(backups, name);
  return existsSync(aside) ? freeName(backups, atMs + 1) : { name, aside };
}

function clear(staged: string): void {
  for (const file of [staged, `${staged}-wal`, `${staged}-shm`]) rmSync(file, { force: true });
}

/** Closing a database folds its log into it; where the disk did not take that, the copy alone says less. */
function notFolded(): AppError {
  return new AppError(
    'internal',
    'The disk did not take the whole copy. Nothing was changed.',
    'Check the disk and its free space, then try again.',
  );
}
