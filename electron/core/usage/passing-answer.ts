import type { CallOutcome } from '../proxy/observers.ts';
import type { CodedAnswer } from './coded-answer.ts';
import { type CallOrigin, endOf } from './ended-call.ts';
import type { FetchedBatch } from './fetched-batch.ts';
import type { UsageRemover } from './include-usage/usage-remover.ts';
import { createMeter, type Meter, type MeterOptions, type MeterResult } from './meter/meter.ts';

const NOTHING = Buffer.alloc(0);

/** What an answer is besides what is read of it; null: it is not. */
export interface Passing {
  /** It came compressed. */
  readonly coded: CodedAnswer | null;
  /** Answers of a batch may stand in it. */
  readonly batch: FetchedBatch | null;
  /** Usage was asked for on behalf of the client: what that adds is taken out again. */
  readonly remover: UsageRemover | null;
}
const PLAIN: Passing = { coded: null, batch: null, remover: null };

/** Reads an answer while it passes: one that is longer than what is kept until the call is over, or more than plain. */
export class PassingAnswer {
  readonly #options: MeterOptions;
  readonly #passing: Passing;
  /** Made when there is something to read. */
  #meter: Meter | null = null;

  constructor(options: MeterOptions, passing = PLAIN) {
    this.#options = options;
    this.#passing = passing;
  }

  /** @returns what is sent in its place where something is taken out. */
  push(bytes: Buffer): readonly Uint8Array[] | null {
    const { coded, batch, remover } = this.#passing;
    if (coded !== null) coded.push(bytes);
    else if (batch !== null) batch.push(bytes);
    else this.#read(bytes);
    return remover?.push(bytes) ?? null;
  }

  /** @returns what is left to send. */
  last(): readonly Uint8Array[] | null {
    return this.#passing.remover?.end() ?? null;
  }

  /**
   * @param origin - the call as it was in the end.
   * @param atMs - when it began.
   * @returns null: nothing of it was read.
   */
  end(outcome: CallOutcome, origin: CallOrigin, atMs: number): MeterResult | null {
    const { coded, batch } = this.#passing;
    const isRead = coded === null || this.#readCoded(coded);
    const ofBatch = batch?.end(outcome === 'ok', origin, atMs) ?? null;
    return this.#meter?.end(isRead ? endOf(outcome) : 'cut') ?? ofBatch;
  }

  #read(bytes: Buffer): void {
    this.#meter ??= createMeter(this.#options);
    this.#meter.push(bytes);
  }

  /** False: it cannot be, so the figures are the least. */
  #readCoded(coded: CodedAnswer): boolean {
    const body = coded.whole();
    const { batch } = this.#passing;
    if (batch === null) this.#read(body ?? NOTHING);
    else if (body !== null) batch.push(body);
    return body !== null;
  }
}
