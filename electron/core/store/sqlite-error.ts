import { AppError } from '../../../shared/errors.ts';
import { PUT_BACK } from './damage-words.ts';

/**
 * What SQLite or the file system says, as an error for people; anything else is given back as it is.
 * Advice differs by cause: a full disk, a read-only one, and a damaged file need different acts.
 */
export function storageError(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof AppError) return error;
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const options = { cause: error };
  if (code === 'SQLITE_FULL' || code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG') {
    return new AppError(
      'internal',
      'The disk is full. Nothing was changed.',
      'Free some space, then try again.',
      options,
    );
  }
  if (code.startsWith('SQLITE_READONLY') || code === 'EROFS' || code === 'EACCES' || code === 'EPERM') {
    return new AppError(
      'internal',
      'The Keyharbor folder cannot be written. Nothing was changed.',
      'Check that the disk is not read-only and that the folder is yours.',
      options,
    );
  }
  if (
    code.startsWith('SQLITE_IOERR') ||
    code === 'EIO' ||
    code === 'SQLITE_CANTOPEN' ||
    code.startsWith('SQLITE_CANTOPEN_')
  ) {
    return new AppError(
      'internal',
      'The disk did not take or give the data. Nothing was changed.',
      'Check the disk and its free space, then try again.',
      options,
    );
  }
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB') {
    return new AppError('integrity_failure', 'The vault database is damaged. It was not changed.', PUT_BACK, options);
  }
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) {
    return new AppError(
      'conflict',
      'Another program holds the vault database. Nothing was changed.',
      'Close what has the file open (a backup tool, say), then try again.',
      options,
    );
  }
  return error;
}

/** As `storageError`, for a place that sees errors of other origins too: only what SQLite itself said is translated. */
export function databaseError(error: unknown): unknown {
  const fromSqlite = error instanceof Error && String((error as NodeJS.ErrnoException).code).startsWith('SQLITE_');
  return fromSqlite ? storageError(error) : error;
}

/** Runs `act`; a failure of disk or database comes out as an AppError. */
export function onDisk<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw storageError(error);
  }
}
