import type { ProviderDescriptor } from '../../../shared/provider/descriptor.ts';
import type { ResolvedCredential } from '../credentials/types.ts';
import type { VerifiedClient } from '../endpoint/clients.ts';
import type { HeaderLine } from '../endpoint/request-head.ts';
import type { AnswerHeaders } from './headers.ts';

/**
 * Where others join a proxied call: who meters, who caches, who picks another credential, who rewrites. Each may be
 * absent and then costs nothing. None of them sees a secret.
 */

/** One call as the proxy understood it. */
export interface CallInfo {
  readonly client: VerifiedClient;
  /** The one that is tried first. */
  readonly credential: ResolvedCredential;
  readonly provider: ProviderDescriptor;
  readonly method: string;
  /** Below the base URL, without the query. */
  readonly path: string;
  /** Without credential-like parameters and without the question mark. */
  readonly query: string;
  /** The client's headers that go on, in lower case. */
  readonly headers: ReadonlyMap<string, string>;
}

/**
 * `ok`: an answer below 400, to its end. `client_error`, `upstream_error`: one of 4xx or 5xx, or none that could be
 * understood. `refused`: nothing was sent. `cached`: nothing had to be sent. `timeout`: the provider was too slow. `aborted`: the client left, was
 * revoked, or the vault locked. `broken`: the answer broke off.
 */
export type CallOutcome =
  | 'ok'
  | 'client_error'
  | 'upstream_error'
  | 'refused'
  | 'cached'
  | 'timeout'
  | 'aborted'
  | 'broken';

export interface CallResult {
  readonly outcome: CallOutcome;
  /** What the client was told; null where it was told nothing. */
  readonly status: number | null;
  /** The credential that was tried last. */
  readonly credential: ResolvedCredential;
  /** UTC epoch milliseconds. */
  readonly startedAtMs: number;
  /** From the request to its end, in milliseconds with fractions. */
  readonly latencyMs: number;
  /** From the request to the first byte of the answer; null where none came. */
  readonly firstByteMs: number | null;
}

/** Watches one call. Its methods are called on the hot path and must not throw, but for `requestBody`. */
export interface CallTap {
  /** Bytes of request body that it wants to see; a longer or endless one passes unseen. 0: none. */
  readonly bodyLimit: number;
  /** The whole body. @returns another one to send, or null. @throws AppError where the call must not be made. */
  requestBody(body: Buffer): Buffer | null;
  /**
   * A piece of a body that is passed on unchanged, because it is longer than `bodyLimit` or without an end that is told. It is
   * not the tap's to keep. @returns whether it wants the next one.
   */
  requestPiece?(piece: Buffer): boolean;
  /**
   * An answer below 400 begins, or a covered error body. `changes`: what `chunk` returns is sent in its place.
   * @param header - by lower-case name; null also where the value holds the credential. It can be asked later, too.
   */
  head(status: number, header: (name: string) => string | null): 'ignores' | 'reads' | 'changes';
  /** A piece of the answer; it may not be changed. @returns what to send where `head` said `changes`. */
  chunk(bytes: Buffer): readonly Uint8Array[] | null;
  /** The answer is over. @returns what is left to send where `head` said `changes`. */
  last(): readonly Uint8Array[] | null;
  /**
   * This attempt is over and the client was told nothing: the same request goes out with another credential.
   * @returns what watches the next attempt; this one is told nothing more.
   */
  retried(result: CallResult): CallTap;
  /** Always the last, exactly once; while the vault locks it can still be written. */
  end(result: CallResult): void;
}

export interface ProxyTap {
  /** null: nobody wants to know. */
  request(info: CallInfo): CallTap | null;
}

export interface CachedAnswer {
  readonly status: number;
  /** name, value, name, value: those that passed the first time, and `age`. */
  readonly headers: readonly string[];
  readonly body: Buffer;
}

/** Takes a copy of an answer as it passes. */
export interface AnswerKeeper {
  /** What the client gets of the head, but for the length: name, value, name, value. Called once, first. */
  head(passed: readonly string[]): void;
  chunk(bytes: Buffer): void;
  /** The answer is whole: only then may it be kept. Not called for one that broke off. */
  done(): void;
}

/** Answers to GET that are kept in memory. Asked after grant, rate and consent, before any credential is opened. */
export interface ProxyCache {
  /** @param lines - the client's headers as they came: what it says of caches does not go on to the provider. */
  find(info: CallInfo, lines: readonly HeaderLine[]): CachedAnswer | null;
  keep(info: CallInfo, lines: readonly HeaderLine[], status: number, headers: AnswerHeaders): AnswerKeeper | null;
  /** A request that may change something was answered well (RFC 9111 section 4.4). */
  changed(info: CallInfo): void;
}

/** Which granted credential of a pool is tried, and another one where it is exhausted or refused. */
export interface ProxyRouting {
  /** The label to use in place of the asked one; null: the asked one. */
  choose(client: VerifiedClient, provider: string, label: string): string | null;
  /** The request goes out with it. */
  began(info: CallInfo, credential: ResolvedCredential): void;
  answered(info: CallInfo, credential: ResolvedCredential, status: number, headers: AnswerHeaders): void;
  /** No answer came. */
  broke(info: CallInfo, credential: ResolvedCredential): void;
  /** Whether another one could be tried at all: then the body is kept, up to 1 MiB. */
  mayRetry(info: CallInfo): boolean;
  /**
   * Asked for 401, 402 and 429 before any byte went to the client, and where a quota of the credential has no room. It
   * passes grant, rate and gate like the first one.
   * @param tried - ids, in order.
   * @param why - `answer`: one without anything left in its own quotas would get nowhere.
   * @returns null: the answer, or the refusal, goes to the client.
   */
  another(info: CallInfo, tried: readonly string[], why: 'answer' | 'quota'): ResolvedCredential | null;
}

/** The owner's transformations. They run before the rules for paths and headers, never after. */
export interface ProxyRewrite {
  /** @param rest - raw path and query. null: all stays. */
  request(
    client: VerifiedClient,
    provider: string,
    rest: string,
    headers: readonly HeaderLine[],
  ): { readonly rest: string; readonly headers: readonly HeaderLine[]; readonly names: readonly string[] } | null;
  /** `names` in both: what the owner brought in passes the lists, unless it is never passed on. */
  answer(
    info: CallInfo,
    headers: AnswerHeaders,
  ): { readonly headers: AnswerHeaders; readonly names: readonly string[] } | null;
}

/** A call that is about to be sent. */
export interface QuotaAsk {
  readonly info: CallInfo;
  readonly credential: ResolvedCredential;
  /** When the request came, UTC epoch milliseconds: its record says the same. */
  readonly atMs: number;
  /** The whole body where it is at hand; else its length in bytes, null where it is not told. */
  readonly body: Buffer | number | null;
  /** What is at hand of a body that is not there as a whole; null: nothing. */
  readonly beginning: Buffer | null;
  /** Whether the client marked the call as critical. */
  readonly isCritical: () => boolean;
}

export interface QuotaHold {
  /** How long the call has to wait before it is sent; 0: not at all. */
  readonly delayMs: number;
  /** Whoever records the call was told of its end. */
  end(): void;
}

/** The owner's limits. Asked after grant, rate and consent, before each credential that is tried is opened. */
export interface ProxyQuota {
  /** Whether there is any. */
  readonly isOn: boolean;
  /**
   * Whether the body has to be at hand when `reserve` is asked: a limit on tokens or cost is about this call with this
   * credential, and what the call may take of it stands in its body.
   * @param isSized - the length of the body is told beforehand.
   */
  readsBody(info: CallInfo, credential: ResolvedCredential, isSized: boolean): boolean;
  /** null: none is about this call. @throws AppError `quota_exceeded` where the call must not be made. */
  reserve(ask: QuotaAsk): QuotaHold | null;
}

export interface ProxyObservers {
  readonly tap?: ProxyTap;
  readonly cache?: ProxyCache;
  readonly routing?: ProxyRouting;
  readonly rewrite?: ProxyRewrite;
  readonly quota?: ProxyQuota;
}
