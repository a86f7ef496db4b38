import type { Clock } from '../seams.ts';
import type { VerifiedClient } from './clients.ts';
import { TokenBucket } from './token-bucket.ts';

/** 60 at 20 a second, as PRODUCT.md says; the same proportion for other rates. */
const BURST_SECONDS = 3;
/** Above what a few busy tools ask for together; a key that is asked for more often is being misused. */
const PER_CREDENTIAL_A_SECOND = 100;
/** Full ones are forgotten above it: a bucket that nobody asked for a while is as good as a new one. */
const MAX_KEPT = 10_000;

class Buckets {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #buckets = new Map<string, TokenBucket>();

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock;
  }

  take(id: string, perSecond: number): number {
    const nowMs = this.#clock.monotonic();
    let bucket = this.#buckets.get(id);
    if (bucket === undefined) {
      if (this.#buckets.size >= MAX_KEPT) this.#buckets.clear();
      bucket = new TokenBucket(perSecond, Math.max(1, perSecond * BURST_SECONDS), nowMs);
      this.#buckets.set(id, bucket);
    }
    return bucket.take(nowMs);
  }

  forget(id: string): void {
    this.#buckets.delete(id);
  }
}

/** One bucket for each client, so that none can use up another's. In memory: a restart fills them. */
export class ClientRates {
  readonly #buckets: Buckets;

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#buckets = new Buckets(clock);
  }

  /** Counts one request. 0: within the rate; else milliseconds to wait. */
  take(client: VerifiedClient): number {
    return client.ratePerSecond === null ? 0 : this.#buckets.take(client.id, client.ratePerSecond);
  }

  forget(clientId: string): void {
    this.#buckets.forget(clientId);
  }
}

/**
 * One bucket for each credential, shared by all clients that have a rate: many clients together get no further than one
 * key bears. A client whose limit the owner lifted is not counted.
 */
export class CredentialRates {
  readonly #buckets: Buckets;

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#buckets = new Buckets(clock);
  }

  /** Counts one use. 0: within the rate; else milliseconds to wait. */
  take(client: VerifiedClient, credentialId: string): number {
    return client.ratePerSecond === null ? 0 : this.#buckets.take(credentialId, PER_CREDENTIAL_A_SECOND);
  }
}
