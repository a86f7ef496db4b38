import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { AppError } from '../../../shared/errors.ts';
import { onDisk } from './sqlite-error.ts';

const RENAME_RETRY_MS = 2000;
const RENAME_PAUSE_MS = 50;
/** `.NAME.6 bytes.tmp` */
const TEMPORARY = /^\..+\.[0-9a-f]{12}\.tmp$/;
const NO_FOLLOW = constants.O_NOFOLLOW ?? 0; // absent on Windows

/**
 * Replaces a file as a whole (SECURITY-DESIGN.md section 4): a reader sees the old or the new bytes, never a part; when
 * this returned they are on the disk. On failure the old file stands.
 * @throws AppError `internal` that says what the disk refused.
 */
export function replaceFile(file: string, bytes: Uint8Array, mode = 0o600): void {
  const folder = path.dirname(file);
  const temporary = path.join(folder, `.${path.basename(file)}.${randomBytes(6).toString('hex')}.tmp`);
  onDisk(() => {
    try {
      const fd = openSync(temporary, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | NO_FOLLOW, mode);
      try {
        writeAll(fd, bytes);
        fsyncSync(fd);
      } finally {
        closeSync(fd);
      }
      renameInto(temporary, file);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    }
    syncFolder(folder);
  });
}

/** What killed processes left in the middle of `replaceFile`. Only where no other process writes in this folder. */
export function removeTemporaries(folder: string): void {
  onDisk(() => {
    for (const name of readdirSync(folder)) {
      if (TEMPORARY.test(name)) rmSync(path.join(folder, name), { force: true });
    }
  });
}

/**
 * The bytes of a small file, or null where there is none.
 * @throws AppError `security_violation` for a link or a special file, `integrity_failure` when it is larger than `maxBytes`.
 */
export function readSmallFile(file: string, maxBytes: number): Buffer | null {
  let fd: number;
  try {
    fd = openSync(file, constants.O_RDONLY | NO_FOLLOW | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') return null;
    if (code === 'ELOOP' || code === 'ENXIO') throw notPlain();
    return onDisk(() => {
      throw error;
    });
  }
  try {
    const stats = fstatSync(fd);
    if (!stats.isFile()) throw notPlain();
    if (stats.size > maxBytes) {
      throw new AppError(
        'integrity_failure',
        'A file in the Keyharbor folder is far larger than it can be. It was not read.',
        'Look at what changed the folder; put the file back from a backup.',
      );
    }
    const bytes = Buffer.alloc(stats.size);
    let at = 0;
    while (at < bytes.byteLength) {
      const read = readSync(fd, bytes, at, bytes.byteLength - at, at);
      if (read === 0) break;
      at += read;
    }
    return bytes.subarray(0, at);
  } finally {
    closeSync(fd);
  }
}

/** Makes a rename or a new name in this folder durable; not possible and not needed on Windows. */
export function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const fd = openSync(folder, constants.O_RDONLY);
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

export function syncFile(file: string): void {
  const fd = openSync(file, process.platform === 'win32' ? 'r+' : 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function writeAll(fd: number, bytes: Uint8Array): void {
  let at = 0;
  while (at < bytes.byteLength) at += writeSync(fd, bytes, at);
}

/** Windows: a scanner or indexer may hold the old file for a moment. */
function renameInto(from: string, to: string): void {
  const deadline = performance.now() + RENAME_RETRY_MS;
  for (;;) {
    try {
      renameSync(from, to);
      return;
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? '';
      const sharing = process.platform === 'win32' && ['EPERM', 'EACCES', 'EBUSY'].includes(code);
      if (!sharing || performance.now() > deadline) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RENAME_PAUSE_MS);
    }
  }
}

function notPlain(): AppError {
  return new AppError(
    'security_violation',
    'A file in the Keyharbor folder is a link or a special file. It was not opened.',
    'Replace it by the real file.',
  );
}
