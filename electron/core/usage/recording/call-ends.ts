/** A call is alone that ends so long after the one before, and so long for each of the last few. */
const ALONE_MS = 1;
const LAST = 8;

/** When calls ended of late. */
export class CallEnds {
  /** Monotonic milliseconds; the oldest is replaced next. */
  readonly #ends = new Float64Array(LAST).fill(Number.NEGATIVE_INFINITY);
  #next = 0;

  /**
   * Notes the end of a call.
   * @param nowMs - monotonic.
   * @returns whether it ended alone. Where many calls end within a millisecond a pause of one is the computer's, not theirs.
   */
  isAlone(nowMs: number): boolean {
    const before = this.#ends[(this.#next + LAST - 1) % LAST] as number;
    const first = this.#ends[this.#next] as number;
    this.#ends[this.#next] = nowMs;
    this.#next = (this.#next + 1) % LAST;
    return nowMs - before >= ALONE_MS && nowMs - first >= LAST * ALONE_MS;
  }
}
