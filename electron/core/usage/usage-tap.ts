import type { EventHub } from '../events.ts';
import type { CallInfo, CallResult, CallTap, ProxyTap } from '../proxy/observers.ts';
import { CallOrigins } from './call-origins.ts';
import { type CodedAnswer, codedAnswer } from './coded-answer.ts';
import { type AnswerHead, type CallOrigin, type EndedCall, endOf } from './ended-call.ts';
import { FetchedBatch, mayFetchBatch } from './fetched-batch.ts';
import { askForUsage, MAX_ASKING_BODY_BYTES, mayAskForUsage } from './include-usage/ask-for-usage.ts';
import { UsageRemover } from './include-usage/usage-remover.ts';
import { createMeter, type Meter, usageHeader } from './meter/meter.ts';
import { NamedRequest } from './named-request.ts';
import { newRequestId } from './request-id.ts';
import type { UsageEntry } from './usage-entry.ts';

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
const NOTHING = Buffer.alloc(0);
const PLAIN_ID = /^[\w.:/+=-]{1,128}$/;

class MeteredCall extends NamedRequest implements CallTap {
  readonly bodyLimit: number;
  readonly #deps: Pick<UsageTapDeps, 'usage' | 'now'>;
  readonly #origins: CallOrigins;
  readonly #requestId = newRequestId();
  readonly #retryOf: string | null;
  #answer: AnswerHead | null = null;
  #header: ((name: string) => string | null) | null = null;
  #meter: Meter | null = null;
  /** Where answers of a batch may stand in what is fetched. */
  #batch: FetchedBatch | null = null;
  /** Usage may be asked for on behalf of the client. */
  readonly #mayAsk: boolean;
  /** Usage was asked for on behalf of the client: what that adds is taken out again. */
  #asked = false;
  #remover: UsageRemover | null = null;
  /** It came compressed. */
  #coded: CodedAnswer | null = null;
  /** The first piece of an answer; where it is small and the whole it is read when the client has it. */
  #first: Buffer | null = null;

  constructor(
    deps: Pick<UsageTapDeps, 'usage' | 'now'>,
    origins: CallOrigins,
    info: CallInfo,
    asks: () => boolean,
    retryOf: string | null = null,
  ) {
    super(info);
    this.#deps = deps;
    this.#origins = origins;
    this.#retryOf = retryOf;
    this.#mayAsk = this.provider.includeUsage && mayAskForUsage(info.method, info.path, this.contentType) && asks();
    this.bodyLimit = this.#mayAsk ? MAX_ASKING_BODY_BYTES : this.namingLimit;
  }

  requestBody(body: Buffer): Buffer | null {
    this.keepBody(body);
    if (!this.#mayAsk) return null;
    const asking = askForUsage(body);
    this.#asked = asking !== null;
    return asking;
  }

  requestPiece(piece: Buffer): boolean {
    return this.bodyLimit > 0 && this.keepPiece(piece);
  }

  head(status: number, header: (name: string) => string | null): 'reads' | 'changes' {
    this.#header = header;
    const contentType = header('content-type');
    const told = usageHeader(this.provider.kind);
    this.#answer = { status, contentType, usage: told === null ? null : header(told) };
    this.#coded = status < 400 ? codedAnswer(header('content-encoding')) : null; // that of an error is unpacked by now
    const changes =
      this.#asked && status < 400 && this.#coded === null && /^text\/event-stream\b/i.test(contentType ?? '');
    this.#remover = changes ? new UsageRemover() : null;
    const { method, path } = this.info;
    if (method === 'GET' && mayFetchBatch(this.provider.kind, path, status)) {
      this.#batch = this.#fetched(status, header('content-range'));
    }
    return changes ? 'changes' : 'reads';
  }

  #fetched(status: number, contentRange: string | null): FetchedBatch {
    const { usage, now } = this.#deps;
    return new FetchedBatch({
      ...{ kind: this.provider.kind, path: this.info.path, status, contentRange, now },
      origin: () => this.#originOf(this.info.credential),
      record: (entries) => usage.record(entries),
    });
  }

  #originOf(credential: CallResult['credential']): CallOrigin {
    return this.#origins.of(this.info, credential, this.provider);
  }

  chunk(bytes: Buffer): readonly Uint8Array[] | null {
    if (this.#coded !== null) {
      this.#coded.push(bytes);
      return null;
    }
    if (this.#batch !== null) {
      this.#batch.push(bytes);
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
    const next = new MeteredCall(this.#deps, this.#origins, this.info, () => false, this.#requestId);
    next.keepOf(this);
    next.#asked = this.#asked; // the body that goes out again asks already
    return next;
  }

  end(call: CallResult): void {
    const isOk = call.outcome === 'ok';
    const isRead = this.#coded === null || this.#readCoded(this.#coded);
    const origin = this.#originOf(call.credential);
    const ofBatch = this.#batch?.end(isOk, origin, call.startedAtMs) ?? null;
    if (!isOk || this.#answer === null) this.readLongBody();
    const result = this.#meter?.end(isRead ? endOf(call.outcome) : 'cut') ?? ofBatch;
    const isWell = isOk && (result === null || result.errorType === null);
    this.#deps.usage.recordEnded({
      origin,
      startedAtMs: call.startedAtMs,
      requestId: this.#requestId,
      outcome: call.outcome,
      status: call.status,
      latencyMs: call.latencyMs,
      firstByteMs: call.firstByteMs,
      retryOf: this.#retryOf,
      providerRequestId: isWell ? null : this.#providersId(),
      requestModel: this.requestModel,
      requestBody: this.keptBody,
      answer: this.#answer,
      body: this.#first,
      result,
    });
  }

  /** False: it cannot be, so the figures are the least. */
  #readCoded(coded: CodedAnswer): boolean {
    const body = coded.whole();
    if (this.#batch === null) this.#metering()?.push(body ?? NOTHING);
    else if (body !== null) this.#batch.push(body);
    return body !== null;
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
      kind: this.provider.kind,
      unit: this.provider.unit,
      method: this.info.method,
      path: this.info.path,
      status: this.#answer.status,
      contentType: this.#answer.contentType,
      usageHeader: this.#answer.usage,
    });
    if (this.#first !== null) this.#meter.push(this.#first);
    this.#first = null;
    return this.#meter;
  }
}
