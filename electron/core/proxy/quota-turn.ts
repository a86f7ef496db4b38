import type { ProxyQuota, QuotaAsk, QuotaHold } from './observers.ts';

/** What the owner's quotas hold for one call, and its wait where calls are slowed. */
export class QuotaTurn {
  readonly #quota: ProxyQuota;
  readonly #after: (ms: number, act: () => void) => () => void;
  #hold: QuotaHold | null = null;
  #stopWaiting: (() => void) | null = null;

  constructor(quota: ProxyQuota, after: (ms: number, act: () => void) => () => void) {
    this.#quota = quota;
    this.#after = after;
  }

  /** Nothing was sent yet: it waits because a limit is near. */
  get isWaiting(): boolean {
    return this.#stopWaiting !== null;
  }

  /**
   * Calls `act` when the call may go out: at once, or after a while. A second one takes the place of the first.
   * @param waits - told how long the wait takes, where there is one.
   * @throws AppError `quota_exceeded` where it may not.
   */
  begin(ask: QuotaAsk, act: () => void, waits: (over: Promise<void>) => void): void {
    this.#hold?.end(); // the attempt before is recorded too
    this.#hold = null;
    this.#hold = this.#quota.reserve(ask);
    const delayMs = this.#hold?.delayMs ?? 0;
    if (delayMs === 0) {
      act();
      return;
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    const callOff = this.#after(delayMs, () => {
      this.#stopWaiting = null;
      resolve();
      act();
    });
    this.#stopWaiting = () => {
      callOff();
      resolve();
    };
    waits(promise);
  }

  /** The call is over, and told to whoever records it. */
  end(): void {
    this.#stopWaiting?.();
    this.#stopWaiting = null;
    this.#hold?.end();
    this.#hold = null;
  }
}
