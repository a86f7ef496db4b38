import { closeSync, constants, lstatSync, openSync } from 'node:fs';
import Database from 'better-sqlite3';
import type { Paths } from '../seams.ts';
import { onDisk } from './sqlite-error.ts';

export interface WriterLock {
  release(): void;
}

/**
 * Makes this process the one writer of the vault: `vault.lock` is an SQLite file kept in BEGIN EXCLUSIVE, which the OS
 * frees when the process ends, kill -9 included.
 * @returns null while another process (or another Vault of this one) holds it.
 * @throws AppError where the folder cannot be written.
 */
export function acquireWriterLock(paths: Pick<Paths, 'writerLock'>): WriterLock | null {
  return onDisk(() => {
    makePrivate(paths.writerLock);
    const db = new Database(paths.writerLock, { timeout: 0 });
    try {
      db.exec('BEGIN EXCLUSIVE');
    } catch (error) {
      db.close();
      const code = (error as NodeJS.ErrnoException).code ?? '';
      if (code.startsWith('SQLITE_BUSY')) return null;
      throw error;
    }
    return {
      release: () => {
        if (db.open) db.close();
      },
    };
  });
}

/**
 * Creates the file 0600. An existing one is never opened here: closing any descriptor of it would drop the POSIX locks
 * that this process holds on it.
 */
function makePrivate(file: string): void {
  if (lstatSync(file, { throwIfNoEntry: false }) !== undefined) return;
  try {
    closeSync(openSync(file, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error; // another process was faster
  }
}
