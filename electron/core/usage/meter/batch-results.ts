import { BatchAnswer, type BatchResult } from './batch-answer.ts';

/** Where answers that were made in a batch are fetched as JSON lines, one each. */
const RESULTS_PATH = /(?:^|\/)(?:messages\/batches\/[^/]+\/results|files\/[^/]+(?:\/content|:download))$/;

const LF = 0x0a;

/** Whether a GET at this path may be answered with results of a batch. */
export const mayBeResults = (path: string): boolean => RESULTS_PATH.test(path);

/** Reads results of a batch as they pass; any other file has none. Keeps no part of them. */
export class BatchResults {
  readonly #answer: BatchAnswer;
  /** The part that was asked for begins within the file, so its first line may be the end of one. */
  #isInside: boolean;
  #answers = 0;
  #isNamed = false;
  #isCut = false;

  constructor(told: (result: BatchResult) => void, isInside: boolean) {
    this.#answer = new BatchAnswer(told);
    this.#isInside = isInside;
  }

  /** Whether a line of what are answers is not whole: it is counted nowhere, also where the other part is fetched. */
  get isCut(): boolean {
    return this.#isCut && (this.#answers > 0 || this.#isNamed);
  }

  /** Never throws. The bytes may be used again by the caller afterwards. */
  push(bytes: Buffer): void {
    for (let from = 0; from < bytes.byteLength; ) {
      const end = bytes.indexOf(LF, from);
      if (end === -1) return this.#answer.push(bytes, from, bytes.byteLength);
      this.#answer.push(bytes, from, end);
      this.#lineEnded();
      from = end + 1;
    }
  }

  /** The answer is whole: its last line may have no end. Do not call it for one that broke off. */
  end(): void {
    this.#lineEnded();
  }

  #lineEnded(): void {
    const { isNamed } = this.#answer;
    const ended = this.#answer.end();
    if (ended === 'told') this.#answers += 1;
    else if (ended === 'cut' || (ended === 'other' && this.#isInside)) {
      this.#isCut = true;
      this.#isNamed ||= isNamed;
    }
    this.#isInside = false;
  }
}
