import { closeSync, constants, fstatSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import type Koffi from 'koffi';

/** statfs(2), `f_type`: files that are memory and never reach a disk. */
const TMPFS = 0x01021994;
/** mmap(2). */
const PROT_READ_WRITE = 3;
const MAP_SHARED = 1;
const FAILED = 2n ** 64n - 1n;
const NO_FOLLOW = constants.O_NOFOLLOW ?? 0; // absent on Windows

/** Where Linux keeps memory that several processes share (shm_overview(7)); it is gone when the computer starts anew. */
export const SHARED_MEMORY = '/dev/shm';

/** The three functions of the C library that it takes. Pointers are numbers: addresses have 47 bits. */
interface Native {
  readonly map: (address: null, bytes: number, protection: number, flags: number, fd: number, from: number) => bigint;
  readonly unmap: (address: bigint, bytes: number) => number;
  readonly copy: (to: number, from: number, bytes: number) => void;
  readonly addressOf: (bytes: Uint8Array) => number;
}

/**
 * Memory that outlives the process: what was copied into it is there when the process is killed a moment later, and copying
 * is no system call (a tenth of a microsecond; a write to a file takes twenty times as long). Linux: a file in memory, mapped.
 */
export class OutlivingMemory {
  readonly #c: Native;
  readonly #file: string;
  readonly #bytes: number;
  readonly #address: bigint;

  private constructor(c: Native, file: string, bytes: number, address: bigint) {
    this.#c = c;
    this.#file = file;
    this.#bytes = bytes;
    this.#address = address;
  }

  /**
   * Makes the file, with nothing but zeros in it: nobody else's is used.
   * @param bytes - its size.
   * @returns null where there can be none: another system, no such memory left, no native module for this machine.
   */
  static open(file: string, bytes: number): OutlivingMemory | null {
    if (process.platform !== 'linux') return null;
    const c = native();
    if (c === null) return null;
    let fd: number | null = null;
    try {
      if (!isMemory(dirname(file))) return null;
      fd = openSync(file, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | NO_FOLLOW, 0o600);
      // A page that cannot be had when it is first written to would end the process (SIGBUS): all are had now.
      const zeros = Buffer.alloc(bytes);
      for (let at = 0; at < bytes; ) at += writeSync(fd, zeros, at, bytes - at, at);
      const address = c.map(null, bytes, PROT_READ_WRITE, MAP_SHARED, fd, 0);
      if (address === FAILED) throw new Error('it cannot be mapped');
      return new OutlivingMemory(c, file, bytes, address);
    } catch {
      if (fd !== null) rmSync(file, { force: true });
      return null;
    } finally {
      if (fd !== null) closeSync(fd);
    }
  }

  /** Makes copies from these bytes, which must not move: those of a SharedArrayBuffer do not. */
  from(source: Uint8Array): (from: number, to: number, bytes: number) => void {
    const { copy, addressOf } = this.#c;
    const there = Number(this.#address);
    const here = addressOf(source);
    return (from, to, bytes) => {
      if (from + bytes > source.byteLength || to + bytes > this.#bytes) throw new RangeError('beyond the memory');
      copy(there + to, here + from, bytes);
    };
  }

  /** No copy may be made after it. @param keep - what is there stays until somebody removes it. */
  close(keep: boolean): void {
    this.#c.unmap(this.#address, this.#bytes);
    if (!keep) rmSync(this.#file, { force: true });
  }
}

/** Whether an open file is this user's own: others may make files beside ours. */
export function isOwn(fd: number): boolean {
  const { uid, mode } = fstatSync(fd);
  return uid === process.getuid?.() && (mode & 0o077) === 0;
}

/** On a disk, a page that is written to could fail later, when the disk is full. */
const isMemory = (folder: string): boolean => statfsSync(folder).type === TMPFS;

let loaded: Native | null | undefined;

function native(): Native | null {
  if (loaded === undefined) loaded = load();
  return loaded;
}

/** The native module is optional: where it is not there, or does not load, there is no such memory. */
function load(): Native | null {
  try {
    const koffi = createRequire(import.meta.url)('koffi') as typeof Koffi;
    const c = koffi.load(null); // what this program is linked with: glibc or musl
    return {
      map: c.func('void *mmap(void *address, size_t bytes, int protection, int flags, int fd, long from)'),
      unmap: c.func('int munmap(void *address, size_t bytes)'),
      copy: c.func('void memcpy(uintptr_t to, uintptr_t from, size_t bytes)'),
      addressOf: (bytes) => Number(koffi.address(bytes)),
    };
  } catch {
    return null;
  }
}
