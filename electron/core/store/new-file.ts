import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { AppError } from '../../../shared/errors.ts';

const MOST_NAMES = 1000;
const OWNER_ONLY = 0o600;
/** Behind the name of a file that is not at its end, as browsers have it. */
const PART = '.part';

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

/** A file that is being written: until `finish` it has a name that says so, and is left with it where the program is killed. */
export interface NewFile {
  /** The name that it has, or gets if nobody else takes it meanwhile. */
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
  const { fd, part, expected } = openPart(folder, name);
  let taken = expected;
  let isOpen = true;
  let isOver = false;
  const close = (): void => {
    if (isOpen) closeSync(fd);
    isOpen = false;
  };
  const discard = (): void => {
    if (isOver) return;
    isOver = true;
    close();
    rmSync(part, { force: true });
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
    get name() {
      return taken;
    },
    write: (piece) =>
      orNothing(() => {
        const bytes = typeof piece === 'string' ? Buffer.from(piece, 'utf8') : piece;
        for (let at = 0; at < bytes.byteLength; ) at += writeSync(fd, bytes, at);
      }),
    finish: () => {
      orNothing(() => {
        fsyncSync(fd);
        close(); // Windows gives no open file another name
        taken = taking(name, (one) => {
          nameNew(part, path.join(folder, one));
          return one;
        });
      });
      isOver = true;
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

/** @throws AppError as `newFile`. */
function openPart(folder: string, name: string) {
  try {
    return taking(name, (expected) => {
      const final = path.join(folder, expected);
      if (existsSync(final)) throw Object.assign(new Error('it is there'), { code: 'EEXIST' });
      const part = `${final}${PART}`;
      return { fd: openSync(part, 'wx', OWNER_ONLY), part, expected };
    });
  } catch (error) {
    throw notWritten(error);
  }
}

/** The first of NAME.EXT, NAME-2.EXT and so on that `take` does not find taken. @throws Error what `take` threw. */
function taking<T>(name: string, take: (name: string) => T): T {
  const { name: stem, ext } = path.parse(name);
  for (let number = 1; ; number += 1) {
    try {
      return take(number === 1 ? name : `${stem}-${number}${ext}`);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || number >= MOST_NAMES) throw error;
    }
  }
}

/** Gives a file another name, which nothing has. @throws Error `EEXIST` where something has it. */
function nameNew(from: string, to: string): void {
  try {
    linkSync(from, to); // to rename it would replace what is there
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw error;
    // FAT, exFAT and some network drives have no links: an empty file keeps the name until it is replaced
    closeSync(openSync(to, 'wx', OWNER_ONLY));
    renameSync(from, to);
    return;
  }
  rmSync(from, { force: true });
}

function notWritten(cause: unknown): AppError {
  return new AppError(
    'internal',
    'The file could not be written into the folder for downloads. Nothing of it was kept.',
    'Look whether the disk is full or that folder is read-only.',
    { cause },
  );
}
