/** More than it takes from one look to the next, and between two within a batch. */
const BEHIND_MS = 5;

/** How far a thread is with what it is told: counts are int32, which begin again. */
export class ThreadProgress {
  #told = 0;
  #taken = 0;
  /** When it was last seen to have taken more, or all. */
  #atMs = 0;

  /** How many calls it was told. */
  get told(): number {
    return this.#told;
  }

  telling(): void {
    this.#told = (this.#told + 1) | 0;
  }

  /** @param taken - how many calls it has taken. @returns how many of those it was told it has not. */
  untaken(taken: number): number {
    return (this.#told - taken) | 0;
  }

  /**
   * Whether it takes nothing for some milliseconds now, though there is something: it commits, or others have the cores.
   * @param taken - as for `untaken`.
   * @param nowMs - monotonic. Asked for every call, where calls come often.
   */
  isBehind(taken: number, nowMs: number): boolean {
    if (taken !== this.#taken || taken === this.#told) {
      this.#taken = taken;
      this.#atMs = nowMs;
    }
    return nowMs - this.#atMs > BEHIND_MS;
  }
}
