import { JsonPicker, pickerPlan } from './json-picker.ts';
import { PAID_TOOLS, WEB_SEARCH } from './paid-tools.ts';
import { isJson, newTally, shortName, type Tally } from './tally.ts';
import { readGemini, readUsage } from './usage-blocks.ts';

/** What one answer of a batch used. */
export interface BatchResult {
  /** The provider's name for it, the same each time the results are fetched; null: it has none. */
  readonly id: string | null;
  /** The client's name for it within its batch. */
  readonly customId: string | null;
  /** When it was answered, UTC epoch milliseconds; null: it is not told. */
  readonly createdMs: number | null;
  readonly tally: Tally;
}

/**
 * Answers that were made in a batch are fetched as JSON lines, one each (API references, 2026-11):
 * Anthropic `{"custom_id", "result": {"type", "message": {…}}}` at messages/batches/ID/results, OpenAI and those like it
 * `{"id", "custom_id", "response": {"status_code", "body": {…}}}` at files/ID/content, Gemini `{"key", "response": {…}}` at
 * files/ID:download.
 */
const RESULTS_PATH = /(?:^|\/)(?:messages\/batches\/[^/]+\/results|files\/[^/]+(?:\/content|:download))$/;
const ANSWER = { id: true, model: true, usage: true } as const;
const PLAN = pickerPlan({
  id: true,
  custom_id: true,
  key: true,
  result: { message: ANSWER },
  response: {
    ...{ usageMetadata: true, modelVersion: true, responseId: true },
    body: { ...ANSWER, created: true, created_at: true, output: { type: true } },
  },
});

const LF = 0x0a;

/** Whether a GET at this path may be answered with results of a batch. */
export const mayBeResults = (path: string): boolean => RESULTS_PATH.test(path);

/** Reads results of a batch as they pass; any other file has none. Keeps no part of them. */
export class BatchResults {
  readonly #told: (result: BatchResult) => void;
  readonly #picker = new JsonPicker(PLAN, (member, value) => this.#take(member, value));
  #tally = newTally();
  #lineId: string | null = null;
  #bodyId: string | null = null;
  #customId: string | null = null;
  #createdMs: number | null = null;

  /** @param told - of each answer that says what it used; what failed is charged for nowhere. */
  constructor(told: (result: BatchResult) => void) {
    this.#told = told;
  }

  /** Never throws. The bytes may be used again by the caller afterwards. */
  push(bytes: Buffer): void {
    for (let from = 0; from < bytes.byteLength; ) {
      const end = bytes.indexOf(LF, from);
      if (end === -1) return this.#picker.push(bytes, from);
      this.#picker.push(bytes, from, end);
      this.#lineEnded();
      from = end + 1;
    }
  }

  /** The answer is whole: its last line may have no end. Do not call it for one that broke off. */
  end(): void {
    this.#lineEnded();
  }

  #lineEnded(): void {
    if (this.#picker.atRest && this.#tally.seen) {
      this.#told({
        id: this.#lineId ?? this.#bodyId,
        customId: this.#customId,
        createdMs: this.#createdMs,
        tally: this.#tally,
      });
    }
    this.#picker.reset();
    this.#tally = newTally();
    this.#lineId = this.#bodyId = this.#customId = null;
    this.#createdMs = null;
  }

  #take(member: string, value: unknown): void {
    const tally = this.#tally;
    switch (member) {
      case 'id':
        this.#lineId = shortName(value);
        break;
      case 'key':
      case 'custom_id':
        this.#customId = typeof value === 'string' ? value : null;
        break;
      case 'result.message.id':
      case 'response.body.id':
      case 'response.responseId':
        this.#bodyId = shortName(value);
        break;
      case 'result.message.model':
      case 'response.body.model':
        tally.model = shortName(value);
        break;
      case 'result.message.usage':
        if (isJson(value)) readUsage(tally, value, true);
        break;
      case 'response.modelVersion':
        tally.model = shortName(value)?.replace(/^models\//, '') ?? null;
        break;
      case 'response.usageMetadata':
        if (isJson(value)) readGemini(tally, value);
        break;
      case 'response.body.usage':
        if (isJson(value)) readUsage(tally, value, false);
        break;
      case 'response.body.output.type':
        if (value === WEB_SEARCH) tally.webSearches += 1;
        else if (PAID_TOOLS.has(value)) tally.dearer = true;
        break;
      case 'response.body.created':
      case 'response.body.created_at':
        if (typeof value === 'number') this.#createdMs = Math.round(value * 1000);
    }
  }
}
