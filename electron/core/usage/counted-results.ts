/** More than anybody has in work at once; beyond it the oldest are forgotten, and would count again. */
const MAX_RESULTS = 4096;

/**
 * Results that can be fetched again and again, and were counted: a prediction, a solved captcha, a response made in the
 * background. In memory only.
 */
export class CountedResults {
  /** Id -> the request that it was counted with; the one asked for last stands last. */
  readonly #counted = new Map<string, string>();

  /** @param known - what another thread has counted. */
  constructor(known: readonly (readonly [id: string, requestId: string])[] = []) {
    for (const [id, requestId] of known) this.#counted.set(id, requestId);
  }

  /** Whether another request has counted it; else this one has, from now on. The same one may be read more than once. */
  has(id: string, requestId: string): boolean {
    const first = this.#counted.get(id) ?? requestId;
    this.#counted.delete(id);
    this.#counted.set(id, first);
    if (this.#counted.size > MAX_RESULTS) this.#counted.delete(this.#counted.keys().next().value as string);
    return first !== requestId;
  }

  get all(): readonly (readonly [id: string, requestId: string])[] {
    return [...this.#counted];
  }
}
