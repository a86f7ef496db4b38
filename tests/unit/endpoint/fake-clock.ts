import type { Clock } from '../../../electron/core/seams.ts';

/** Time that moves only when told to. */
export class FakeClock implements Clock {
  wallMs = Date.UTC(2026, 10, 21, 12);
  bootMs = 1_000_000;
  readonly #timers = new Set<{ readonly atMs: number; readonly act: () => void }>();

  now(): number {
    return this.wallMs;
  }

  monotonic(): number {
    return this.bootMs;
  }

  after(ms: number, act: () => void): () => void {
    const timer = { atMs: this.bootMs + ms, act };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Both clocks go on; timers that are due run, earliest first. */
  advance(ms: number): void {
    this.wallMs += ms;
    this.bootMs += ms;
    const due = [...this.#timers].filter((timer) => timer.atMs <= this.bootMs).sort((a, b) => a.atMs - b.atMs);
    for (const timer of due) {
      if (this.#timers.delete(timer)) timer.act();
    }
  }
}
