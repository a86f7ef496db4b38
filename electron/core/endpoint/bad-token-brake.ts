import type { Clock } from '../seams.ts';
import { TokenBucket } from './token-bucket.ts';

const PER_MINUTE = 10;
const FIRST_WAIT_MS = 1000;
const MAX_WAIT_MS = 60_000;
const QUIET_MS = 60_000;

/**
 * Slows those who guess tokens: 10 failures a minute are answered plainly, then waits of 1, 2, 4 … 60 s are asked
 * for. It is told only of tokens that failed, so a client with a good one never feels it: all local programs share
 * one address and must not lock each other out.
 */
export class BadTokenBrake {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #bucket: TokenBucket;
  #waitMs = 0;
  #untilMs = 0;

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock;
    this.#bucket = new TokenBucket(PER_MINUTE / 60, PER_MINUTE, clock.monotonic());
  }

  /** Counts one failed token. 0: say "unauthorized"; else milliseconds that the caller is told to wait. */
  failed(): number {
    const nowMs = this.#clock.monotonic();
    if (nowMs < this.#untilMs) return this.#untilMs - nowMs;
    if (nowMs - this.#untilMs >= QUIET_MS) this.#waitMs = 0;
    if (this.#bucket.take(nowMs) === 0) return 0;
    this.#waitMs = Math.min(MAX_WAIT_MS, Math.max(FIRST_WAIT_MS, this.#waitMs * 2));
    this.#untilMs = nowMs + this.#waitMs;
    return this.#waitMs;
  }
}
