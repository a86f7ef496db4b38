import type { Clock } from '../seams.ts';
import type { VerifiedClient } from './clients.ts';
import { TokenBucket } from './token-bucket.ts';

/** 60 at 20 a second, as PRODUCT.md says; the same proportion for other rates. */
const BURST_SECONDS = 3;

/** One bucket for each client, so that none can use up another's. In memory: a restart fills them. */
export class ClientRates {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #buckets = new Map<string, TokenBucket>();

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock;
  }

  /** Counts one request. 0: within the rate; else milliseconds to wait. */
  take(client: VerifiedClient): number {
    if (client.ratePerSecond === null) return 0;
    const nowMs = this.#clock.monotonic();
    let bucket = this.#buckets.get(client.id);
    if (bucket === undefined) {
      const burst = Math.max(1, client.ratePerSecond * BURST_SECONDS);
      bucket = new TokenBucket(client.ratePerSecond, burst, nowMs);
      this.#buckets.set(client.id, bucket);
    }
    return bucket.take(nowMs);
  }

  forget(clientId: string): void {
    this.#buckets.delete(clientId);
  }
}
