import { closeSync, existsSync, fsyncSync, lstatSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { AppError } from '../shared/errors.ts';
import { usage } from './fail.ts';

const OWNER_ONLY = 0o600;

/**
 * Whether a file that holds secrets can be put at `path`: a new one, or instead of an ordinary file.
 * @throws AppError `invalid_input`: a link, folder, device or pipe is not written to or over.
 */
export function checkPlace(path: string): void {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found !== undefined && !found.isFile()) {
    const what = found.isDirectory() ? 'a folder' : found.isSymbolicLink() ? 'a symbolic link' : 'not an ordinary file';
    throw usage(`The output is ${what}. Nothing was written.`, 'Name an ordinary file, or leave -o out for stdout.');
  }
  if (!existsSync(dirname(path))) {
    throw usage('The folder of the output does not exist. Nothing was written.', 'Make it first, or check its path.');
  }
}

/** Puts `content` at `path` as a whole or not at all, readable by its owner alone. @throws AppError. */
export function writeSecretFile(path: string, content: string): void {
  checkPlace(path);
  const temporary = join(dirname(path), `.${basename(path)}.${randomUUID()}`);
  try {
    const file = openSync(temporary, 'wx', OWNER_ONLY);
    try {
      let rest: Buffer = Buffer.from(content, 'utf8');
      while (rest.length > 0) rest = rest.subarray(writeSync(file, rest));
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw new AppError(
      'internal',
      'The output could not be written. What was there before is as it was.',
      'Check that its folder can be written and the disk is not full.',
      { cause: error },
    );
  }
}
