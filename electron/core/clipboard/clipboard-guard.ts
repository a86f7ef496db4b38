import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { AppError } from '../../../shared/errors.ts';
import type { Emit } from '../events.ts';
import type { Log } from '../logs/log.ts';
import type { Clock, Shell } from '../seams.ts';

const RETRY_MS = 2000;
const RETRIES = 150; // five minutes: the longest time a user can set

export interface ClipboardGuardDeps {
  readonly clipboard: Shell['clipboard'];
  readonly clock: Clock;
  readonly log: Pick<Log, 'warn'>;
  readonly emit: Emit;
  /** How long a copy stays, in milliseconds. */
  readonly staysMs: () => number;
}

/**
 * Copies secrets and takes them off the clipboard again, if it still holds them: after the set time, at lock and at
 * quit. Only a keyed hash of what was copied is remembered.
 */
export class ClipboardGuard {
  readonly #deps: ClipboardGuardDeps;
  /** Made anew for each process: the hash says nothing to anyone else. */
  readonly #key = randomBytes(32);
  #copied: Buffer | null = null;
  #callOff: (() => void) | null = null;
  /** The write under way: a lock in the middle of it waits, and then takes off what was written. */
  #writing: Promise<void> = Promise.resolve();

  constructor(deps: ClipboardGuardDeps) {
    this.#deps = deps;
  }

  /** @throws AppError `unsupported` where this host has no clipboard. */
  assertAvailable(): void {
    this.#clipboard();
  }

  /** @returns milliseconds until it is cleared. @throws AppError `unsupported`. */
  async copy(text: string): Promise<number> {
    const clipboard = this.#clipboard();
    const staysMs = this.#deps.staysMs();
    const copied = this.#hash(text);
    const before = this.#copied;
    this.#copied = copied;
    const writing = clipboard.write(text);
    this.#writing = writing.catch(() => undefined); // told below
    try {
      await writing;
    } catch (error) {
      if (this.#copied === copied) this.#copied = before;
      throw error;
    }
    if (this.#copied !== copied) return staysMs; // another copy, or a lock that took this one off
    this.#callOff?.();
    this.#later(staysMs, RETRIES);
    return staysMs;
  }

  /** Clears the clipboard if it still holds what `copy` put there. Never throws: a clipboard can go away. */
  async clear(): Promise<void> {
    await this.#clearIfOurs();
  }

  #clipboard(): NonNullable<Shell['clipboard']> {
    const { clipboard } = this.#deps;
    if (clipboard !== null) return clipboard;
    throw new AppError('unsupported', 'There is no clipboard here.', 'Use "keyharbor get REF" instead.');
  }

  #hash(text: string): Buffer {
    return createHmac('sha256', this.#key).update(text, 'utf8').digest();
  }

  #later(ms: number, retries: number): void {
    this.#callOff = this.#deps.clock.after(ms, () => {
      void this.#clearIfOurs().then((done) => {
        if (!done && retries > 0) this.#later(RETRY_MS, retries - 1);
      });
    });
  }

  /** @returns false where the clipboard could not be looked at: whose it is then, is not known. */
  async #clearIfOurs(): Promise<boolean> {
    const { clipboard, emit, log } = this.#deps;
    const copied = this.#copied;
    if (clipboard === null || copied === null) return true;
    try {
      await this.#writing;
      if (this.#copied !== copied) return true;
      const now = await clipboard.read();
      if (this.#copied !== copied) return true; // something else was copied meanwhile, with its own time
      if (now === null) return false;
      if (timingSafeEqual(this.#hash(now), copied)) await clipboard.clear();
      this.#forget(copied);
      emit({ event: 'clipboard.cleared', data: {} });
      return true;
    } catch {
      log.warn('clipboard.not-cleared');
      return false;
    }
  }

  #forget(copied: Buffer): void {
    if (this.#copied !== copied) return;
    this.#copied = null;
    this.#callOff?.();
    this.#callOff = null;
  }
}
