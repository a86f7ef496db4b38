import type { CountedCall } from '../counted-call.ts';
import type { EndedCall } from '../ended-call.ts';
import type { SpillPlace } from '../spill.ts';
import { SpilledCalls } from '../spilled-calls.ts';

/** More wait for the thread only while it writes a long batch: of those the oldest are left to it. */
const MOST = 256;

export interface UntakenDeps {
  readonly place: SpillPlace;
  /** Calls that the thread was told until now, as an int32. */
  readonly told: number;
  /** How many of them it has sealed. */
  readonly taken: () => number;
  readonly counted: (calls: readonly EndedCall[]) => readonly CountedCall[];
}

/**
 * Calls that the recording thread was told and has not sealed, with a spill file in which this thread can seal them. What
 * stands there is in the other file, or in the database, some milliseconds later.
 */
export class UntakenCalls {
  readonly #deps: UntakenDeps;
  readonly #spill: SpilledCalls;
  /** The last of them are untaken. */
  #recent: EndedCall[] = [];
  #told: number;
  /** Calls up to this one are taken, or stand in the file. */
  #sealed: number;

  /** Replaces the file that is there. @throws AppError where the disk does not take it. */
  constructor(deps: UntakenDeps) {
    this.#deps = deps;
    this.#spill = new SpilledCalls(deps.place);
    this.#told = this.#sealed = deps.told;
  }

  told(call: EndedCall): void {
    this.#told = (this.#told + 1) | 0;
    if (this.#recent.push(call) >= MOST) this.#forgetTaken(MOST / 2);
  }

  /** @throws AppError where the disk does not take them. */
  seal(): void {
    this.#forgetTaken(MOST);
    const unsealed = Math.min((this.#told - this.#sealed) | 0, this.#recent.length);
    if (unsealed === 0) return;
    this.#spill.add(this.#deps.counted(this.#recent.slice(-unsealed)));
    this.#sealed = this.#told;
  }

  /** A batch was written: the file is begun anew with what was sealed and is untaken. @throws AppError as `seal`. */
  renew(): void {
    if (this.#spill.isEmpty) return;
    this.#spill.clear();
    this.#sealed = this.#deps.taken();
    this.seal();
  }

  /** @param keep - the calls in the file are found at the next unlock. */
  close(keep: boolean): void {
    this.#spill.close(keep);
  }

  #forgetTaken(most: number): void {
    const { taken } = this.#deps;
    const untaken = (this.#told - taken()) | 0;
    const kept = Math.min(untaken, most);
    if (this.#recent.length > kept) this.#recent = kept === 0 ? [] : this.#recent.slice(-kept);
    if (((this.#sealed - taken()) | 0) < 0) this.#sealed = taken();
  }
}
