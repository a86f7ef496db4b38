import type { Clock } from '../../seams.ts';
import type { AddressPolicy } from '../../net/address-rules.ts';
import type { TlsProblem } from '../../net/unreachable.ts';
import { dispatcherTo, isForbidden, noAnswer, type NoAnswer, type WayOut } from '../../net/way-out.ts';

/** One request that carries a credential, and what came of it. No retries, no redirects, no cookies. */
export const CHECK_TIMEOUT_MS = 10_000;
const MAX_BODY_BYTES = 64 * 1024;
/** Of an answer that says yes, where its JSON is wanted: lists of models, as gateways and Amazon Bedrock give them, are long. */
export const MAX_LIST_BYTES = 4 * 1024 * 1024;

export interface OutgoingRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: URL;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string | Uint8Array<ArrayBuffer> | null;
}

export type Exchange =
  | {
      readonly kind: 'answer';
      readonly status: number;
      /** Lower-case names; the first value where one repeats. */
      readonly headers: ReadonlyMap<string, string>;
      /** The start of the body, as UTF-8: see `maxGoodBytes`. */
      readonly text: string;
      readonly latencyMs: number;
    }
  | { readonly kind: 'timeout'; readonly latencyMs: number }
  /** `tls`: of a `certificate`. */
  | { readonly kind: 'unreachable'; readonly why: NoAnswer; readonly tls?: TlsProblem };

export interface ExchangeOptions {
  readonly policy: AddressPolicy;
  /** Nothing of the environment changes it. */
  readonly way: WayOut;
  readonly clock: Clock;
  /** Aborting it makes the exchange reject with the signal's reason. */
  readonly signal: AbortSignal;
  /** Of the body of an answer with a status of success; of all others, and without it, 64 KiB are read. */
  readonly maxGoodBytes?: number;
}

async function readStart(body: AsyncIterable<Buffer>, most: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    size += chunk.byteLength;
    if (size >= most) break; // leaving the loop destroys the stream
  }
  return Buffer.concat(chunks).subarray(0, most).toString('utf8');
}

function mostOf(status: number, { maxGoodBytes = MAX_BODY_BYTES }: ExchangeOptions): number {
  return status >= 200 && status < 300 ? maxGoodBytes : MAX_BODY_BYTES;
}

function firstValues(headers: Readonly<Record<string, string | string[] | undefined>>): Map<string, string> {
  const values = new Map<string, string>();
  for (const [name, value] of Object.entries(headers)) {
    const first = Array.isArray(value) ? value[0] : value;
    if (first !== undefined) values.set(name.toLowerCase(), first);
  }
  return values;
}

/**
 * Sends one request and reads the start of its answer, within 10 s in all.
 * Never throws for what a network or a server can do; rejects only when `signal` was aborted.
 */
export async function exchange(request: OutgoingRequest, options: ExchangeOptions): Promise<Exchange> {
  const target = { url: request.url, policy: options.policy };
  const { way } = options;
  if (isForbidden(target, way)) return { kind: 'unreachable', why: 'address' };
  options.signal.throwIfAborted();
  const dispatcher = await dispatcherTo(target, way, 'one', CHECK_TIMEOUT_MS);
  const over = new AbortController();
  const callOff = options.clock.after(CHECK_TIMEOUT_MS, () => over.abort());
  const startedMs = performance.now();
  const elapsed = () => Math.round(performance.now() - startedMs);
  try {
    const { statusCode, headers, body } = await dispatcher.request({
      origin: request.url.origin,
      path: `${request.url.pathname}${request.url.search}`,
      method: request.method,
      headers: Object.fromEntries(request.headers),
      body: request.body,
      signal: AbortSignal.any([options.signal, over.signal]),
    });
    const text = await readStart(body, mostOf(statusCode, options));
    return { kind: 'answer', status: statusCode, headers: firstValues(headers), text, latencyMs: elapsed() };
  } catch (error) {
    options.signal.throwIfAborted();
    if (over.signal.aborted) return { kind: 'timeout', latencyMs: elapsed() };
    const none = noAnswer(error, target, way);
    return none.kind === 'timeout' ? { ...none, latencyMs: elapsed() } : none;
  } finally {
    callOff();
    await dispatcher.destroy().catch(() => undefined);
  }
}
