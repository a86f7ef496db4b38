/** A bucket that refills steadily: `perSecond` on average, `burst` at once. Times are monotonic milliseconds. */
export class TokenBucket {
  readonly #perMs: number;
  readonly #burst: number;
  #level: number;
  #atMs: number;

  constructor(perSecond: number, burst: number, nowMs: number) {
    this.#perMs = perSecond / 1000;
    this.#burst = burst;
    this.#level = burst;
    this.#atMs = nowMs;
  }

  /** Takes one. 0: taken; else the milliseconds until the next one is there. */
  take(nowMs: number): number {
    const passedMs = Math.max(0, nowMs - this.#atMs);
    this.#level = Math.min(this.#burst, this.#level + passedMs * this.#perMs);
    this.#atMs = nowMs;
    if (this.#level < 1) return Math.ceil((1 - this.#level) / this.#perMs);
    this.#level -= 1;
    return 0;
  }
}
