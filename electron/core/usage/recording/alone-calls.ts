import type { CountedCall } from '../counted-call.ts';
import type { SpillPlace } from '../spill.ts';
import { SpilledCalls } from '../spilled-calls.ts';

interface Sealed {
  readonly call: CountedCall;
  /** Calls that the thread was told with it, as an int32. */
  readonly told: number;
}

/**
 * Seals calls on the thread that forwards, into a file of their own. What stands there is in the other thread's file, or in
 * the database, some milliseconds later.
 */
export class AloneCalls {
  readonly #taken: () => number;
  readonly #spill: SpilledCalls;
  /** The thread may not have taken these. */
  #sealed: Sealed[] = [];

  /**
   * Replaces the file that is there.
   * @param taken - how many calls the thread has sealed, as an int32.
   * @throws AppError where the disk does not take it.
   */
  constructor(place: SpillPlace, taken: () => number) {
    this.#taken = taken;
    this.#spill = new SpilledCalls(place);
  }

  /** @param told - calls that the thread was told, this one too. @throws AppError where the disk does not take it. */
  seal(call: CountedCall, told: number): void {
    this.#forgetTaken();
    this.#sealed.push({ call, told });
    this.#spill.add([call]);
  }

  /** A batch was written: of the file only what is not taken is kept. @throws AppError as `seal`. */
  renew(): void {
    this.#forgetTaken();
    this.#spill.clear();
    if (this.#sealed.length > 0) this.#spill.add(this.#sealed.map(({ call }) => call));
  }

  /** @param keep - the calls in the file are found at the next unlock. */
  close(keep: boolean): void {
    this.#spill.close(keep);
  }

  #forgetTaken(): void {
    const taken = this.#taken();
    const untaken = this.#sealed.findIndex(({ told }) => ((told - taken) | 0) > 0);
    if (untaken === -1) this.#sealed = [];
    else if (untaken > 0) this.#sealed.splice(0, untaken);
  }
}
