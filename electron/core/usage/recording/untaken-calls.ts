import type { Log } from '../../logs/log.ts';
import type { CountedCall } from '../counted-call.ts';
import type { SpillPlace } from '../spill.ts';
import { SpilledCalls } from '../spilled-calls.ts';

/** The recording thread: counts are int32. */
interface TakingThread {
  /** How many calls it was told. */
  readonly told: number;
  /** How many of them it has sealed. */
  readonly taken: number;
}

interface Sealed {
  readonly call: CountedCall;
  /** Calls that the thread was told with it. */
  readonly told: number;
}

/**
 * Calls that the recording thread may not have taken yet, sealed by the thread that forwards in the step that ends them, in a
 * file of their own. What stands there is in the other thread's file, or in the database, some milliseconds later. Where the
 * disk does not take it, that is all there is: nothing here throws.
 */
export class UntakenCalls {
  readonly #log: Pick<Log, 'warn'>;
  #open: { readonly spill: SpilledCalls; readonly thread: TakingThread } | null = null;
  #sealed: Sealed[] = [];

  constructor(log: Pick<Log, 'warn'>) {
    this.#log = log;
  }

  get isOpen(): boolean {
    return this.#open !== null;
  }

  /** Replaces the file that is there. */
  open(place: SpillPlace, thread: TakingThread): void {
    this.#try('usage.no-spill', () => {
      this.#open = { spill: new SpilledCalls(place), thread };
    });
  }

  /** @param call - the last that the thread was told. @returns whether it is in the file. */
  seal(call: CountedCall): boolean {
    const open = this.#open;
    if (open === null) return false;
    this.#forgetTaken(open.thread.taken);
    this.#sealed.push({ call, told: open.thread.told });
    let isSealed = false;
    this.#try('usage.not-spilled', () => {
      isSealed = open.spill.add([call]);
    });
    return isSealed;
  }

  /** Whether a call that the thread may not have taken is in the file. */
  has(requestId: string): boolean {
    return this.#sealed.some(({ call }) => call.requestId === requestId);
  }

  /** A batch was written: of the file only what is not taken is kept. */
  renew(): void {
    const open = this.#open;
    if (open === null) return;
    this.#forgetTaken(open.thread.taken);
    // What was not cleared is harmless: what is in the database is not taken again.
    this.#try('usage.spill-not-cleared', () => {
      open.spill.mark();
      if (this.#sealed.length > 0) open.spill.add(this.#sealed.map(({ call }) => call));
      open.spill.clear();
    });
  }

  /** @param keep - the calls in the file are found at the next unlock. */
  close(keep: boolean): void {
    const open = this.#open;
    this.#open = null;
    this.#sealed = [];
    if (open !== null) this.#try('usage.spill-not-closed', () => open.spill.close(keep));
  }

  #forgetTaken(taken: number): void {
    const untaken = this.#sealed.findIndex(({ told }) => ((told - taken) | 0) > 0);
    if (untaken === -1) this.#sealed = [];
    else if (untaken > 0) this.#sealed.splice(0, untaken);
  }

  #try(warning: string, act: () => void): void {
    try {
      act();
    } catch {
      this.#log.warn(warning);
    }
  }
}
