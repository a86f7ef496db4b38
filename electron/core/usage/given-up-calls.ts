import type { Log } from '../logs/log.ts';

/** Calls for which there is no room: the log hears of the first one at once, and of how many there were when it is over. */
export class GivenUpCalls {
  readonly #log: Pick<Log, 'warn'>;
  #count = 0;

  constructor(log: Pick<Log, 'warn'>) {
    this.#log = log;
  }

  add(count: number): void {
    if (this.#count === 0) this.#log.warn('usage.given-up');
    this.#count += count;
  }

  /** There is room again, or nothing is kept any more. */
  over(): void {
    if (this.#count > 1) this.#log.warn('usage.given-up', { count: this.#count });
    this.#count = 0;
  }
}
