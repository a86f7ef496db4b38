import { closeSync, constants, fstatSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';
import { makeFolder } from '../store/folder.ts';

const NAME = 'keyharbor.log';
const MAX_BYTES = 10 * 1024 * 1024;
const MAX_FILES = 5;

/** Appends lines to `keyharbor.log` (0600), and starts a new file at 10 MiB; four older ones are kept. */
export class LogFile {
  readonly #folder: string;
  readonly #maxBytes: number;
  #fd: number | null = null;
  #bytes = 0;

  constructor(folder: string, maxBytes = MAX_BYTES) {
    this.#folder = folder;
    this.#maxBytes = maxBytes;
  }

  /** Never throws: a log that cannot be written (full disk) must not stop what it tells of. */
  write(line: Buffer): void {
    try {
      this.#fd ??= this.#open();
      if (this.#bytes > 0 && this.#bytes + line.byteLength > this.#maxBytes) {
        this.close();
        this.#shift();
        this.#fd = this.#open();
      }
      this.#bytes += writeSync(this.#fd, line);
    } catch {
      this.close();
    }
  }

  close(): void {
    if (this.#fd === null) return;
    const fd = this.#fd;
    this.#fd = null;
    try {
      fsyncSync(fd);
    } catch {
      // a full disk: the line is lost, the program goes on
    }
    closeSync(fd);
  }

  #open(): number {
    makeFolder(this.#folder);
    // O_NOFOLLOW (absent on Windows): a planted link must not make us write elsewhere.
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | (constants.O_NOFOLLOW ?? 0);
    const fd = openSync(this.#file(0), flags, 0o600);
    this.#bytes = fstatSync(fd).size;
    return fd;
  }

  #shift(): void {
    rmSync(this.#file(MAX_FILES - 1), { force: true });
    for (let age = MAX_FILES - 2; age >= 0; age -= 1) {
      try {
        renameSync(this.#file(age), this.#file(age + 1));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      }
    }
  }

  #file(age: number): string {
    return path.join(this.#folder, age === 0 ? NAME : `${NAME}.${age}`);
  }
}
