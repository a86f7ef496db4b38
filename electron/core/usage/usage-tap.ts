import type { EventHub } from '../events.ts';
import type { CallInfo, CallResult, CallTap, ProxyTap } from '../proxy/observers.ts';
import { batchAnswer } from './batch-answers.ts';
import { CallOrigins } from './call-origins.ts';
import { type AnswerHead, type EndedCall, endOf } from './ended-call.ts';
import { askForUsage, MAX_ASKING_BODY_BYTES, mayAskForUsage } from './include-usage/ask-for-usage.ts';
import { UsageRemover } from './include-usage/usage-remover.ts';
import { type BatchResult, BatchResults, mayBeResults } from './meter/batch-results.ts';
import { createMeter, isOfModels, type Meter, usageHeader } from './meter/meter.ts';
import { isForm, PassingForm, queryModel, RequestModel, requestModel } from './meter/request-model.ts';
import { isSpeech } from './spoken.ts';
import { newRequestId } from './request-id.ts';
import type { UsageEntry } from './usage-entry.ts';
import { type ProviderUsage, usageOfProvider } from './usage-of-provider.ts';

export interface UsageTapDeps {
  readonly usage: {
    /** A call begins: its end will be told. */
    expect(): void;
    /** Keeps what it is given, and reads it behind this turn of the event loop. */
    recordEnded(call: EndedCall<Buffer>): void;
    /** Keeps what was read already. */
    record(entries: readonly UsageEntry[]): void;
  };
  /** The owner's setting: usage is asked for on behalf of clients that stream. */
  readonly asks: () => boolean;
  readonly onEvent: EventHub['onEvent'];
  /** UTC epoch milliseconds. */
  readonly now: () => number;
}

/** Meters every proxied call and records it when it is over. */
export class UsageTap implements ProxyTap {
  readonly #deps: UsageTapDeps;
  readonly #origins = new CallOrigins();
  /** A setting is a row of the vault: it is read once, not for each call. */
  #asks: boolean | null = null;

  constructor(deps: UsageTapDeps) {
    this.#deps = deps;
    deps.onEvent(({ event }) => {
      if (event === 'settings.changed' || event === 'vault.locked') this.#asks = null;
    });
  }

  request(info: CallInfo): CallTap {
    this.#deps.usage.expect();
    return new MeteredCall(this.#deps, this.#origins, info, () => (this.#asks ??= this.#deps.asks()));
  }
}

/** An answer that comes whole is mostly smaller; larger pieces would be held for nothing. */
const MAX_KEPT = 16 * 1024;
/** Requests whose body may name a model. */
const NAMING_TYPE = /^(?:application\/json|multipart\/form-data)\b/i;
/** Of a larger request its beginning is handed on, or the model is read here. */
const MAX_KEPT_REQUEST = 4 * 1024;
/** The most that the interface speaks at once, 4096 characters, in JSON. */
const MAX_KEPT_SPEECH = 16 * 1024;
/** Where providers name a call, for a question to their support about one that failed. Of two the first. */
const REQUEST_ID_HEADERS = [
  'x-request-id',
  'request-id',
  'apim-request-id',
  'x-github-request-id',
  'x-slack-req-id',
  'x-amzn-requestid',
  'cf-ray',
] as const;
const PLAIN_ID = /^[\w.:/+=-]{1,128}$/;
/** Requests of this length are read whole in any case before they go out: to look at them holds nothing back. */
const MAX_SHOWN_REQUEST = 64 * 1024;
/** Answers that never name a model, whatever the provider: what they cost is told by the request alone. */
const NAMELESS_PATH = /(?:^|\/)(?:images|audio)\//;
const NAMELESS_KINDS: ReadonlySet<ProviderUsage['kind']> = new Set(['cohere', 'elevenlabs']);
/** Answers of a batch are handed on by so many. */
const ANSWERS_AT_ONCE = 500;

class MeteredCall implements CallTap {
  readonly bodyLimit: number;
  readonly #deps: Pick<UsageTapDeps, 'usage' | 'now'>;
  readonly #origins: CallOrigins;
  readonly #info: CallInfo;
  readonly #provider: ProviderUsage;
  readonly #requestId = newRequestId();
  readonly #retryOf: string | null;
  #requestModel: string | null = null;
  #requestBody: Buffer | null = null;
  /** All of a request whose beginning is `#requestBody`: looked into where no answer names the model. */
  #longBody: Buffer | null = null;
  /** Looks for the model while a body passes. */
  #passing: { push(piece: Buffer): string | null } | null = null;
  #results: BatchResults | null = null;
  #batchAnswers: BatchResult[] = [];
  #answer: AnswerHead | null = null;
  #header: ((name: string) => string | null) | null = null;
  #meter: Meter | null = null;
  /** Usage may be asked for on behalf of the client. */
  readonly #mayAsk: boolean;
  /** Usage was asked for on behalf of the client: what that adds is taken out again. */
  #asked = false;
  #remover: UsageRemover | null = null;
  /** The first piece of an answer; where it is small and the whole it is read when the client has it. */
  #first: Buffer | null = null;

  constructor(
    deps: Pick<UsageTapDeps, 'usage' | 'now'>,
    origins: CallOrigins,
    info: CallInfo,
    asks: () => boolean,
    retryOf: string | null = null,
  ) {
    this.#deps = deps;
    this.#origins = origins;
    this.#retryOf = retryOf;
    this.#info = info;
    this.#provider = usageOfProvider(info.provider);
    const contentType = info.headers.get('content-type') ?? null;
    const { kind, includeUsage } = this.#provider;
    this.#mayAsk = includeUsage && mayAskForUsage(info.method, info.path, contentType) && asks();
    const mayName = kind !== 'none' && info.method === 'POST' && NAMING_TYPE.test(contentType ?? '');
    this.bodyLimit = this.#mayAsk ? MAX_ASKING_BODY_BYTES : mayName ? MAX_SHOWN_REQUEST : 0;
    if (kind !== 'none' && info.query !== '') this.#requestModel = queryModel(info.query);
  }

  requestBody(body: Buffer): Buffer | null {
    this.#keepRequest(body);
    if (!this.#mayAsk) return null;
    const asking = askForUsage(body);
    this.#asked = asking !== null;
    return asking;
  }

  requestPiece(piece: Buffer): boolean {
    if (this.bodyLimit === 0) return false;
    if (this.#passing !== null) {
      this.#requestModel ??= this.#passing.push(piece);
      return this.#requestModel === null;
    }
    this.#requestBody = Buffer.from(piece.subarray(0, MAX_KEPT_REQUEST));
    if (!this.#isNameless) return false;
    this.#passing = isForm(piece) ? new PassingForm() : passingJson(this.#info.path);
    return this.requestPiece(piece);
  }

  /** Whether only the request names the model. */
  get #isNameless(): boolean {
    return (
      this.#requestModel === null && (NAMELESS_KINDS.has(this.#provider.kind) || NAMELESS_PATH.test(this.#info.path))
    );
  }

  /** What names the model where the answer does not. Most answers do: for their sake nothing is read here. */
  #keepRequest(body: Buffer): void {
    const { path } = this.#info;
    const most = isSpeech(path) ? MAX_KEPT_SPEECH : MAX_KEPT_REQUEST;
    if (body.byteLength <= most) this.#requestBody = body;
    else if (body.byteLength > MAX_SHOWN_REQUEST || this.#isNameless) this.#requestModel ??= requestModel(path, body);
    else {
      this.#requestBody = body.subarray(0, MAX_KEPT_REQUEST);
      this.#longBody = body;
    }
  }

  /** An error names no model, and what never came does not either. */
  #readLongBody(call: CallResult): void {
    if (this.#longBody === null || (call.outcome === 'ok' && this.#answer !== null)) return;
    this.#requestModel ??= requestModel(this.#info.path, this.#longBody);
  }

  head(status: number, header: (name: string) => string | null): 'reads' | 'changes' {
    this.#header = header;
    const contentType = header('content-type');
    const told = usageHeader(this.#provider.kind);
    this.#answer = { status, contentType, usage: told === null ? null : header(told) };
    const changes = this.#asked && status < 400 && /^text\/event-stream\b/i.test(contentType ?? '');
    this.#remover = changes ? new UsageRemover() : null;
    if (this.#info.method === 'GET' && status === 200) this.#readResults();
    return changes ? 'changes' : 'reads';
  }

  /** A file may be what a batch came to: each answer in it is a call. */
  #readResults(): void {
    const { path } = this.#info;
    if (!isOfModels(this.#provider.kind) || !mayBeResults(path)) return;
    this.#results = new BatchResults((result) => {
      if (this.#batchAnswers.push(result) >= ANSWERS_AT_ONCE)
        this.#recordAnswers(this.#info.credential, this.#deps.now());
    });
  }

  #recordAnswers(credential: CallResult['credential'], nowMs: number): void {
    const answers = this.#batchAnswers;
    if (answers.length === 0) return;
    this.#batchAnswers = [];
    const origin = this.#origins.of(this.#info, credential, this.#provider);
    this.#deps.usage.record(answers.map((one) => batchAnswer(origin, one, nowMs)).filter((one) => one !== null));
  }

  chunk(bytes: Buffer): readonly Uint8Array[] | null {
    if (this.#results !== null) {
      this.#results.push(bytes);
      return null;
    }
    if (this.#remover === null && this.#first === null && this.#meter === null && bytes.byteLength <= MAX_KEPT) {
      this.#first = bytes;
      return null;
    }
    this.#metering()?.push(bytes);
    return this.#remover?.push(bytes) ?? null;
  }

  last(): readonly Uint8Array[] | null {
    return this.#remover?.end() ?? null;
  }

  retried(call: CallResult): CallTap {
    this.end(call);
    const next = new MeteredCall(this.#deps, this.#origins, this.#info, () => false, this.#requestId);
    next.#requestModel = this.#requestModel;
    next.#requestBody = this.#requestBody;
    next.#longBody = this.#longBody;
    next.#asked = this.#asked; // the body that goes out again asks already
    return next;
  }

  end(call: CallResult): void {
    if (this.#results !== null) {
      if (call.outcome === 'ok') this.#results.end();
      this.#recordAnswers(call.credential, call.startedAtMs);
    }
    this.#readLongBody(call);
    const result = this.#meter?.end(endOf(call.outcome)) ?? null;
    const isWell = call.outcome === 'ok' && (result === null || result.errorType === null);
    this.#deps.usage.recordEnded({
      origin: this.#origins.of(this.#info, call.credential, this.#provider),
      startedAtMs: call.startedAtMs,
      requestId: this.#requestId,
      outcome: call.outcome,
      status: call.status,
      latencyMs: call.latencyMs,
      firstByteMs: call.firstByteMs,
      retryOf: this.#retryOf,
      providerRequestId: isWell ? null : this.#providersId(),
      requestModel: this.#requestModel,
      requestBody: this.#requestBody,
      answer: this.#answer,
      body: this.#first,
      result,
    });
  }

  #providersId(): string | null {
    for (const name of REQUEST_ID_HEADERS) {
      const id = this.#header?.(name) ?? null;
      if (id !== null && PLAIN_ID.test(id)) return id;
    }
    return null;
  }

  /** Made when there is something to read; null where no answer came. What was held is read first. */
  #metering(): Meter | null {
    if (this.#answer === null) return null;
    this.#meter ??= createMeter({
      kind: this.#provider.kind,
      unit: this.#provider.unit,
      method: this.#info.method,
      path: this.#info.path,
      status: this.#answer.status,
      contentType: this.#answer.contentType,
      usageHeader: this.#answer.usage,
    });
    if (this.#first !== null) this.#meter.push(this.#first);
    this.#first = null;
    return this.#meter;
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
