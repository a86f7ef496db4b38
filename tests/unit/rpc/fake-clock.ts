import type { Clock } from '../../../electron/core/seams.ts';

/** Time that moves only when the test says so; wall and monotonic time move together. */
export class FakeClock implements Clock {
  #ms = 1_800_000_000_000;
  readonly #bootMs = 1_799_999_000_000;
  #timers: { readonly atMs: number; readonly act: () => void }[] = [];

  now(): number {
    return this.#ms;
  }

  monotonic(): number {
    return this.#ms - this.#bootMs;
  }

  after(ms: number, act: () => void): () => void {
    const timer = { atMs: this.#ms + ms, act };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** Runs what is due, in order, also what is set meanwhile. */
  advance(ms: number): void {
    const until = this.#ms + ms;
    for (;;) {
      const next = this.#timers.filter(({ atMs }) => atMs <= until).sort((a, b) => a.atMs - b.atMs)[0];
      if (next === undefined) break;
      this.#timers = this.#timers.filter((other) => other !== next);
      this.#ms = Math.max(this.#ms, next.atMs);
      next.act();
    }
    this.#ms = until;
  }
}
