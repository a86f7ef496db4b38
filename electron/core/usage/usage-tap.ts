import type { EventHub } from '../events.ts';
import type { CallInfo, CallResult, CallTap, ProxyTap } from '../proxy/observers.ts';
import { CallOrigins } from './call-origins.ts';
import { type AnswerHead, type EndedCall, endOf } from './ended-call.ts';
import { askForUsage, MAX_ASKING_BODY_BYTES, mayAskForUsage } from './include-usage/ask-for-usage.ts';
import { UsageRemover } from './include-usage/usage-remover.ts';
import { createMeter, type Meter, usageHeader } from './meter/meter.ts';
import { requestModel } from './meter/request-model.ts';
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
/** Of a larger request the model is read here, so that its body need not be handed on. */
const MAX_KEPT_REQUEST = 4 * 1024;

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
  #meter: Meter | null = null;
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
    const may = this.#provider.includeUsage && mayAskForUsage(info.method, info.path, contentType) && asks();
    this.bodyLimit = may ? MAX_ASKING_BODY_BYTES : 0;
  }

  requestBody(body: Buffer): Buffer | null {
    if (body.byteLength <= MAX_KEPT_REQUEST) this.#requestBody = body;
    else this.#requestModel = requestModel(this.#info.path, body);
    const asking = askForUsage(body);
    this.#asked = asking !== null;
    return asking;
  }

  head(status: number, header: (name: string) => string | null): 'reads' | 'changes' {
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
    this.#usage.recordEnded({
      origin: this.#origins.of(this.#info, call.credential, this.#provider),
      startedAtMs: call.startedAtMs,
      requestId: this.#requestId,
      outcome: call.outcome,
      status: call.status,
      latencyMs: call.latencyMs,
      firstByteMs: call.firstByteMs,
      retryOf: this.#retryOf,
      requestModel: this.#requestModel,
      requestBody: this.#requestBody,
      answer: this.#answer,
      body: this.#first,
      result: this.#meter?.end(endOf(call.outcome)) ?? null,
    });
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
