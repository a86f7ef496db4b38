import type { AccountApi } from '../../../../shared/provider/account-api.ts';
import type { AuthKindDescriptor } from '../../../../shared/provider/auth-kind.ts';
import type { ProviderDescriptor } from '../../../../shared/provider/descriptor.ts';
import { type GuardedFetch, guardedFetch, Redirected } from '../../net/guarded-fetch.ts';
import { noAnswer, type Target, type WayOut } from '../../net/way-out.ts';
import { joinPath } from '../../providers/base-url.ts';
import { fillTemplate } from '../../providers/catalogue.ts';
import type { Exchange } from '../../providers/http/http-exchange.ts';
import { type FieldValue, placeCredential } from '../../providers/http/placements.ts';
import type { Clock } from '../../seams.ts';

const TIMEOUT_MS = 30_000;

/** A credential that asks for its account's figures. */
export interface AccountSubject {
  readonly provider: ProviderDescriptor;
  readonly kind: AuthKindDescriptor;
  /** The credential's own base URL, or the catalogue's. */
  readonly baseUrl: string;
  readonly local: boolean;
  readonly value: FieldValue;
}

/** Days since 1970, UTC; both included. */
export interface Period {
  readonly first: number;
  readonly last: number;
}

export interface AskOptions {
  readonly clock: Clock;
  /** Aborting it makes the request reject with the signal's reason. */
  readonly signal: AbortSignal;
  readonly userAgent: string;
  readonly way: WayOut;
}

/**
 * Sends one request of the catalogue's account APIs, under the rules of checks: one origin, no redirects, addresses
 * judged as they are connected to. Rejects only with the reason of `signal`.
 * @param page - what the page before said comes next.
 */
export async function askAccount(
  subject: AccountSubject,
  api: AccountApi,
  period: Period,
  page: string | null,
  { clock, signal, userAgent, way }: AskOptions,
): Promise<Exchange> {
  signal.throwIfAborted();
  const value = withPeriod(subject.value, period);
  const encoded = (name: string) => encodeURIComponent(value(name) ?? '');
  const url = joinPath(subject.baseUrl, fillTemplate(api.path, encoded));
  if (page !== null) url.searchParams.set('page', page);
  const headers = new Map<string, string>([
    ['accept', 'application/json'],
    ['accept-encoding', 'identity'],
    ['user-agent', userAgent],
  ]);
  for (const [name, text] of Object.entries(api.headers)) headers.set(name.toLowerCase(), fillTemplate(text, value));
  const members = placeCredential(subject.kind, value, { url, headers });
  const body =
    members.length === 0 ? null : JSON.stringify(Object.fromEntries(members.map((one) => [one.name, one.value])));
  if (body !== null) headers.set('content-type', 'application/json');
  const over = new AbortController();
  const callOff = clock.after(TIMEOUT_MS, () => over.abort());
  const startedMs = performance.now();
  const elapsed = () => Math.round(performance.now() - startedMs);
  const target: Target = { url, policy: subject.local ? 'local' : 'public' };
  let guarded: GuardedFetch | null = null;
  try {
    guarded = await guardedFetch(target, way);
    const answer = await guarded.fetch(url, {
      method: api.method,
      headers: Object.fromEntries(headers),
      body,
      signal: AbortSignal.any([signal, over.signal]),
    });
    const text = await answer.text();
    return { kind: 'answer', status: answer.status, headers: new Map(answer.headers), text, latencyMs: elapsed() };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof Redirected) {
      return { kind: 'answer', status: error.status, headers: new Map(), text: '', latencyMs: elapsed() };
    }
    if (over.signal.aborted) return { kind: 'timeout', latencyMs: elapsed() };
    const none = noAnswer((error as { cause?: unknown }).cause ?? error, target, way);
    return none.kind === 'timeout' ? { ...none, latencyMs: elapsed() } : none;
  } finally {
    callOff();
    await guarded?.close();
  }
}

const DAY_S = 86_400;

/** Beside the fields: the asked period. What ends it is the first moment after it, `to_date` its last day. */
function withPeriod(value: FieldValue, { first, last }: Period): FieldValue {
  const rfc3339 = (day: number) => new Date(day * DAY_S * 1000).toISOString().replace('.000Z', 'Z');
  const known: Readonly<Record<string, string>> = {
    from_epoch: String(first * DAY_S),
    to_epoch: String((last + 1) * DAY_S),
    from_rfc3339: rfc3339(first),
    to_rfc3339: rfc3339(last + 1),
    from_date: rfc3339(first).slice(0, 10),
    to_date: rfc3339(last).slice(0, 10),
  };
  return (name) => (Object.hasOwn(known, name) ? known[name] : value(name));
}
