import { AppError } from '../../../shared/errors.ts';
import type { Clock } from '../seams.ts';

export const REVEALS_PER_MINUTE = 10; // SECURITY-DESIGN.md section 1, T6
const MINUTE_MS = 60_000;

/** Counts what was shown or copied; over the limit the password is asked again. Dropped at lock. */
export class RevealLimit {
  readonly #clock: Clock;
  #shown: number[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @throws AppError `throttled` when ten were shown within the last minute. */
  take(): void {
    const now = this.#clock.monotonic();
    this.#shown = this.#shown.filter((at) => now - at < MINUTE_MS);
    const [oldest] = this.#shown;
    if (oldest !== undefined && this.#shown.length >= REVEALS_PER_MINUTE) {
      throw new AppError(
        'throttled',
        'Ten secrets were shown within a minute. This one was not.',
        'Enter the master password to go on, or wait a little.',
        { retryAfterMs: Math.ceil(MINUTE_MS - (now - oldest)) },
      );
    }
    this.#shown.push(now);
  }

  /** The password was given again, or the vault is being locked. */
  reset(): void {
    this.#shown = [];
  }
}
