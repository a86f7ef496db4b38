import { z } from 'zod';
import { AppError } from '../../../shared/errors.ts';
import type { Clock } from '../seams.ts';
import { readSmallFile, replaceFile } from '../store/atomic-file.ts';

/**
 * Failed unlocks slow the next one: 0, 0, 0, 1, 2, 4 … 60 s, also across restarts (SECURITY-DESIGN.md section 3).
 * Waiting is measured on the boot clock, so setting the wall clock changes nothing; after a reboot the wait starts again.
 */
const FREE_FAILURES = 3;
const MAX_DELAY_MS = 60_000;
const MAX_FILE_BYTES = 4096;
/** How far the two clocks may drift apart without a restart. */
const SAME_BOOT_MS = 10_000;

const stateSchema = z.strictObject({
  version: z.literal(1),
  failures: z.int().min(0),
  /** When the last one failed: wall clock for people, boot clock for the wait. */
  atMs: z.int(),
  monotonicMs: z.int().min(0),
});
type State = z.output<typeof stateSchema>;

export class UnlockThrottle {
  readonly #file: string;
  readonly #clock: Clock;
  #state: State;

  constructor(file: string, clock: Clock) {
    this.#file = file;
    this.#clock = clock;
    this.#state = this.#read();
  }

  get failures(): number {
    return this.#state.failures;
  }

  /** Milliseconds until the next attempt is accepted; 0: now. */
  waitMs(): number {
    const { failures } = this.#state;
    if (failures <= FREE_FAILURES) return 0;
    const now = this.#monotonic();
    if (this.#wasRestarted(now)) this.#state = { ...this.#state, atMs: this.#clock.now(), monotonicMs: now };
    const delay = Math.min(1000 * 2 ** (failures - FREE_FAILURES - 1), MAX_DELAY_MS);
    return Math.max(0, this.#state.monotonicMs + delay - now);
  }

  /** @throws AppError `throttled` while waiting. */
  assertOpen(): void {
    const retryAfterMs = this.waitMs();
    if (retryAfterMs === 0) return;
    throw new AppError(
      'throttled',
      `Too many wrong passwords: the next try is possible in ${Math.ceil(retryAfterMs / 1000)} s. Nothing was tried.`,
      'Wait, then try again. Nothing is ever erased because of wrong passwords.',
      { retryAfterMs },
    );
  }

  /** Counts in memory first: a disk that does not take the file must not give free attempts to this process. */
  failed(): void {
    const failures = this.#state.failures + 1;
    this.#state = { version: 1, failures, atMs: this.#clock.now(), monotonicMs: this.#monotonic() };
    this.#write();
  }

  succeeded(): void {
    if (this.#state.failures === 0) return;
    this.#state = this.#fresh();
    this.#write();
  }

  /**
   * The boot clock began anew: it is behind, or the moment of boot that both clocks give is another one. Setting the wall
   * clock looks the same and only makes the wait start again.
   */
  #wasRestarted(now: number): boolean {
    const { atMs, monotonicMs } = this.#state;
    return now < monotonicMs || Math.abs(this.#clock.now() - now - (atMs - monotonicMs)) > SAME_BOOT_MS;
  }

  #fresh(): State {
    return { version: 1, failures: 0, atMs: this.#clock.now(), monotonicMs: this.#monotonic() };
  }

  #read(): State {
    try {
      const bytes = readSmallFile(this.#file, MAX_FILE_BYTES);
      if (bytes === null) return this.#fresh();
      return stateSchema.parse(JSON.parse(bytes.toString('utf8')));
    } catch {
      // A file editor can reset the counter anyway; what cannot be read counts as the last attempt without delay.
      return { ...this.#fresh(), failures: FREE_FAILURES };
    }
  }

  #write(): void {
    replaceFile(this.#file, Buffer.from(`${JSON.stringify(this.#state)}\n`));
  }

  #monotonic(): number {
    return Math.floor(this.#clock.monotonic());
  }
}
