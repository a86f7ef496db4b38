import { closeSync, openSync, readSync, statSync } from 'node:fs';
import Database from 'better-sqlite3';
import { AppError } from '../../../shared/errors.ts';
import { PUT_BACK } from './damage-words.ts';
import { onDisk } from './sqlite-error.ts';

/**
 * Opens an encrypted database (SECURITY-DESIGN.md section 4): SQLCipher 4 format, raw key, every pragma set and read
 * back, because the library's own defaults are another cipher and unsafe schema trust.
 */
const KEY_BYTES = 32;
const PLAIN_MAGIC = 'SQLite format 3\0';
const PAGE_BYTES = 4096;
/** Earlier versions have a rare race that corrupts a WAL database. */
const MIN_SQLITE = [3, 51, 3] as const;

/** Name, value to set, value that must be read back. */
const PRAGMAS: readonly (readonly [string, string, string | number])[] = [
  ['journal_mode', 'WAL', 'wal'],
  ['synchronous', 'FULL', 2],
  ['fullfsync', 'ON', 1],
  ['checkpoint_fullfsync', 'ON', 1],
  ['foreign_keys', 'ON', 1],
  ['secure_delete', 'ON', 1],
  ['temp_store', 'MEMORY', 2],
  ['mmap_size', '0', 0],
  ['trusted_schema', 'OFF', 0],
  ['cell_size_check', 'ON', 1],
  ['busy_timeout', '5000', 5000],
];

/** The encrypting build of the library has one more method than its types. */
interface KeyedDatabase extends Database.Database {
  key(key: Buffer): number;
}

/** What the file is for, kept inside it: "KHvb" and "KHub". */
export const APPLICATION_IDS = { vault: 0x4b487662, usage: 0x4b487562 } as const;
export type DatabaseKind = keyof typeof APPLICATION_IDS;

/**
 * @param key - 32 bytes; the caller keeps and wipes it.
 * @param mode - `create`: the file must not exist; `open`: it must; `read`: it must, and this connection cannot write it.
 * @throws AppError `integrity_failure` with different words for a missing, empty, short, plain, foreign and damaged file.
 */
export function openDatabase(
  file: string,
  kind: DatabaseKind,
  key: Buffer,
  mode: 'create' | 'open' | 'read',
): Database.Database {
  return onDisk(() => {
    if (mode !== 'create') assertLooksEncrypted(file);
    else if (statSync(file, { throwIfNoEntry: false }) !== undefined) {
      throw new AppError('conflict', 'There is a database already. It was not touched.', 'Move it away first.');
    } else closeSync(openSync(file, 'wx', 0o600)); // SQLite gives -wal and -shm the mode of the file
    const db = new Database(file, { fileMustExist: mode !== 'create', readonly: mode === 'read' });
    try {
      unlockPages(db, file, key);
      assertSqliteVersion(db);
      for (const [name, value, expected] of PRAGMAS) {
        db.pragma(`${name} = ${value}`);
        assertPragma(db, name, expected);
      }
      if (mode === 'create' && kind === 'usage') db.pragma('auto_vacuum = INCREMENTAL'); // before its first table
      if (mode === 'create') db.pragma(`application_id = ${APPLICATION_IDS[kind]}`);
      else if (db.pragma('application_id', { simple: true }) !== APPLICATION_IDS[kind]) {
        throw damaged('is of another kind', 'Another file was put in its place.');
      }
      return db;
    } catch (error) {
      db.close();
      throw error;
    }
  });
}

/** What is wrong with the file as it lies there, without its key; null where it may be sound. */
export function databaseProblem(file: string): AppError | null {
  try {
    onDisk(() => assertLooksEncrypted(file));
    return null;
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
}

/** Whether SQLite finds no fault in the pages and references of this database. */
export function isSound(db: Database.Database): boolean {
  const pages = db.pragma('quick_check', { simple: true });
  return pages === 'ok' && (db.pragma('foreign_key_check') as unknown[]).length === 0;
}

function unlockPages(db: Database.Database, file: string, key: Buffer): void {
  db.pragma("cipher = 'sqlcipher'");
  db.pragma('legacy = 4');
  assertPragma(db, 'cipher', 'sqlcipher');
  assertPragma(db, 'legacy', 4);
  const raw = rawKey(key);
  try {
    (db as KeyedDatabase).key(raw);
  } finally {
    raw.fill(0);
  }
  try {
    db.prepare('SELECT count(*) FROM sqlite_schema').get();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (code === 'SQLITE_NOTADB') {
      throw damaged(
        'cannot be read with this vault’s key',
        'It belongs to another vault, or its beginning is damaged.',
        error,
      );
    }
    if (code.startsWith('SQLITE_CORRUPT')) {
      const short = statSync(file).size % PAGE_BYTES !== 0;
      throw damaged(short ? 'is cut short' : 'is damaged', 'A part of the file was lost or changed.', error);
    }
    throw error;
  }
}

/** `raw:` and 64 hexadecimal digits, written as bytes: no string of the key is made. */
function rawKey(key: Buffer): Buffer {
  if (key.byteLength !== KEY_BYTES) throw new TypeError('a database key has 32 bytes');
  const raw = Buffer.alloc(4 + KEY_BYTES * 2);
  raw.write('raw:', 'ascii');
  const digit = (value: number) => value + (value < 10 ? 0x30 : 0x57);
  for (const [at, byte] of key.entries()) {
    raw[4 + at * 2] = digit(byte >> 4);
    raw[5 + at * 2] = digit(byte & 15);
  }
  return raw;
}

function assertLooksEncrypted(file: string): void {
  const size = statSync(file, { throwIfNoEntry: false })?.size;
  if (size === undefined) throw damaged('is missing', 'The header is there, the data is not.');
  if (size === 0) throw damaged('is empty', 'Its content was lost.');
  if (size < PAGE_BYTES) throw damaged('is cut short', 'Only its beginning is there.');
  const head = Buffer.alloc(PLAIN_MAGIC.length);
  const fd = openSync(file, 'r');
  try {
    readSync(fd, head, 0, head.byteLength, 0);
  } finally {
    closeSync(fd);
  }
  if (head.toString('latin1') === PLAIN_MAGIC)
    throw damaged('is not encrypted', 'A plain database was put in its place.');
}

function assertSqliteVersion(db: Database.Database): void {
  const version = String(db.prepare('SELECT sqlite_version()').pluck().get());
  const parts = version.split('.').map(Number);
  for (const [at, wanted] of MIN_SQLITE.entries()) {
    const part = parts[at] ?? 0;
    if (part > wanted) return;
    if (part < wanted)
      throw new AppError('unsupported', 'The SQLite library is too old to be safe. Nothing was opened.');
  }
}

function assertPragma(db: Database.Database, name: string, expected: string | number): void {
  if (String(db.pragma(name, { simple: true })) === String(expected)) return; // the cipher's own answer as text
  throw new AppError('unsupported', `The database does not accept the setting ${name}. Nothing was opened.`);
}

function damaged(what: string, why: string, cause?: unknown): AppError {
  return new AppError('integrity_failure', `The vault database ${what}. ${why} Nothing was changed.`, PUT_BACK, {
    cause,
  });
}
