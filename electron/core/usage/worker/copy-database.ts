import { closeSync, constants, fsyncSync, openSync, readSync, writeSync } from 'node:fs';
import type Database from 'better-sqlite3';
import { AppError } from '../../../../shared/errors.ts';
import { openDatabase } from '../../store/database.ts';
import { onDisk } from '../../store/sqlite-error.ts';

const PIECE_BYTES = 4 * 1024 * 1024;
/** Pages that are looked at between two pieces: some 20 ms. */
const PAGES_A_PIECE = 1500;
const NO_FOLLOW = constants.O_NOFOLLOW ?? 0; // absent on Windows

export interface CopyInput {
  readonly from: string;
  readonly to: string;
  /** 32 bytes of this message's own copy; wiped when the copy is checked, or given up. */
  readonly key: Uint8Array;
}
export interface CopyProgress {
  readonly done: 'copying' | 'checking';
  readonly bytes: number;
}

/**
 * Copies usage.db piece by piece, then opens the copy and reads every page of it, which authenticates each. The file must
 * not change meanwhile: the writer's connection emptied its log into it and empties it no more until the copy is done.
 * `VACUUM INTO` would be one act of minutes that nothing can end, also not a lock.
 * @throws AppError where the disk does not take it or a page of the copy does not verify.
 */
export function* copyDatabase(
  _db: Database.Database,
  { from, to, key }: CopyInput,
): Generator<CopyProgress, undefined, undefined> {
  try {
    yield* copyFile(from, to);
    yield* readEveryPage(to, key);
  } finally {
    key.fill(0);
  }
}

function* copyFile(from: string, to: string): Generator<CopyProgress, void, undefined> {
  // Closing a descriptor drops this process's POSIX locks on the file: nobody else opens it, vault.lock sees to that.
  const source = onDisk(() => openSync(from, constants.O_RDONLY | NO_FOLLOW));
  try {
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | NO_FOLLOW;
    const target = onDisk(() => openSync(to, flags, 0o600));
    try {
      const piece = Buffer.allocUnsafeSlow(PIECE_BYTES);
      for (let at = 0; ; ) {
        const read = onDisk(() => readSync(source, piece, 0, PIECE_BYTES, at));
        if (read === 0) break;
        for (let put = 0; put < read; ) put += onDisk(() => writeSync(target, piece, put, read - put, at + put));
        at += read;
        yield { done: 'copying', bytes: at };
      }
      onDisk(() => fsyncSync(target));
    } finally {
      closeSync(target);
    }
  } finally {
    closeSync(source);
  }
}

function* readEveryPage(file: string, key: Uint8Array): Generator<CopyProgress, void, undefined> {
  const copy = openDatabase(file, 'usage', Buffer.from(key.buffer, key.byteOffset, key.byteLength), 'read');
  try {
    copy.pragma('cache_size = -1024'); // each page is read once
    const pages = copy.pragma('page_count', { simple: true }) as number;
    let read = 0;
    for (const page of copy.prepare('SELECT pgsize FROM dbstat').pluck().iterate()) {
      read += 1;
      if (read % PAGES_A_PIECE === 0) yield { done: 'checking', bytes: read * Number(page) };
    }
    const free = copy.pragma('freelist_count', { simple: true }) as number;
    // Neither maps of pages (auto_vacuum) nor the page that SQLite keeps for locks (at 1 GiB) belong to a table.
    const maps = copy.pragma('auto_vacuum', { simple: true }) === 0 ? 0 : Math.ceil(pages / 500);
    if (read + free + maps + 1 < pages) {
      throw new AppError(
        'integrity_failure',
        'A backup of the usage database did not verify. The older ones were kept.',
      );
    }
  } finally {
    copy.close();
  }
}
