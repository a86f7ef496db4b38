import { randomUUID } from 'node:crypto';
import type { EventHub } from '../events.ts';
import type { CallInfo, CallOutcome, CallResult, CallTap, ProxyTap } from '../proxy/observers.ts';
import { endpointTemplate } from './endpoint-template.ts';
import type { Outcome } from './dimensions.ts';
import { askForUsage, MAX_ASKING_BODY_BYTES, mayAskForUsage } from './include-usage/ask-for-usage.ts';
import { UsageRemover } from './include-usage/usage-remover.ts';
import { createMeter, type Meter, type MeterResult } from './meter/meter.ts';
import { NO_TOKENS } from './meter/tally.ts';
import { RequestModel } from './meter/request-model.ts';
import type { UsageRecorder } from './recorder.ts';
import type { UsageEntry } from './usage-entry.ts';
import { type ProviderUsage, usageOfProvider } from './usage-of-provider.ts';

export interface UsageTapDeps {
  readonly usage: Pick<UsageRecorder, 'recordEnded'>;
  /** The owner's setting: usage is asked for on behalf of clients that stream. */
  readonly asks: () => boolean;
  readonly onEvent: EventHub['onEvent'];
}

/** Meters every proxied call and records it when it is over. */
export class UsageTap implements ProxyTap {
  readonly #deps: UsageTapDeps;
  /** A setting is a row of the vault: it is read once, not for each call. */
  #asks: boolean | null = null;

  constructor(deps: UsageTapDeps) {
    this.#deps = deps;
    deps.onEvent(({ event }) => {
      if (event === 'settings.changed' || event === 'vault.locked') this.#asks = null;
    });
  }

  request(info: CallInfo): CallTap {
    return new MeteredCall(this.#deps.usage, info, () => (this.#asks ??= this.#deps.asks()));
  }
}

interface AnswerHead {
  readonly status: number;
  readonly header: (name: string) => string | null;
}

/** An answer that comes whole is mostly smaller; larger pieces would be held for nothing. */
const MAX_KEPT = 16 * 1024;

class MeteredCall implements CallTap {
  readonly bodyLimit: number;
  readonly #usage: UsageTapDeps['usage'];
  readonly #info: CallInfo;
  readonly #provider: ProviderUsage;
  readonly #requestId = randomUUID();
  readonly #retryOf: string | null;
  #requestModel: string | null;
  #head: AnswerHead | null = null;
  #meter: Meter | null = null;
  /** Usage was asked for on behalf of the client: what that adds is taken out again. */
  #asked = false;
  #remover: UsageRemover | null = null;
  /** The first piece of an answer; where it is small it is read when the client has it. */
  #first: Buffer | null = null;

  constructor(usage: UsageTapDeps['usage'], info: CallInfo, asks: () => boolean, retryOf: string | null = null) {
    this.#usage = usage;
    this.#retryOf = retryOf;
    this.#info = info;
    this.#provider = usageOfProvider(info.provider);
    this.#requestModel = new RequestModel(info.path, null).model;
    const contentType = info.headers.get('content-type') ?? null;
    const may = this.#provider.includeUsage && mayAskForUsage(info.method, info.path, contentType) && asks();
    this.bodyLimit = may ? MAX_ASKING_BODY_BYTES : 0;
  }

  requestBody(body: Buffer): Buffer | null {
    const request = new RequestModel(this.#info.path, 'application/json');
    request.push(body);
    this.#requestModel = request.model ?? this.#requestModel;
    const asking = askForUsage(body);
    this.#asked = asking !== null;
    return asking;
  }

  head(status: number, header: (name: string) => string | null): 'reads' | 'changes' {
    this.#head = { status, header };
    const changes = this.#asked && status < 400 && /^text\/event-stream\b/i.test(header('content-type') ?? '');
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
    const next = new MeteredCall(this.#usage, this.#info, () => false, this.#requestId);
    next.#requestModel = this.#requestModel;
    next.#asked = this.#asked; // the body that goes out again asks already
    return next;
  }

  end(call: CallResult): void {
    this.#usage.recordEnded(() => this.#entry(call));
  }

  #entry(call: CallResult): UsageEntry {
    const how = CUT.has(call.outcome) ? 'cut' : 'complete';
    const result = this.#metering()?.end(how) ?? nothing(this.#requestModel, call.outcome);
    const { client, path, method, provider } = this.#info;
    const { id, version, label } = call.credential;
    return {
      atMs: call.startedAtMs,
      requestId: this.#requestId,
      source: 'proxy',
      client: { id: client.id, name: client.name },
      credential: { id, version, ref: `${provider.id}/${label}` },
      provider: provider.id,
      project: client.project ?? '',
      endpoint: endpointTemplate(path),
      method,
      status: call.status ?? 0,
      outcome: outcomeIn(call, result),
      latencyMs: call.latencyMs,
      firstByteMs: call.firstByteMs,
      retryOf: this.#retryOf,
      result,
    };
  }

  /** Made when there is something to read; null where no answer came. What was held is read first. */
  #metering(): Meter | null {
    if (this.#head === null) return null;
    this.#meter ??= createMeter({
      kind: this.#provider.kind,
      unit: this.#provider.unit,
      method: this.#info.method,
      path: this.#info.path,
      status: this.#head.status,
      contentType: this.#head.header('content-type'),
      requestModel: this.#requestModel,
      header: this.#head.header,
    });
    if (this.#first !== null) this.#meter.push(this.#first);
    this.#first = null;
    return this.#meter;
  }
}

const CUT: ReadonlySet<CallOutcome> = new Set(['aborted', 'broken', 'timeout']);

function outcomeIn({ outcome, status }: CallResult, { errorType }: MeterResult): Outcome {
  switch (outcome) {
    case 'ok':
      return errorType === null ? 'ok' : 'upstream_error'; // an error within a stream that began well
    case 'client_error':
      return status === 429 ? 'rate_limited' : 'client_error';
    case 'timeout':
      return 'unreachable';
    case 'aborted':
    case 'broken':
      return 'cut';
    case 'upstream_error':
    case 'refused':
      return outcome;
  }
}

/** No answer came: what was sent and then given up may have been charged, what was not sent was not. */
function nothing(model: string | null, outcome: CallOutcome): MeterResult {
  return {
    measure: CUT.has(outcome) ? 'incomplete' : 'none',
    seen: false,
    model,
    tokens: NO_TOKENS,
    quantity: null,
    webSearches: 0,
    providerCostMicroUsd: null,
    serviceTier: null,
    region: null,
    errorType: outcome,
  };
}
