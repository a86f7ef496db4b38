import CachePolicy from 'http-cache-semantics';
import { LRUCache } from 'lru-cache';
import type { CacheRule } from '../../../shared/contract/routing.ts';
import type { AnswerKeeper, CachedAnswer } from '../proxy/observers.ts';
import type { Clock } from '../seams.ts';

/** One answer at most this long is kept, and all together. */
export const MAX_ENTRY_BYTES = 1024 * 1024;
const MAX_BYTES = 32 * 1024 * 1024;
/** What an entry costs beside its body. */
const ENTRY_BYTES = 2048;
/** An answer that a later one of the same address may be asked of. */
const KEPT_STATUSES: ReadonlySet<number> = new Set([200, 203]);
/** A client that names a part or a condition wants what the provider says now. */
const BYPASS = ['range', 'if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since', 'if-range'];

type Headers = Readonly<Record<string, string>>;

export interface CacheRequest {
  /** `GET` is the only one that is kept. */
  readonly method: string;
  /** Whole address at the provider, without anything of the credential. */
  readonly url: string;
  /** As they go to the provider, without anything of the credential, and what the client says of caches. */
  readonly headers: ReadonlyMap<string, string>;
  /** Credential, version and where it goes: an answer is served again only for the same one. */
  readonly credential: string;
  /** For whom the owner's rules have changed its head: those of another shape do not get it. */
  readonly shape: string;
}

interface Kept {
  readonly policy: CachePolicy;
  readonly status: number;
  /** What clients got: name, value, name, value. */
  readonly headers: readonly string[];
  readonly body: Buffer;
  readonly shape: string;
  /** Monotonic milliseconds. */
  readonly atMs: number;
}

/**
 * Answers to GET requests, in memory, as far as the provider and the owner's rule allow (RFC 9111, as a shared cache:
 * every proxied request carries a credential, so section 3.5 holds unless the rule says otherwise). Dropped at lock.
 */
export class ResponseCache {
  readonly #clock: Clock;
  readonly #Policy: typeof CachePolicy;
  readonly #kept = new LRUCache<string, Kept>({
    maxSize: MAX_BYTES,
    sizeCalculation: ({ body }) => body.byteLength + ENTRY_BYTES,
  });

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#Policy = policyWith(clock);
  }

  /** null: ask the provider. */
  find(request: CacheRequest, rule: CacheRule): CachedAnswer | null {
    if (!isCacheable(request)) return null;
    const kept = this.#kept.get(keyOf(request));
    if (kept === undefined || kept.shape !== request.shape) return null;
    if (this.#clock.monotonic() - kept.atMs >= rule.maxSeconds * 1000) return null;
    if (!kept.policy.satisfiesWithoutRevalidation(asked(request))) return null;
    const { age } = kept.policy.responseHeaders();
    const headers = typeof age === 'string' ? [...kept.headers, 'age', age] : kept.headers;
    return { status: kept.status, headers, body: kept.body };
  }

  /**
   * Where a copy of the answer is to be put, or null where it may not be kept.
   * @param answer.headers - in lower case, as the provider sent them.
   */
  begin(
    request: CacheRequest,
    rule: CacheRule,
    answer: { readonly status: number; readonly headers: Headers },
  ): AnswerKeeper | null {
    if (!isCacheable(request) || !KEPT_STATUSES.has(answer.status)) return null;
    const policy = this.#judge(request, rule, answer);
    if (!policy.storable() || policy.timeToLive() <= 0) return null;
    const chunks: Uint8Array[] = [];
    let size = 0;
    let headers: readonly string[] = [];
    return {
      head: (passed) => {
        headers = withoutAge(passed);
      },
      chunk: (chunk) => {
        size += chunk.byteLength;
        if (size <= MAX_ENTRY_BYTES) chunks.push(Uint8Array.from(chunk));
        else chunks.length = 0;
      },
      done: () => {
        if (size > MAX_ENTRY_BYTES) return;
        const { shape } = request;
        const entry = { policy, status: answer.status, headers, body: Buffer.concat(chunks), shape };
        this.#kept.set(keyOf(request), { ...entry, atMs: this.#clock.monotonic() });
      },
    };
  }

  /** Something was changed at that address (RFC 9111 section 4.4). */
  invalidate(request: CacheRequest): void {
    this.#kept.delete(keyOf(request));
  }

  drop(): void {
    for (const { body } of this.#kept.values()) body.fill(0);
    this.#kept.clear();
  }

  #judge(request: CacheRequest, rule: CacheRule, answer: { readonly status: number; readonly headers: Headers }) {
    const headers = rule.evenPrivate ? withFreshness(answer.headers, rule.maxSeconds) : answer.headers;
    const options = { shared: !rule.evenPrivate, cacheHeuristic: 0 };
    return new this.#Policy(asked(request), { status: answer.status, headers: { ...headers } }, options);
  }
}

/** The library asks the system's clock; ours is a seam. */
function policyWith(clock: Clock): typeof CachePolicy {
  return class extends CachePolicy {
    now(): number {
      return clock.now();
    }
  };
}

/** Where the provider says nothing of how long its answer is good, the owner's word counts. */
function withFreshness(headers: Headers, maxSeconds: number): Headers {
  const said = headers['cache-control'] ?? '';
  if (/max-age|no-store|no-cache/i.test(said) || headers['expires'] !== undefined) return headers;
  return { ...headers, 'cache-control': `${said === '' ? '' : `${said}, `}max-age=${maxSeconds}` };
}

function isCacheable({ method, headers }: CacheRequest): boolean {
  return method === 'GET' && !BYPASS.some((name) => headers.has(name));
}

/** The credential may travel in any header: the library is told that there is one. Private answers it keeps all the same. */
function asked({ method, url, headers }: CacheRequest): CachePolicy.HttpRequest {
  return { method, url, headers: { ...Object.fromEntries(headers), authorization: 'present' } };
}

/** It is said anew each time. @param headers - name, value, name, value. */
function withoutAge(headers: readonly string[]): readonly string[] {
  return headers.filter((_text, at) => headers[at - (at % 2)] !== 'age');
}

const keyOf = ({ credential, url }: CacheRequest): string => `${credential} ${url}`;
