import type { UsageKind } from '../../../../shared/provider/metering.ts';
import { type AnswerForm, answerForm, isOfModels } from './answer-form.ts';
import { EventStream } from './event-stream.ts';
import { JsonPicker, pickWhole } from './json-picker.ts';
import { PAID_TOOLS, WEB_SEARCH } from './paid-tools.ts';
import {
  NO_TOKENS,
  count,
  errorTypeOf,
  isJson,
  isLeast,
  isNoError,
  microUsd,
  newTally,
  type Quantity,
  shortName,
  type Tally,
  type Tokens,
  type Unit,
} from './tally.ts';
import { readAmount, readGemini, readPlain, readUsage } from './usage-blocks.ts';

/**
 * `measured`: the provider said what the call used, to the end. `incomplete`: the answer was cut or failed on the way, told
 * a figure that cannot be believed, or used what costs more than is counted: the figures are the least it can have been.
 * `missing`: an answer that should have said it did not. `none`: there was
 * nothing to say: an error, a list, a provider that tells no use.
 */
export const MEASURES = ['measured', 'incomplete', 'missing', 'none'] as const;
export type Measure = (typeof MEASURES)[number];

export interface MeterResult {
  readonly measure: Measure;
  /** Whether any figure was read: an incomplete answer without one has no known cost. */
  readonly seen: boolean;
  readonly model: string | null;
  readonly tokens: Tokens;
  readonly quantity: Quantity | null;
  readonly webSearches: number;
  /** What the provider itself says this call costs. */
  readonly providerCostMicroUsd: number | null;
  /** "batch", "priority" …, where the answer tells; prices differ by it. */
  readonly serviceTier: string | null;
  readonly region: string | null;
  /** The provider's word for what went wrong, without its message. */
  readonly errorType: string | null;
  /** The provider's name for work whose result can be fetched again and again; left out: there is none. */
  readonly resultId?: string | undefined;
}

/** Of an answer that nothing was read of. @param errorType - what went wrong, where something did. */
export const nothingRead = (measure: 'incomplete' | 'none', errorType: string | null = null): MeterResult => ({
  measure,
  seen: false,
  model: null,
  tokens: NO_TOKENS,
  quantity: null,
  webSearches: 0,
  providerCostMicroUsd: null,
  serviceTier: null,
  region: null,
  errorType,
});

export interface MeterOptions {
  /** From the catalogue: `usage.kind` and `usage.unit`. */
  readonly kind: UsageKind;
  readonly unit: string;
  readonly method: string;
  /** Below the base URL, without the query. */
  readonly path: string;
  readonly status: number;
  readonly contentType: string | null;
  /** The model the request names, where it was read: used when the answer names none. */
  readonly requestModel?: string | null;
  /** The value of the response header that `usageHeader` names. */
  readonly usageHeader?: string | null;
}

/** Reads one answer as it passes; keeps no part of it and changes no byte. */
export interface Meter {
  /** Never throws. The bytes may be used again by the caller afterwards. */
  push(chunk: Uint8Array): void;
  /** All of an answer at once, one character for each byte. Never throws. */
  whole(text: string): void;
  /** @param how - `cut`: the client or the upstream left before the end, or the vault locked. */
  end(how: 'complete' | 'cut'): MeterResult;
}

/**
 * POST requests that model providers do not charge for, or not yet: what a batch uses is told by its answers. At any other a
 * missing usage block is a call of unknown cost.
 */
const FREE_PATH =
  /(?:^|\/)(?:batches|batch\/jobs|count_tokens|input_tokens|tokenize|detokenize|moderations|files|uploads(?:\/[^/]+(?:\/(?:parts|complete|cancel))?)?|[^/]+\/cancel|api\/(?:show|pull|push|create|copy))$|:(?:countTokens|batchGenerateContent|asyncBatchEmbedContent|cancel)$/;
/** Where the verbose answer of a speech model tells the length of the recording. */
const AUDIO_PATH = /(?:^|\/)audio\/(?:transcriptions|translations)$/;
/** A status of OpenAI's responses: what is used by then is told later. */
const NOT_DONE: ReadonlySet<unknown> = new Set(['queued', 'in_progress']);
/** Kinds whose result is fetched with GET after the work was ordered with POST. */
const FETCHED_LATER: ReadonlySet<UsageKind> = new Set(['replicate', 'deepgram', 'elevenlabs']);

/** The response header that this kind of provider tells the use of a call in, by its lower-case name; null: none. */
export function usageHeader(kind: UsageKind): string | null {
  return kind === 'elevenlabs' ? 'character-cost' : null;
}

/** Of a longer answer most is passed over faster than it is parsed. */
const MAX_PARSED = 2048;

export function createMeter(options: MeterOptions): Meter {
  return new AnswerMeter(options);
}

class AnswerMeter implements Meter {
  readonly #options: MeterOptions;
  readonly #tally: Tally = newTally();
  readonly #form: AnswerForm;
  readonly #found = (member: string, value: unknown): void => this.#take(member, value);
  #picker: JsonPicker | null = null;
  readonly #events: EventStream | null;
  /** Anthropic's streams begin with counts; only the later block, or message_stop, ends them. */
  #stopped = false;
  #began = false;
  #eventType: unknown = null;
  #eventCode: unknown = null;
  #status: unknown = null;
  #resultId: string | null = null;
  #isBackground = false;
  /** The length of a recording was told, and not as what is charged. */
  #hasDuration = false;
  /** False: the answer says its end itself, and did not yet. */
  #isFinished: boolean;

  constructor(options: MeterOptions) {
    this.#options = options;
    this.#form = answerForm(options.kind, options.path, options.contentType);
    this.#isFinished = !this.#form.saysItsEnd;
    this.#events = this.#form.isStream ? new EventStream(this.#picking(), () => this.#eventEnded()) : null;
  }

  push(chunk: Uint8Array): void {
    if (!this.#form.isReadable || chunk.byteLength === 0) return;
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    if (this.#events !== null) this.#events.push(bytes);
    else this.#picking().push(bytes);
  }

  whole(text: string): void {
    if (!this.#form.isReadable || text === '') return;
    const isShort = this.#events === null && text.length <= MAX_PARSED;
    if (!isShort || !pickWhole(text, this.#form.plan, this.#found)) this.push(Buffer.from(text, 'latin1'));
  }

  end(how: 'complete' | 'cut'): MeterResult {
    this.#events?.end();
    this.#readRest();
    const tally = this.#tally;
    if (this.#options.status >= 400) tally.errorType ??= `http_${this.#options.status}`;
    const measure = this.#measure(how);
    // What told nothing that counts here used nothing that is counted.
    const counts = measure === 'measured' || measure === 'incomplete';
    const blank = counts ? tally : newTally();
    return {
      measure,
      seen: blank.seen,
      model: tally.model ?? this.#options.requestModel ?? null,
      tokens: blank.tokens,
      quantity: blank.quantity ?? this.#countedCall(),
      webSearches: blank.webSearches,
      providerCostMicroUsd: blank.providerCostMicroUsd,
      serviceTier: tally.serviceTier,
      region: tally.region,
      errorType: tally.errorType,
      ...(blank.seen && this.#isLater && this.#resultId !== null ? { resultId: this.#resultId } : {}),
    };
  }

  #picking(): JsonPicker {
    return (this.#picker ??= new JsonPicker(this.#form.plan, this.#found));
  }

  #measure(how: 'complete' | 'cut'): Measure {
    const { status, kind, method, path } = this.#options;
    if (status >= 400 || kind === 'none') return 'none';
    if (method !== 'POST' && !this.#isLater) return 'none';
    const { seen, doubted, errorType } = this.#tally;
    const cut = how === 'cut' || errorType !== null || (this.#began && !this.#stopped) || !this.#isFinished;
    if (seen) return cut || isLeast(this.#tally) ? 'incomplete' : 'measured';
    if (this.#isBackground && (method !== 'POST' || NOT_DONE.has(this.#status))) return 'none';
    const expected = isOfModels(kind) && !FREE_PATH.test(path);
    if (!expected) return 'none';
    if (doubted) return 'incomplete';
    const halfRead = this.#events === null && this.#picker !== null && !this.#picker.atRest;
    return cut || halfRead || this.#picker?.overflowed === true ? 'incomplete' : 'missing';
  }

  /** The same result can be fetched again. Any other answer is work of its own, also where it is named like another. */
  get #isLater(): boolean {
    return FETCHED_LATER.has(this.#options.kind) || this.#isBackground;
  }

  /** Providers that tell nothing: what was sent with success counts as one. Some say 200 and no. */
  #countedCall(): Quantity | null {
    const { kind, unit, status, method } = this.#options;
    if (kind !== 'none' || status >= 400 || this.#tally.errorType !== null) return null;
    if (unit === 'messages') return method === 'POST' ? { unit, thousandths: 1000 } : null;
    return unit === 'calls' ? { unit, thousandths: 1000 } : null;
  }

  #eventEnded(): void {
    if (this.#eventType === 'error') {
      // OpenAI's responses put the code beside the type; the others have an error object, which was read already.
      this.#tally.errorType ??= errorTypeOf({ code: this.#eventCode });
    }
    this.#eventCode = null;
    // Once the model is known only usage and errors matter. Gemini tells its use in every event.
    if (this.#events !== null && this.#tally.model !== null) this.#events.skimming = this.#options.kind !== 'gemini';
  }

  #take(member: string, value: unknown): void {
    if (value === null) return;
    const tally = this.#tally;
    switch (member) {
      case 'usage':
      case 'response.usage':
      case 'x_groq.usage':
      case 'delta.usage':
        if (!isJson(value)) break;
        readUsage(tally, value, this.#form.isAnthropic);
        if (this.#began) this.#stopped = true;
        break;
      case 'message.usage':
        if (!isJson(value)) break;
        readUsage(tally, value, this.#form.isAnthropic);
        this.#began = this.#events !== null;
        break;
      case 'meta.billed_units':
        readUsage(tally, { billed_units: value }, false);
        break;
      case 'usageMetadata':
        if (isJson(value)) readGemini(tally, value);
        break;
      case 'model':
      case 'response.model':
      case 'message.model':
        tally.model = shortName(value) ?? tally.model;
        break;
      case 'modelVersion':
        tally.model = shortName(value)?.replace(/^models\//, '') ?? tally.model;
        break;
      case 'service_tier':
      case 'response.service_tier':
        tally.serviceTier = shortName(value);
        break;
      case 'error':
      case 'response.error':
        if (!isNoError(value)) tally.errorType = errorTypeOf(value);
        break;
      case 'candidates.groundingMetadata.webSearchQueries':
        // Charged by the prompt or by the search; an answer in events tells the same ones again.
        tally.webSearches = Math.max(tally.webSearches, count(value) ?? 0);
        break;
      case 'candidates.groundingMetadata.groundingChunks':
        tally.dearer ||= (count(value) ?? 0) > 0; // maps and other sources, which no search is told for
        break;
      case 'candidates.finishReason':
      case 'promptFeedback.blockReason':
        this.#isFinished = true;
        break;
      case 'output.type':
      case 'response.output.type':
        if (value === WEB_SEARCH) tally.webSearches += 1;
        else if (PAID_TOOLS.has(value)) tally.dearer = true;
        break;
      case 'background':
      case 'response.background':
        this.#isBackground = value === true;
        break;
      case 'id':
      case 'response.id':
      case 'metadata.request_id':
        this.#resultId = shortName(value) ?? this.#resultId;
        break;
      case 'type':
        this.#eventType = value;
        break;
      case 'code':
        this.#eventCode = value;
        break;
      default:
        this.#takeOther(member, value);
    }
  }

  #takeOther(member: string, value: unknown): void {
    const tally = this.#tally;
    switch (member) {
      case 'prompt_eval_count':
        readPlain(tally, value, tally.seen ? tally.tokens.outputTokens : undefined);
        break;
      case 'eval_count':
        readPlain(tally, tally.hasPrompt ? tally.tokens.inputTokens : undefined, value);
        break;
      case 'data': {
        // Older image models tell no tokens: the pictures are counted.
        const images = count(value);
        if (images !== undefined && images > 0) {
          tally.quantity = { unit: 'images', thousandths: images * 1000 };
          tally.seen = true;
        }
        break;
      }
      case 'duration':
        if (!AUDIO_PATH.test(this.#options.path) || tally.quantity !== null) break; // what is charged is told by now
        this.#hasDuration = readAmount(tally, 'seconds', value);
        tally.seen ||= this.#hasDuration;
        break;
      case 'metadata.duration':
        tally.seen = readAmount(tally, 'seconds', value) || tally.seen;
        break;
      case 'metrics':
        this.#readMetrics(value);
        break;
      case 'status':
        this.#status = value;
        break;
      case 'cost':
        tally.providerCostMicroUsd = microUsd(value);
        break;
      case 'errorCode':
      case 'err_code':
      case 'detail.status':
        tally.errorType = errorTypeOf({ code: value });
        break;
      default:
    }
  }

  #readMetrics(metrics: unknown): void {
    if (!isJson(metrics) || !readAmount(this.#tally, 'seconds', metrics['predict_time'])) return;
    this.#tally.seen = true;
    readPlain(this.#tally, metrics['input_token_count'], metrics['output_token_count']);
  }

  /** What is known only at the end: headers, and answers whose members must be seen together. */
  #readRest(): void {
    const { kind, usageHeader: told } = this.#options;
    const tally = this.#tally;
    if (kind === 'elevenlabs' && readAmount(tally, 'characters', told ?? null)) tally.seen = true;
    if (kind === 'twocaptcha' && this.#status === 'ready') {
      tally.quantity = { unit: 'captchas', thousandths: 1000 };
      tally.seen = true;
    }
    if (kind === 'twocaptcha' && tally.quantity === null) tally.providerCostMicroUsd = null;
    // A recording that is charged by its tokens tells its length besides.
    if (this.#hasDuration && tally.hasPrompt) tally.quantity = null;
    // A failed prediction ran for a time that is not charged.
    if (kind === 'replicate' && this.#status !== 'succeeded') tally.seen = false;
  }
}

export type { Quantity, Tokens, Unit };
