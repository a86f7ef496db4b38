import { closeSync, existsSync, fsyncSync, lstatSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { AppError } from '../shared/errors.ts';
import { usage } from './fail.ts';

const OWNER_ONLY = 0o600;

/** What `-o` names: a file, or null for stdout, which `-` means as in other programs. @throws AppError `invalid_input`. */
export function placeOf(out: string | undefined): string | null {
  if (out === '') throw usage('-o needs the name of a file.', 'Leave -o out for stdout.');
  return out === undefined || out === '-' ? null : out;
}

/**
 * Whether a file can be put at `path`: a new one, or instead of an ordinary file.
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

/**
 * Whether a file can be made at `path`.
 * @param force - also instead of one that is there.
 * @throws AppError `conflict` where it is there already, `invalid_input` where none can be.
 */
export function requireNewFile(path: string, force: boolean): void {
  checkPlace(path);
  if (!force && existsSync(path)) {
    throw new AppError(
      'conflict',
      'The file exists already. Nothing was written, it is as it was.',
      'Name a new file, or add --force to replace it.',
    );
  }
}

/**
 * A file that is there as a whole or not at all, readable by its owner alone. Until `finish` it stands under another name
 * in the same folder. End it with `finish` or `discard`. Each throws AppError `internal` where the system refuses.
 */
export class NewFile {
  readonly #path: string;
  readonly #force: boolean;
  readonly #temporary: string;
  #descriptor: number | null;

  /** @param path - absolute. @throws AppError as `requireNewFile` does. */
  constructor(path: string, force: boolean) {
    requireNewFile(path, force);
    this.#path = path;
    this.#force = force;
    this.#temporary = join(dirname(path), `.${basename(path)}.${randomUUID()}`);
    this.#descriptor = told(() => openSync(this.#temporary, 'wx', OWNER_ONLY));
  }

  write(bytes: Buffer): void {
    const descriptor = this.#descriptor;
    if (descriptor === null) return;
    told(() => {
      for (let rest = bytes; rest.length > 0; ) rest = rest.subarray(writeSync(descriptor, rest));
    });
  }

  finish(): void {
    told(() => {
      if (this.#descriptor !== null) fsyncSync(this.#descriptor);
      this.#close();
    });
    requireNewFile(this.#path, this.#force); // another program may have made one meanwhile
    told(() => renameSync(this.#temporary, this.#path));
  }

  /** Leaves nothing behind. Does not throw. */
  discard(): void {
    try {
      this.#close();
      rmSync(this.#temporary, { force: true });
    } catch {
      // The folder is gone, or no longer ours: then so is the file.
    }
  }

  #close(): void {
    if (this.#descriptor !== null) closeSync(this.#descriptor);
    this.#descriptor = null;
  }
}

function told<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw new AppError(
      'internal',
      'The output could not be written. What was there before is as it was.',
      'Check that its folder can be written and the disk is not full.',
      { cause: error },
    );
  }
}
