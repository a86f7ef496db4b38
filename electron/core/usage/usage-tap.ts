import type { EventHub } from '../events.ts';
import type { CallInfo, CallResult, CallTap, ProxyTap } from '../proxy/observers.ts';
import { CallOrigins } from './call-origins.ts';
import { type AnswerHead, type EndedCall, endOf } from './ended-call.ts';
import { askForUsage, MAX_ASKING_BODY_BYTES, mayAskForUsage } from './include-usage/ask-for-usage.ts';
import { UsageRemover } from './include-usage/usage-remover.ts';
import { createMeter, type Meter, usageHeader } from './meter/meter.ts';
import { queryModel, requestModel } from './meter/request-model.ts';
import { isSpeech } from './spoken.ts';
import { newRequestId } from './request-id.ts';
import { type ProviderUsage, usageOfProvider } from './usage-of-provider.ts';

export interface UsageTapDeps {
  readonly usage: {
    /** A call begins: its end will be told. */
    expect(): void;
    /** Keeps what it is given, and reads it behind this turn of the event loop. */
    recordEnded(call: EndedCall<Buffer>): void;
  };
  /** The owner's setting: usage is asked for on behalf of clients that stream. */
  readonly asks: () => boolean;
  readonly onEvent: EventHub['onEvent'];
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
    return new MeteredCall(this.#deps.usage, this.#origins, info, () => (this.#asks ??= this.#deps.asks()));
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

class MeteredCall implements CallTap {
  readonly bodyLimit: number;
  readonly #usage: UsageTapDeps['usage'];
  readonly #origins: CallOrigins;
  readonly #info: CallInfo;
  readonly #provider: ProviderUsage;
  readonly #requestId = newRequestId();
  readonly #retryOf: string | null;
  #requestModel: string | null = null;
  #requestBody: Buffer | null = null;
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
    usage: UsageTapDeps['usage'],
    origins: CallOrigins,
    info: CallInfo,
    asks: () => boolean,
    retryOf: string | null = null,
  ) {
    this.#usage = usage;
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

  requestBegins(piece: Buffer): void {
    if (this.bodyLimit > 0) this.#requestBody = Buffer.from(piece.subarray(0, MAX_KEPT_REQUEST));
  }

  /** What names the model where the answer does not. Most answers do: for their sake nothing is read here. */
  #keepRequest(body: Buffer): void {
    const { path } = this.#info;
    const most = isSpeech(path) ? MAX_KEPT_SPEECH : MAX_KEPT_REQUEST;
    if (body.byteLength <= most) this.#requestBody = body;
    else if (this.#mayAsk || this.#provider.kind === 'cohere') this.#requestModel ??= requestModel(path, body);
    else this.#requestBody = body.subarray(0, MAX_KEPT_REQUEST);
  }

  head(status: number, header: (name: string) => string | null): 'reads' | 'changes' {
    this.#header = header;
    const contentType = header('content-type');
    const told = usageHeader(this.#provider.kind);
    this.#answer = { status, contentType, usage: told === null ? null : header(told) };
    const changes = this.#asked && status < 400 && /^text\/event-stream\b/i.test(contentType ?? '');
    this.#remover = changes ? new UsageRemover() : null;
    return changes ? 'changes' : 'reads';
  }

  chunk(bytes: Buffer): readonly Uint8Array[] | null {
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
    const next = new MeteredCall(this.#usage, this.#origins, this.#info, () => false, this.#requestId);
    next.#requestModel = this.#requestModel;
    next.#requestBody = this.#requestBody;
    next.#asked = this.#asked; // the body that goes out again asks already
    return next;
  }

  end(call: CallResult): void {
    const result = this.#meter?.end(endOf(call.outcome)) ?? null;
    const isWell = call.outcome === 'ok' && (result === null || result.errorType === null);
    this.#usage.recordEnded({
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
