import type { ResolvedCredential } from '../credentials/types.ts';
import type { CallInfo, CallOutcome, CallResult, CallTap, ProxyTap } from './observers.ts';

/** What came of an answer of this status that reached its end. */
export function outcomeOf(status: number): CallOutcome {
  return status < 400 ? 'ok' : status < 500 ? 'client_error' : 'upstream_error';
}

/** The times of one call, its status, and who watches it. */
export class CallRecord {
  /** UTC epoch milliseconds. */
  readonly startedAtMs: number;
  readonly #startMs = performance.now();
  #firstByteMs: number | null = null;
  /** null: nobody watches, or whoever did was told of the end. */
  tap: CallTap | null = null;
  /** What the client was told; null: nothing. */
  status: number | null = null;

  constructor(startedAtMs: number) {
    this.startedAtMs = startedAtMs;
  }

  watchedBy(tap: ProxyTap | undefined, info: CallInfo): void {
    this.tap = tap?.request(info) ?? null;
  }

  /** The first of an answer is here. */
  answered(): void {
    this.#firstByteMs ??= performance.now() - this.#startMs;
  }

  /** The answer was not the one that counts: the same credential is tried again. */
  isSentAgain(): void {
    this.#firstByteMs = null;
  }

  /** The same with another credential. */
  isRetried(credential: ResolvedCredential, status: number): void {
    this.tap = this.tap?.retried(this.#result(credential, outcomeOf(status), status)) ?? null;
  }

  /** Once: a whole answer is told before the last of it leaves. */
  ends(credential: ResolvedCredential, outcome: CallOutcome): void {
    const { tap } = this;
    this.tap = null;
    tap?.end(this.#result(credential, outcome, this.status));
  }

  #result(credential: ResolvedCredential, outcome: CallOutcome, status: number | null): CallResult {
    return {
      outcome,
      status,
      credential,
      startedAtMs: this.startedAtMs,
      latencyMs: performance.now() - this.#startMs,
      firstByteMs: this.#firstByteMs,
    };
  }
}
