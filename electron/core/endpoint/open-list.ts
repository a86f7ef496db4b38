interface Entry<T> {
  readonly item: T;
  at: number;
}

/**
 * What is under way, where things come and go thousands of times a second. A Set would do, but V8 links each of its
 * outgrown tables to the next, and in the old generation these keep every request since the last full collection alive:
 * a fifth of the endpoint's time went there.
 */
export class OpenList<T> {
  readonly #entries: Entry<T>[] = [];

  get size(): number {
    return this.#entries.length;
  }

  /** @returns how to take it out again; calling that twice does nothing. */
  add(item: T): () => void {
    const entry = { item, at: this.#entries.length };
    this.#entries.push(entry);
    return () => this.#remove(entry);
  }

  /** As they are now: what is added or removed meanwhile changes nothing. */
  all(): T[] {
    return this.#entries.map(({ item }) => item);
  }

  #remove(entry: Entry<T>): void {
    if (this.#entries[entry.at] !== entry) return;
    const last = this.#entries.pop();
    if (last === undefined || last === entry) return;
    this.#entries[entry.at] = last;
    last.at = entry.at;
  }
}
