import { BatchAnswer, type BatchResult } from './batch-answer.ts';

/**
 * A batch of Gemini whose requests were sent with it holds its answers: the operation that is fetched has them at
 * `response.inlinedResponses.inlinedResponses`, the batch in its `metadata` at `output.inlinedResponses.inlinedResponses`,
 * mostly both (API reference, 2026-11).
 */
const BATCH_PATH = /(?:^|\/)batches\/[^/:]+$/;
const LIST = Buffer.from('inlinedResponses');

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const isSpace = (byte: number): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;

/** Whether a GET at this path may be answered with such a batch. */
export const mayHoldResults = (path: string): boolean => BATCH_PATH.test(path);

/** Reads the answers in such a batch as it passes. Keeps no part of them. */
export class InlineResults {
  readonly isCut = false;
  readonly #answer: BatchAnswer;
  #depth = 0;
  /** The depth within the list of answers; null: not in it. */
  #listDepth: number | null = null;
  #number = 0;
  #inString = false;
  #isEscaped = false;
  /** How much of the wanted name the string has so far; -1: it is another. */
  #matched = -1;
  /** The last string was the name, and nothing but a colon stands behind it. */
  #isNamed = false;

  constructor(told: (result: BatchResult) => void) {
    this.#answer = new BatchAnswer(told);
  }

  /** Never throws. The bytes may be used again by the caller afterwards. */
  push(bytes: Buffer): void {
    let from = this.#isInAnswer ? 0 : -1;
    for (let at = 0; at < bytes.byteLength; at += 1) {
      const byte = bytes[at] as number;
      if (this.#inString) this.#inText(byte);
      else if (byte === QUOTE) this.#textBegins();
      else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
        if (byte === OPEN_BRACKET && this.#isNamed && this.#listDepth === null) this.#listBegins();
        this.#depth += 1;
        this.#isNamed = false;
        if (from === -1 && this.#isInAnswer) from = at;
      } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
        const wasInAnswer = this.#isInAnswer;
        this.#depth -= 1;
        this.#isNamed = false;
        if (wasInAnswer && !this.#isInAnswer) {
          this.#answer.push(bytes, from, at + 1);
          this.#answer.end(`#${this.#number}`);
          this.#number += 1;
          from = -1;
        }
        if (this.#listDepth !== null && this.#depth < this.#listDepth) this.#listDepth = null;
      } else if (byte !== COLON && !isSpace(byte)) this.#isNamed = false;
    }
    if (from !== -1) this.#answer.push(bytes, from, bytes.byteLength);
  }

  end(): void {
    // An answer that is not whole is not told: the batch is fetched again.
  }

  get #isInAnswer(): boolean {
    return this.#listDepth !== null && this.#depth > this.#listDepth;
  }

  #listBegins(): void {
    this.#listDepth = this.#depth + 1;
    this.#number = 0;
  }

  #textBegins(): void {
    this.#inString = true;
    this.#isNamed = false;
    this.#matched = 0;
  }

  #inText(byte: number): void {
    if (this.#isEscaped) this.#isEscaped = false;
    else if (byte === BACKSLASH) {
      this.#isEscaped = true;
      this.#matched = -1;
    } else if (byte === QUOTE) {
      this.#inString = false;
      this.#isNamed = this.#matched === LIST.byteLength;
    } else if (this.#matched >= 0) this.#matched = LIST[this.#matched] === byte ? this.#matched + 1 : -1;
  }
}
