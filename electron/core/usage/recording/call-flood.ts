/** So many that end at once are no flood yet. */
const AT_ONCE = 100;
/** Nor are so many a millisecond, for as long as they like: to seal each takes this thread a hundredth of its time. */
const PER_MS = 1;

/** Tells when calls end faster than the thread that forwards them should seal one by one: a leaky bucket. */
export class CallFlood {
  #level = 0;
  #atMs = Number.NEGATIVE_INFINITY;
  #isHere = false;

  /**
   * Notes the end of a call.
   * @param nowMs - monotonic.
   * @returns whether there is a flood. It is over when half of the bucket has run out: calls at just its rate do not swing.
   */
  add(nowMs: number): boolean {
    const left = Math.max(0, this.#level - (nowMs - this.#atMs) * PER_MS);
    this.#level = Math.min(AT_ONCE, left + 1);
    this.#atMs = nowMs;
    if (this.#isHere ? this.#level <= AT_ONCE / 2 : this.#level >= AT_ONCE) this.#isHere = !this.#isHere;
    return this.#isHere;
  }
}
