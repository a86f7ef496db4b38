import type { Clock } from '../../electron/core/seams.ts';

/** Time that stands still until a test moves it; timers fire in `advance`. */
export class FakeClock implements Clock {
  wallMs = Date.UTC(2030, 0, 15, 12);
  monotonicMs = 5_000_000;
  #timers: { readonly dueMs: number; readonly act: () => void }[] = [];

  now(): number {
    return this.wallMs;
  }

  monotonic(): number {
    return this.monotonicMs;
  }

  after(ms: number, act: () => void): () => void {
    const timer = { dueMs: this.monotonicMs + ms, act };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((one) => one !== timer);
    };
  }

  advance(ms: number): void {
    this.wallMs += ms;
    this.monotonicMs += ms;
    const due = this.#timers.filter((one) => one.dueMs <= this.monotonicMs);
    this.#timers = this.#timers.filter((one) => one.dueMs > this.monotonicMs);
    for (const timer of due) timer.act();
  }

  /** The computer was restarted: the boot clock begins again. */
  reboot(): void {
    this.monotonicMs = 1000;
  }
}
