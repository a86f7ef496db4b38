import { AppError } from '../../../shared/errors.ts';
import type { Clock } from '../seams.ts';

const COOL_DOWN_MS = 60_000;
const MUTED_MS = 10 * 60_000;
const DENIALS_THAT_MUTE = 3;
const MAX_CALLERS = 1000;

interface Denied {
  /** Denials without a yes in between, none older than the mute lasts. */
  count: number;
  lastMs: number;
  mutedUntilMs: number;
  readonly coolUntilMs: Map<string, number>;
}

/**
 * What a no means for a while (SECURITY-DESIGN.md section 7, "Consent"): the same thing is not asked again for a minute,
 * and who was told no three times in a row is not heard for ten. Time that ran out counts as a no.
 */
export class Denials {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #callers = new Map<string, Denied>();

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock;
  }

  /** @throws AppError `forbidden` with the time to wait, where `caller` may not ask for one of `wants` now. */
  check(caller: string, wants: Iterable<string>): void {
    const denied = this.#callers.get(caller);
    if (denied === undefined) return;
    const nowMs = this.#clock.monotonic();
    if (nowMs < denied.mutedUntilMs) throw refused('The owner said no three times', denied.mutedUntilMs - nowMs);
    for (const want of wants) {
      const untilMs = denied.coolUntilMs.get(want) ?? 0;
      if (nowMs < untilMs) throw refused('The owner said no a moment ago', untilMs - nowMs);
    }
  }

  denied(caller: string, wants: Iterable<string>): void {
    const nowMs = this.#clock.monotonic();
    const before = this.#callers.get(caller);
    const isOld = before === undefined || nowMs - before.lastMs >= MUTED_MS;
    const count = (isOld ? 0 : before.count) + 1;
    const coolUntilMs = new Map([...(before?.coolUntilMs ?? [])].filter(([, untilMs]) => nowMs < untilMs));
    for (const want of wants) coolUntilMs.set(want, nowMs + COOL_DOWN_MS);
    const muted = count >= DENIALS_THAT_MUTE;
    this.#callers.delete(caller);
    this.#callers.set(caller, {
      count: muted ? 0 : count,
      lastMs: nowMs,
      mutedUntilMs: muted ? nowMs + MUTED_MS : 0,
      coolUntilMs,
    });
    for (const oldest of this.#callers.keys()) {
      if (this.#callers.size <= MAX_CALLERS) break;
      this.#callers.delete(oldest);
    }
  }

  allowed(caller: string): void {
    this.#callers.delete(caller);
  }
}

function refused(why: string, retryAfterMs: number): AppError {
  return new AppError(
    'forbidden',
    `${why}, so nobody was asked. Nothing was handed out.`,
    `Try again in ${Math.ceil(retryAfterMs / 1000)} s, or let the owner grant it: keyharbor client add NAME --grant GRANT`,
    { retryAfterMs },
  );
}
