import type { ProviderUsage } from './usage-of-provider.ts';
import { batchAnswer } from './batch-answers.ts';
import type { CallOrigin } from './ended-call.ts';
import { isOfModels } from './meter/answer-form.ts';
import type { BatchResult } from './meter/batch-answer.ts';
import { BatchResults, mayBeResults } from './meter/batch-results.ts';
import { InlineResults, mayHoldResults } from './meter/inline-results.ts';
import { type MeterResult, nothingRead } from './meter/meter.ts';
import type { UsageEntry } from './usage-entry.ts';

/** Answers are handed on by so many. */
const ANSWERS_AT_ONCE = 500;
const PARTIAL = 206;

/** What a call that may fetch a batch is, and where its answers go. */
export interface Fetching {
  readonly kind: ProviderUsage['kind'];
  readonly path: string;
  readonly status: number;
  /** The header of a part (status 206) that says which it is. */
  readonly contentRange: string | null;
  readonly origin: () => CallOrigin;
  readonly record: (entries: readonly UsageEntry[]) => void;
  /** UTC epoch milliseconds. */
  readonly now: () => number;
}

const holdsResults = (kind: Fetching['kind'], path: string, status: number): boolean =>
  kind === 'gemini' && status === 200 && mayHoldResults(path);

/** Whether answers of a batch may stand in the answer to a GET: asked for each, so it makes nothing. */
export function mayFetchBatch(kind: Fetching['kind'], path: string, status: number): boolean {
  if ((status !== 200 && status !== PARTIAL) || !isOfModels(kind)) return false;
  return mayBeResults(path) || holdsResults(kind, path, status);
}

/** An answer in which those of a batch may stand: each of these is recorded as a call of its own, while it passes. */
export class FetchedBatch {
  readonly #fetching: Fetching;
  readonly #results: BatchResults | InlineResults;
  #answers: BatchResult[] = [];

  constructor(fetching: Fetching) {
    this.#fetching = fetching;
    const { kind, path, status, contentRange, origin, now } = fetching;
    const told = (one: BatchResult): void => {
      if (this.#answers.push(one) >= ANSWERS_AT_ONCE) this.#handOn(origin(), now());
    };
    const isInside = status === PARTIAL && !/^bytes 0-/.test(contentRange ?? '');
    this.#results = holdsResults(kind, path, status) ? new InlineResults(told) : new BatchResults(told, isInside);
  }

  /** Never throws. The bytes may be used again by the caller afterwards. */
  push(bytes: Buffer): void {
    this.#results.push(bytes);
  }

  /**
   * @param isWhole - the answer came to its end.
   * @param origin - the call as it was in the end.
   * @param atMs - the time of answers that tell none.
   * @returns what to say of the call that fetched it; null: nothing but that it was made.
   */
  end(isWhole: boolean, origin: CallOrigin, atMs: number): MeterResult | null {
    if (isWhole) this.#results.end();
    this.#handOn(origin, atMs);
    return this.#fetching.status === PARTIAL && this.#results.isCut ? CUT : null;
  }

  #handOn(origin: CallOrigin, atMs: number): void {
    const answers = this.#answers;
    if (answers.length === 0) return;
    this.#answers = [];
    this.#fetching.record(answers.map((one) => batchAnswer(origin, one, atMs)).filter((one) => one !== null));
  }
}

/** A part of a file that ends within an answer: neither it nor the next part has that one whole, and what it cost is unknown. */
const CUT = nothingRead('incomplete');
