import type { Clock } from '../../electron/core/seams.ts';

/** Time that stands still until a test moves it; timers fire in `advance`, in order, also those set meanwhile. */
export class FakeClock implements Clock {
  /** Set it alone to make the wall clock jump: the user changed it, or the computer slept while no timer ran. */
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

  /** How many timers are set. */
  get waiting(): number {
    return this.#timers.length;
  }

  advance(ms: number): void {
    const endMs = this.monotonicMs + ms;
    for (;;) {
      const [due] = this.#timers.filter((one) => one.dueMs <= endMs).sort((a, b) => a.dueMs - b.dueMs);
      if (due === undefined) break;
      this.#timers = this.#timers.filter((one) => one !== due);
      this.#forward(Math.max(0, due.dueMs - this.monotonicMs));
      due.act();
    }
    this.#forward(endMs - this.monotonicMs);
  }

  /** The computer was restarted: the boot clock begins again. */
  reboot(): void {
    this.monotonicMs = 1000;
  }

  #forward(ms: number): void {
    this.wallMs += ms;
    this.monotonicMs += ms;
  }
}
