import type { EventHub } from '../events.ts';
import type { CallInfo, CallResult, CallTap, ProxyTap } from '../proxy/observers.ts';
import { type CallForm, CallForms } from './call-form.ts';
import { CallOrigins } from './call-origins.ts';
import { codedAnswer } from './coded-answer.ts';
import type { AnswerHead, EndedCall } from './ended-call.ts';
import { FetchedBatch, mayFetchBatch } from './fetched-batch.ts';
import { askForUsage, MAX_ASKING_BODY_BYTES } from './include-usage/ask-for-usage.ts';
import { UsageRemover } from './include-usage/usage-remover.ts';
import { isJsonType } from './json-type.ts';
import type { MeterOptions } from './meter/meter.ts';
import { namesModel } from './meter/names-model.ts';
import { modelInQuery, NamedRequest } from './named-request.ts';
import { PassingAnswer } from './passing-answer.ts';
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
  readonly #calls: Calls;
  /** A setting is a row of the vault: it is read once, not for each call. */
  #asks: boolean | null = null;

  constructor({ usage, now, asks, onEvent }: UsageTapDeps) {
    this.#calls = {
      ...{ usage, now, forms: new CallForms(), origins: new CallOrigins() },
      asks: () => (this.#asks ??= asks()),
    };
    onEvent(({ event }) => {
      if (event === 'settings.changed' || event === 'vault.locked') this.#asks = null;
    });
  }

  request(info: CallInfo): CallTap {
    this.#calls.usage.expect();
    return new MeteredCall(this.#calls, info);
  }
}

/** What all calls share. */
interface Calls extends Pick<UsageTapDeps, 'usage' | 'now' | 'asks'> {
  readonly forms: CallForms;
  readonly origins: CallOrigins;
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
const PLAIN_ID = /^[\w.:/+=-]{1,128}$/;

type Header = (name: string) => string | null;

/**
 * One call. Most are small, plain and go well: for these it keeps what comes and makes nothing more, because each object and
 * each function that is not there costs the thread that forwards more than it does (docs/performance.md).
 */
class MeteredCall implements CallTap {
  readonly bodyLimit: number;
  readonly #calls: Calls;
  readonly #info: CallInfo;
  readonly #form: CallForm;
  readonly #retryOf: string | null;
  /** Usage may be asked for on behalf of the client. */
  readonly #mayAsk: boolean;
  /** It was. */
  #asked = false;
  /** Of a request that is small. */
  #body: Buffer | null = null;
  /** Of one that is not. */
  #named: NamedRequest | null = null;
  #answer: AnswerHead | null = null;
  #header: Header | null = null;
  /** The first piece of an answer; where it is small and the whole it is read when the client has it. */
  #first: Buffer | null = null;
  /** Any other answer is read while it passes. */
  #passing: PassingAnswer | null = null;
  /** Given at its end. */
  #requestId: string | null = null;

  constructor(calls: Calls, info: CallInfo, before: MeteredCall | null = null) {
    this.#calls = calls;
    this.#info = info;
    this.#form = calls.forms.of(info);
    this.#mayAsk = before === null && this.#form.mayAsk && calls.asks();
    this.bodyLimit = this.#mayAsk ? MAX_ASKING_BODY_BYTES : this.#form.namingLimit;
    this.#retryOf = before === null ? null : before.#requestId;
    if (before === null) return;
    this.#asked = before.#asked; // the body that goes out again asks already
    this.#body = before.#body;
    this.#named = before.#named;
  }

  requestBody(body: Buffer): Buffer | null {
    if (body.byteLength <= this.#form.keptBytes) this.#body = body;
    else (this.#named ??= new NamedRequest(this.#form, this.#info.query)).whole(body);
    if (!this.#mayAsk) return null;
    const asking = askForUsage(body);
    this.#asked = asking !== null;
    return asking;
  }

  requestPiece(piece: Buffer): boolean {
    if (this.bodyLimit === 0) return false;
    return (this.#named ??= new NamedRequest(this.#form, this.#info.query)).piece(piece);
  }

  head(status: number, header: Header): 'reads' | 'changes' {
    const { usageHeader, method } = this.#form;
    const contentType = header('content-type');
    this.#header = header;
    this.#answer = { status, contentType, usage: usageHeader === null ? null : header(usageHeader) };
    const coding = status < 400 ? header('content-encoding') : null; // that of an error is unpacked by now
    if (coding === null && !this.#asked && method !== 'GET') return 'reads';
    return this.#isOdd(status, header, contentType, coding) ? 'changes' : 'reads';
  }

  /** Looks for what makes an answer more than plain. @returns whether something is taken out of it. */
  #isOdd(status: number, header: Header, contentType: string | null, coding: string | null): boolean {
    const { method, path, usage } = this.#form;
    const coded = codedAnswer(coding);
    const changes = this.#asked && status < 400 && coded === null && /^text\/event-stream\b/i.test(contentType ?? '');
    const isBatch = method === 'GET' && mayFetchBatch(usage.kind, path, status);
    if (coded === null && !changes && !isBatch) return false;
    const batch = isBatch ? this.#fetched(status, header('content-range')) : null;
    this.#passing = new PassingAnswer(this.#meterOptions(), {
      coded,
      batch,
      remover: changes ? new UsageRemover() : null,
    });
    return changes;
  }

  #fetched(status: number, contentRange: string | null): FetchedBatch {
    const { usage, now, origins } = this.#calls;
    const { path } = this.#form;
    return new FetchedBatch({
      ...{ kind: this.#form.usage.kind, path, status, contentRange, now },
      origin: () => origins.of(this.#form, this.#info.client, this.#info.credential),
      record: (entries) => usage.record(entries),
    });
  }

  #meterOptions(): MeterOptions {
    const { usage, method, path } = this.#form;
    const { status = 0, contentType = null, usage: usageHeader = null } = this.#answer ?? {};
    return { kind: usage.kind, unit: usage.unit, method, path, status, contentType, usageHeader };
  }

  chunk(bytes: Buffer): readonly Uint8Array[] | null {
    if (this.#passing === null) {
      if (this.#first === null && bytes.byteLength <= MAX_KEPT) {
        this.#first = bytes;
        return null;
      }
      this.#passing = new PassingAnswer(this.#meterOptions());
      if (this.#first !== null) this.#passing.push(this.#first);
      this.#first = null;
    }
    return this.#passing.push(bytes);
  }

  last(): readonly Uint8Array[] | null {
    return this.#passing === null ? null : this.#passing.last();
  }

  retried(call: CallResult): CallTap {
    this.end(call);
    return new MeteredCall(this.#calls, this.#info, this);
  }

  end(call: CallResult): void {
    const { usage, origins } = this.#calls;
    const { outcome, startedAtMs } = call;
    const isOk = outcome === 'ok';
    const origin = origins.of(this.#form, this.#info.client, call.credential);
    const result = this.#passing === null ? null : this.#passing.end(outcome, origin, startedAtMs);
    const named = this.#named;
    if (named !== null && (!isOk || this.#answer === null)) named.readLong();
    const isWell = isOk && (result === null || result.errorType === null);
    const requestId = newRequestId();
    this.#requestId = requestId;
    usage.recordEnded({
      origin,
      startedAtMs,
      requestId,
      outcome,
      status: call.status,
      latencyMs: call.latencyMs,
      firstByteMs: call.firstByteMs,
      retryOf: this.#retryOf,
      providerRequestId: isWell ? null : providersId(this.#header),
      requestModel: named === null ? modelInQuery(this.#form, this.#info.query) : named.model,
      requestBody: isOk && this.#isNamed ? null : named === null ? this.#body : named.beginning,
      answer: this.#answer,
      body: this.#first,
      result,
    });
  }

  /** The answer names the model: what was asked goes nowhere. */
  get #isNamed(): boolean {
    if (this.#first === null || this.#answer === null || !this.#form.isNamedByAnswer) return false;
    return isJsonType(this.#answer.contentType) && namesModel(this.#first);
  }
}

function providersId(header: Header | null): string | null {
  if (header === null) return null;
  for (const name of REQUEST_ID_HEADERS) {
    const id = header(name);
    if (id !== null && PLAIN_ID.test(id)) return id;
  }
  return null;
}
