import type { Dispatcher } from 'undici';
import type { AttemptListener } from './attempt.ts';

/** More than any refusal has to say: reading on would cost more than a new connection. */
const MAX_BYTES = 64 * 1024;
const MAX_MS = 1000;

/**
 * Hears an answer out that nobody wants, because the request goes out again or the client was told something else: a
 * connection that is cut within an answer is lost for the next call.
 */
export class RunningOut implements AttemptListener {
  readonly #cut: () => void;
  readonly #callOff: () => void;
  #bytes = 0;

  /** @param cut - ends the connection. @param after - a timer. */
  constructor(cut: () => void, after: (ms: number, act: () => void) => () => void) {
    this.#cut = cut;
    this.#callOff = after(MAX_MS, cut);
  }

  answered(): void {
    // its head was what made it unwanted
  }

  received(_attempt: unknown, _controller: Dispatcher.DispatchController, { byteLength }: Buffer): void {
    this.#bytes += byteLength;
    if (this.#bytes <= MAX_BYTES) return;
    this.#callOff();
    this.#cut();
  }

  ended(): void {
    this.#callOff();
  }

  broke(): void {
    this.#callOff();
  }
}
