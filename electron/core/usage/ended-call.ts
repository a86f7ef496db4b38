import type { CallOutcome } from '../proxy/observers.ts';
import { bytesOf } from './body-bytes.ts';
import type { CountedResults } from './counted-results.ts';
import type { ProviderUsage } from './usage-of-provider.ts';
import type { Outcome } from './dimensions.ts';
import { createMeter, type MeterResult, nothingRead } from './meter/meter.ts';
import { captchaTask, requestModel } from './meter/request-model.ts';
import { withSpoken } from './spoken.ts';
import type { UsageEntry } from './usage-entry.ts';

/** What an answer was, as far as its meter needs to know. */
export interface AnswerHead {
  readonly status: number;
  readonly contentType: string | null;
  /** The value of the one header that this kind of provider tells its use in (`usageHeader`). */
  readonly usage: string | null;
}

/** What many calls have in common: who asked whom for what, with which credential. */
export interface CallOrigin {
  readonly client: { readonly id: string; readonly name: string };
  readonly credential: { readonly id: string; readonly version: number; readonly ref: string };
  readonly project: string;
  readonly provider: string;
  readonly kind: ProviderUsage['kind'];
  readonly unit: string;
  readonly method: string;
  /** Below the base URL, without the query. */
  readonly path: string;
  /** The path without what names one object. */
  readonly endpoint: string;
}

/**
 * A forwarded call that is over and was not read yet. Plain values, so another thread can read it.
 * @typeParam Body - of a text each character is a byte.
 */
export interface EndedCall<Body extends Buffer | string = Buffer | string> {
  readonly origin: CallOrigin;
  /** UTC epoch milliseconds. */
  readonly startedAtMs: number;
  readonly requestId: string;
  readonly outcome: CallOutcome;
  /** What the client was told; null where it was told nothing. */
  readonly status: number | null;
  /** Milliseconds. */
  readonly latencyMs: number;
  readonly firstByteMs: number | null;
  readonly retryOf: string | null;
  /** The provider's own name for a call that failed; null: it told none, or it went well. */
  readonly providerRequestId: string | null;
  /** What names the model where the answer does not: a name, or the body of the request that holds it. Else null. */
  readonly requestModel: string | null;
  readonly requestBody: Body | null;
  /** null: no answer came. */
  readonly answer: AnswerHead | null;
  /** A small answer, whole: it is read here. */
  readonly body: Body | null;
  /** What was read of a longer one while it passed. */
  readonly result: MeterResult | null;
}

const CUT: ReadonlySet<CallOutcome> = new Set(['aborted', 'broken', 'timeout']);

/** How an answer ended, as a meter is told. */
export const endOf = (outcome: CallOutcome): 'cut' | 'complete' => (CUT.has(outcome) ? 'cut' : 'complete');

/**
 * Reads what a call used. Never throws.
 * @param results - those that were counted: one that is fetched again used nothing.
 */
export function entryOf(call: EndedCall, results: CountedResults | null = null): UsageEntry {
  const { origin } = call;
  const found = withSpoken(call.result ?? read(call), call);
  const named = found.model === null ? { ...found, model: modelOf(call) } : found;
  const id = named.resultId ?? taskOf(call, named);
  const result = id === null ? named : countedOnce(named, `${origin.provider}\n${id}`, call.requestId, results);
  return {
    atMs: call.startedAtMs,
    requestId: call.requestId,
    source: 'proxy',
    client: origin.client,
    credential: origin.credential,
    provider: origin.provider,
    project: origin.project,
    endpoint: origin.endpoint,
    method: origin.method,
    status: call.status ?? 0,
    outcome: outcomeIn(call, result),
    latencyMs: call.latencyMs,
    firstByteMs: call.firstByteMs,
    retryOf: call.retryOf,
    providerRequestId: call.providerRequestId,
    result,
  };
}

function read({ origin, answer, outcome, body }: EndedCall): MeterResult {
  if (answer === null) return nothing(outcome);
  const meter = createMeter({
    kind: origin.kind,
    unit: origin.unit,
    method: origin.method,
    path: origin.path,
    status: answer.status,
    contentType: answer.contentType,
    usageHeader: answer.usage,
  });
  if (body !== null) meter.whole(typeof body === 'string' ? body : body.toString('latin1'));
  return meter.end(endOf(outcome));
}

/** What the request names; Gemini and Azure name it in the path. */
function modelOf({ origin, requestModel: model, requestBody }: EndedCall): string | null {
  return model ?? requestModel(origin.path, bytesOf(requestBody));
}

function taskOf({ origin, requestBody }: EndedCall, { quantity }: MeterResult): string | null {
  return origin.kind === 'twocaptcha' && quantity !== null ? captchaTask(bytesOf(requestBody)) : null;
}

function countedOnce(
  { resultId: _, ...result }: MeterResult,
  id: string,
  requestId: string,
  results: CountedResults | null,
): MeterResult {
  if (results?.has(id, requestId) !== true) return result;
  return { ...nothing('cached'), model: result.model, errorType: result.errorType };
}

function outcomeIn({ outcome, status }: EndedCall, { errorType }: MeterResult): Outcome {
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
    case 'cached':
      return outcome;
  }
}

/** No answer came from a provider: what was sent and then given up may have been charged, what was not sent was not. */
const nothing = (outcome: CallOutcome): MeterResult =>
  nothingRead(CUT.has(outcome) ? 'incomplete' : 'none', outcome === 'cached' ? null : outcome);
