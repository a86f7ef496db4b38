import { constants, type Dirent } from 'node:fs';
import { type FileHandle, lstat, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** More than years of daily work leave. */
const MAX_FILES = 100_000;
const MAX_DEPTH = 10;
const MAX_FILE_BYTES = 4 * 1024 ** 3;
/** A line with pictures in it can be long; one that is longer is passed over. */
const MAX_LINE_BYTES = 16 * 1024 * 1024;
const READ_BYTES = 1024 * 1024;
const NEWLINE = 0x0a;

export interface LogFiles {
  /** Sorted by name, which begins with the time in the tools that number their files. */
  readonly files: readonly string[];
  /** Links, what is too deep or too many, and folders that cannot be read. */
  readonly skipped: number;
}

/**
 * The files below `root` whose name ends with `ending`, or `root` itself where it is a file. Links are not followed:
 * what they lead to was not named.
 * @returns null where `root` is not there.
 */
export async function logFiles(root: string, ending: string): Promise<LogFiles | null> {
  const found: string[] = [];
  let skipped = 0;
  const walk = async (folder: string, depth: number): Promise<void> => {
    let entries: Dirent[];
    try {
      entries = await readdir(folder, { withFileTypes: true });
    } catch {
      skipped += 1;
      return;
    }
    for (const entry of entries.toSorted((one, other) => (one.name < other.name ? -1 : 1))) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        if (depth < MAX_DEPTH) await walk(path, depth + 1);
        else skipped += 1;
      } else if (entry.isFile() && entry.name.endsWith(ending)) {
        if (found.length < MAX_FILES) found.push(path);
        else skipped += 1;
      } else if (entry.isSymbolicLink()) skipped += 1;
    }
  };
  const what = await lstat(root).catch(() => null);
  if (what === null) return null;
  if (what.isFile()) return { files: [root], skipped: 0 };
  if (!what.isDirectory()) return { files: [], skipped: 1 };
  await walk(root, 0);
  return { files: found, skipped };
}

/**
 * The lines of a file as they are on disk, one at a time, without their ends. A line that is too long is given as null.
 * @throws Error where the file cannot be read, is a link, or is no plain file.
 */
export async function* linesOf(path: string): AsyncGenerator<string | null> {
  const file = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
  try {
    const { size } = await plainFile(file);
    if (size > MAX_FILE_BYTES) throw new Error('too large');
    const buffer = Buffer.allocUnsafe(READ_BYTES);
    let parts: Buffer[] = [];
    let bytes = 0;
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, READ_BYTES, null);
      if (bytesRead === 0) break;
      let from = 0;
      for (let end = indexOf(buffer, from, bytesRead); end >= 0; end = indexOf(buffer, from, bytesRead)) {
        bytes += end - from;
        if (bytes > MAX_LINE_BYTES) yield null;
        else {
          parts.push(buffer.subarray(from, end));
          yield Buffer.concat(parts).toString('utf8');
        }
        parts = [];
        bytes = 0;
        from = end + 1;
      }
      bytes += bytesRead - from;
      if (bytes > MAX_LINE_BYTES) parts = [];
      else if (from < bytesRead) parts.push(Buffer.from(buffer.subarray(from, bytesRead)));
    }
    if (bytes > 0) yield bytes > MAX_LINE_BYTES ? null : Buffer.concat(parts).toString('utf8');
  } finally {
    await file.close();
  }
}

function indexOf(buffer: Buffer, from: number, end: number): number {
  const at = buffer.indexOf(NEWLINE, from);
  return at < end ? at : -1;
}

async function plainFile(file: FileHandle) {
  const stat = await file.stat();
  if (!stat.isFile()) throw new Error('no plain file');
  return stat;
}
