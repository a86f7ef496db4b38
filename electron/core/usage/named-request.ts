import type { CallInfo } from '../proxy/observers.ts';
import { isForm, PassingForm, queryModel, RequestModel, requestModel } from './meter/request-model.ts';
import { isSpeech } from './spoken.ts';
import { type ProviderUsage, usageOfProvider } from './usage-of-provider.ts';

/** Requests whose body may name a model. */
const NAMING_TYPE = /^(?:application\/json|multipart\/form-data)\b/i;
/** Of a larger request its beginning is handed on, or the model is read here. */
const MAX_KEPT_REQUEST = 4 * 1024;
/** The most that the interface speaks at once, 4096 characters, in JSON. */
const MAX_KEPT_SPEECH = 16 * 1024;
/** Requests of this length are read whole in any case before they go out: to look at them holds nothing back. */
const MAX_SHOWN_REQUEST = 64 * 1024;
/** Answers that never name a model, whatever the provider: what they cost is told by the request alone. */
const NAMELESS_PATH = /(?:^|\/)(?:images|audio)\//;
const NAMELESS_KINDS: ReadonlySet<ProviderUsage['kind']> = new Set(['cohere', 'elevenlabs']);

/**
 * What names the model of a call where its answer does not. Most answers do: for their sake nothing is read here. The call
 * that is metered is one of these rather than has one: that would be one more object for each call.
 */
export class NamedRequest {
  protected readonly info: CallInfo;
  protected readonly provider: ProviderUsage;
  protected readonly contentType: string | null;
  protected requestModel: string | null = null;
  /** A small request whole, else its beginning. */
  protected keptBody: Buffer | null = null;
  /** All of a request whose beginning is kept: looked into where no answer names the model. */
  #longBody: Buffer | null = null;
  /** Looks for the model while a body passes. */
  #passing: { push(piece: Buffer): string | null } | null = null;

  constructor(info: CallInfo) {
    this.info = info;
    this.provider = usageOfProvider(info.provider);
    this.contentType = info.headers.get('content-type') ?? null;
    if (this.provider.kind !== 'none' && info.query !== '') this.requestModel = queryModel(info.query);
  }

  /** Bytes of body that are worth a look. */
  protected get namingLimit(): number {
    const mayName = this.provider.kind !== 'none' && this.info.method === 'POST';
    return mayName && NAMING_TYPE.test(this.contentType ?? '') ? MAX_SHOWN_REQUEST : 0;
  }

  protected keepBody(body: Buffer): void {
    const { path } = this.info;
    const most = isSpeech(path) ? MAX_KEPT_SPEECH : MAX_KEPT_REQUEST;
    if (body.byteLength <= most) this.keptBody = body;
    else if (body.byteLength > MAX_SHOWN_REQUEST || this.#isNameless) this.requestModel ??= requestModel(path, body);
    else {
      this.keptBody = body.subarray(0, MAX_KEPT_REQUEST);
      this.#longBody = body;
    }
  }

  /** A piece of a body that is passed on. @returns whether the next one may name the model. */
  protected keepPiece(piece: Buffer): boolean {
    if (this.#passing === null) {
      this.keptBody = Buffer.from(piece.subarray(0, MAX_KEPT_REQUEST));
      if (!this.#isNameless) return false;
      this.#passing = isForm(piece) ? new PassingForm() : passingJson(this.info.path);
    }
    this.requestModel ??= this.#passing.push(piece);
    return this.requestModel === null;
  }

  /** No answer names the model: an error does not, and what never came does not either. */
  protected readLongBody(): void {
    if (this.#longBody !== null) this.requestModel ??= requestModel(this.info.path, this.#longBody);
  }

  /** The same request goes out again. */
  protected keepOf(before: NamedRequest): void {
    this.requestModel = before.requestModel;
    this.keptBody = before.keptBody;
    this.#longBody = before.#longBody;
  }

  /** Whether only the request names the model. */
  get #isNameless(): boolean {
    const isNameless = NAMELESS_KINDS.has(this.provider.kind) || NAMELESS_PATH.test(this.info.path);
    return this.requestModel === null && isNameless;
  }
}

function passingJson(path: string): { push(piece: Buffer): string | null } {
  const request = new RequestModel(path, 'application/json');
  return {
    push: (piece) => {
      request.push(piece);
      return request.model;
    },
  };
}
