import { closeSync, constants, existsSync, fsyncSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { AppError } from '../../../shared/errors.ts';

const MOST_NAMES = 1000;

/**
 * Where this user's downloads go: what the desktop says (user-dirs.dirs of xdg-user-dirs), else `Downloads` where there
 * is one, else the user's own folder.
 */
export function downloadsFolder(env: NodeJS.ProcessEnv): string {
  const user = env['HOME'] || env['USERPROFILE'] || homedir();
  const told = toldByDesktop(user, env['XDG_CONFIG_HOME'] || path.join(user, '.config'));
  const usual = path.join(user, 'Downloads');
  return [told, usual].find((folder) => folder !== null && existsSync(folder)) ?? user;
}

function toldByDesktop(user: string, config: string): string | null {
  try {
    const text = readFileSync(path.join(config, 'user-dirs.dirs'), 'utf8');
    const [, told] = /^XDG_DOWNLOAD_DIR="([^"\n]+)"/m.exec(text) ?? [];
    const folder = told?.replace(/^\$HOME(?=\/|$)/, user);
    return folder !== undefined && path.isAbsolute(folder) ? folder : null;
  } catch {
    return null; // no such file: most systems
  }
}

/** A file that is being written. */
export interface NewFile {
  /** The name that it got. */
  readonly name: string;
  /** @throws AppError `internal` that says what the disk refused; the file is gone then. */
  write(piece: string | Uint8Array): void;
  /** Puts it on the disk for good. Throws as `write`. */
  finish(): void;
  /** Takes it away again; after `finish` nothing happens. */
  discard(): void;
}

/**
 * A new file that only this user can read; one of the same name stands and the new one gets a number.
 * @param name - `NAME.EXTENSION`. @throws AppError `internal`.
 */
export function newFile(folder: string, name: string): NewFile {
  const { fd, taken } = openNew(folder, name);
  let isOpen = true;
  const discard = (): void => {
    if (!isOpen) return;
    isOpen = false;
    closeSync(fd);
    rmSync(path.join(folder, taken), { force: true });
  };
  const orNothing = (act: () => void): void => {
    try {
      act();
    } catch (error) {
      discard();
      throw notWritten(error);
    }
  };
  return {
    name: taken,
    write: (piece) =>
      orNothing(() => {
        const bytes = typeof piece === 'string' ? Buffer.from(piece, 'utf8') : piece;
        for (let at = 0; at < bytes.byteLength; ) at += writeSync(fd, bytes, at);
      }),
    finish: () => {
      orNothing(() => fsyncSync(fd));
      isOpen = false;
      closeSync(fd);
    },
    discard,
  };
}

/** The same at once. On failure nothing stays. @returns the name that it got. Throws too what `pieces` throws. */
export function writeNewFile(folder: string, name: string, pieces: Iterable<string>): string {
  const file = newFile(folder, name);
  try {
    for (const piece of pieces) file.write(piece);
    file.finish();
    return file.name;
  } finally {
    file.discard();
  }
}

function openNew(folder: string, name: string): { readonly fd: number; readonly taken: string } {
  const { name: stem, ext } = path.parse(name);
  for (let number = 1; ; number += 1) {
    const taken = number === 1 ? name : `${stem}-${number}${ext}`;
    try {
      const fd = openSync(path.join(folder, taken), constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
      return { fd, taken };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || number >= MOST_NAMES) throw notWritten(error);
    }
  }
}

function notWritten(cause: unknown): AppError {
  return new AppError(
    'internal',
    'The file could not be written into the folder for downloads. Nothing of it was kept.',
    'Look whether the disk is full or that folder is read-only.',
    { cause },
  );
}
