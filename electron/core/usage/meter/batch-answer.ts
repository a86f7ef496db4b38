import { JsonPicker, pickerPlan } from './json-picker.ts';
import { PAID_TOOLS, WEB_SEARCH } from './paid-tools.ts';
import { count, isJson, newTally, shortName, type Tally } from './tally.ts';
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
 * One answer, as the providers put it (API references, 2026-11): Anthropic `{"custom_id", "result": {"type", "message": {…}}}`,
 * OpenAI and those like it `{"id", "custom_id", "response": {"status_code", "body": {…}}}`, Gemini `{"key", "response": {…}}` in
 * a file and `{"metadata": {"key"}, "response": {…}}` where it stands in the batch itself.
 */
const ANSWER = { id: true, model: true, usage: true } as const;
const PLAN = pickerPlan({
  id: true,
  custom_id: true,
  key: true,
  metadata: { key: true },
  result: { message: ANSWER },
  response: {
    ...{ usageMetadata: true, modelVersion: true, responseId: true },
    candidates: { groundingMetadata: { webSearchQueries: 'count', groundingChunks: 'count' } },
    body: { ...ANSWER, created: true, created_at: true, output: { type: true } },
  },
});

const OPEN_BRACE = 0x7b;
const isSpace = (byte: number): boolean => byte === 0x20 || byte === 0x0d || byte === 0x09;

/** `told`: it said what it used. `cut`: it is no whole object. `other`: one that failed, or something else. */
type Ended = 'told' | 'cut' | 'other' | 'empty';

/** Reads one answer of a batch as it passes, then the next. Keeps no part of it. */
export class BatchAnswer {
  readonly #told: (result: BatchResult) => void;
  readonly #picker = new JsonPicker(PLAN, (member, value) => this.#take(member, value));
  #tally = newTally();
  #first: number | null = null;
  #lineId: string | null = null;
  #bodyId: string | null = null;
  #customId: string | null = null;
  #createdMs: number | null = null;

  /** @param told - of each answer that says what it used; what failed is charged for nowhere. */
  constructor(told: (result: BatchResult) => void) {
    this.#told = told;
  }

  /** Whether what was read of it has the name of an answer. */
  get isNamed(): boolean {
    return this.#customId !== null;
  }

  /** Never throws. The bytes may be used again by the caller afterwards. */
  push(bytes: Buffer, from: number, to: number): void {
    for (let at = from; this.#first === null && at < to; at += 1) {
      const byte = bytes[at] as number;
      if (!isSpace(byte)) this.#first = byte;
    }
    this.#picker.push(bytes, from, to);
  }

  /** @param name - of one that has none, from where it stands. */
  end(name: string | null = null): Ended {
    const isWhole = this.#picker.atRest && this.#first === OPEN_BRACE;
    const ended = this.#first === null ? 'empty' : !isWhole ? 'cut' : this.#tally.seen ? 'told' : 'other';
    if (ended === 'told') {
      this.#told({
        id: this.#lineId ?? this.#bodyId,
        customId: this.#customId ?? name,
        createdMs: this.#createdMs,
        tally: this.#tally,
      });
    }
    this.#picker.reset();
    this.#tally = newTally();
    this.#first = null;
    this.#lineId = this.#bodyId = this.#customId = null;
    this.#createdMs = null;
    return ended;
  }

  #take(member: string, value: unknown): void {
    const tally = this.#tally;
    switch (member) {
      case 'id':
        this.#lineId = shortName(value);
        break;
      case 'key':
      case 'metadata.key':
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
      case 'response.candidates.groundingMetadata.webSearchQueries':
        tally.webSearches += count(value) ?? 0;
        break;
      case 'response.candidates.groundingMetadata.groundingChunks':
        tally.dearer ||= (count(value) ?? 0) > 0; // as in an answer that is fetched at once
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
