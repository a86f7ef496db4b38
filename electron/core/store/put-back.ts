import { constants, copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { Clock, Paths } from '../seams.ts';
import { replaceFile, syncFile, syncFolder } from './atomic-file.ts';
import type { BackupFiles } from './backup.ts';
import { makeFolder } from './folder.ts';
import { onDisk } from './sqlite-error.ts';

interface From extends BackupFiles {
  readonly paths: Pick<Paths, 'home' | 'header' | 'headerBackup' | 'vaultDb' | 'backups'>;
  readonly clock: Pick<Clock, 'now'>;
  /** The header alone is put back: the database that stands there is whole and belongs to it. */
  readonly headerOnly: boolean;
}

/**
 * Puts header and database of a backup in the place of the vault's. What stands there is moved into a folder of its own in
 * `backups`, never deleted; its write-ahead log too, which must not be read with another database. Only while holding the
 * writer lock and with the vault closed. A crash in between leaves a vault that says that its header is missing.
 * @param check - opens the copy; throws where it is not whole. Then nothing was changed.
 * @returns the name of that folder. @throws AppError when the disk does not take it; all is as it was.
 */
export function putBack(from: From, check: (file: string) => void): string {
  const { paths, clock, headerOnly } = from;
  const { vaultDb } = paths;
  const staged = `${vaultDb}.restoring`;
  const name = `replaced-${new Date(clock.now()).toISOString().replace(/[-:.]/g, '')}`;
  const aside = path.join(paths.backups, name);
  const database = headerOnly ? [] : [vaultDb, `${vaultDb}-wal`, `${vaultDb}-shm`];
  const moved: (readonly [from: string, to: string])[] = [];
  try {
    return onDisk(() => {
      const headerBytes = readFileSync(from.header);
      clear(staged);
      if (!headerOnly) {
        copyFileSync(from.database, staged, constants.COPYFILE_EXCL);
        check(staged);
        syncFile(staged);
      }
      makeFolder(paths.backups);
      mkdirSync(aside, { mode: 0o700 });
      for (const file of [paths.header, paths.headerBackup, ...database].filter((one) => existsSync(one))) {
        const to = path.join(aside, path.basename(file));
        renameSync(file, to);
        moved.push([file, to]);
      }
      syncFolder(aside);
      if (!headerOnly) renameSync(staged, vaultDb);
      replaceFile(paths.header, headerBytes); // last: a header never stands alone
      syncFolder(paths.home);
      return name;
    });
  } catch (error) {
    for (const [file, to] of moved.reverse()) renameSync(to, file);
    clear(staged);
    if (existsSync(aside)) rmdirSync(aside);
    throw error;
  }
}

function clear(staged: string): void {
  for (const file of [staged, `${staged}-wal`, `${staged}-shm`]) rmSync(file, { force: true });
}
