import type { Writable } from 'node:stream';
import { Mask } from './mask.ts';

/** After so long without more, what was held back is shown if it is no more than the start of a secret. */
const IDLE_MS = 40;

/** Writes a program's output on, with secrets in it masked and nothing delayed that need not be. */
export class MaskedOutput {
  readonly #mask: Mask;
  readonly #to: Writable;
  #idle: NodeJS.Timeout | undefined;

  constructor(patterns: readonly Buffer[], to: Writable) {
    this.#mask = new Mask(patterns);
    this.#to = to;
  }

  /** @returns false where the other end does not keep up: wait for its `drain`. */
  push(chunk: Buffer): boolean {
    clearTimeout(this.#idle);
    const free = this.#write(this.#mask.push(chunk));
    if (this.#mask.waits) this.#idle = setTimeout(() => this.#write(this.#mask.idle()), IDLE_MS);
    return free;
  }

  end(): void {
    clearTimeout(this.#idle);
    this.#write(this.#mask.end());
  }

  #write(bytes: Buffer): boolean {
    return bytes.length === 0 || this.#to.write(bytes);
  }
}
