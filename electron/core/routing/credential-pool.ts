import type { PoolMember, PoolRule } from '../../../shared/contract/routing.ts';
import { ABOUT_CREDENTIAL } from '../proxy/failures.ts';
import type { Finding } from '../credentials/finding.ts';
import type { Clock } from '../seams.ts';

/** First rest after such an answer; it doubles with each failed probe. */
const FIRST_REST_MS: Readonly<Record<number, number>> = { 401: 300_000, 402: 300_000, 429: 20_000 };
const LONGEST_REST_MS = 3_600_000;
const FOUND_REST_MS = 300_000;
/** A probe that never came back does not keep a credential out for good. */
const PROBE_PATIENCE_MS = 60_000;
/** A provider may ask for a longer pause than we would choose, up to this. */
const LONGEST_ASKED_MS = 24 * 3_600_000;

interface Health {
  /** Monotonic milliseconds; 0 while healthy. */
  restsUntilMs: number;
  restMs: number;
  because: number | null;
  told: 'answer' | Finding['by'];
  probeSinceMs: number | null;
}

/**
 * Which credential of a provider answers next. One that was exhausted or refused rests; when its time is over one call
 * is let through as a probe, and its answer decides. Kept in memory; a lock forgets it.
 */
export class CredentialPool {
  readonly #clock: Clock;
  readonly #health = new Map<string, Health>();
  readonly #uses = new Map<string, number>();
  readonly #turns = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * The labels to try, best first. Resting ones come last, the one that rests shortest first: where all rest a call
   * is still made with what was asked for.
   * @param usable - whether this client may use it, and it is served now.
   */
  order(provider: string, rule: PoolRule, usable: (label: string) => boolean): readonly string[] {
    const members = rule.members.filter((member) => usable(member.label));
    const now = this.#clock.monotonic();
    const arranged = this.#arranged(provider, rule, members);
    const ready = arranged.filter((label) => this.#isReady(key(provider, label), now));
    const resting = arranged
      .filter((label) => !ready.includes(label))
      .sort((a, b) => this.#restsUntil(provider, a) - this.#restsUntil(provider, b));
    return [...ready, ...resting];
  }

  /** A call with it begins: counts its use, and makes it the probe where it was resting. */
  begin(provider: string, label: string): void {
    const name = key(provider, label);
    this.#uses.set(name, (this.#uses.get(name) ?? 0) + 1);
    const health = this.#health.get(name);
    if (health !== undefined) health.probeSinceMs = this.#clock.monotonic();
  }

  /** What came of it. Other failures say nothing about the credential and leave its rest as it is. */
  answered(provider: string, label: string, status: number, retryAfterMs: number | null): void {
    const name = key(provider, label);
    if (!ABOUT_CREDENTIAL.has(status)) {
      const health = this.#health.get(name);
      if (status < 500) this.#health.delete(name);
      else if (health !== undefined) health.probeSinceMs = null;
      return;
    }
    const now = this.#clock.monotonic();
    const before = this.#health.get(name);
    const failedProbe = before !== undefined && before.probeSinceMs !== null;
    const first = FIRST_REST_MS[status] ?? LONGEST_REST_MS;
    const restMs = Math.min(LONGEST_REST_MS, failedProbe ? before.restMs * 2 : Math.max(first, before?.restMs ?? 0));
    const asked = status === 429 ? Math.min(retryAfterMs ?? 0, LONGEST_ASKED_MS) : 0;
    const restsUntilMs = now + (asked > 0 ? asked : restMs);
    this.#health.set(name, { restsUntilMs, restMs, because: status, told: 'answer', probeSinceMs: null });
  }

  /**
   * A test or a tool says how it stands with it: it rests from now on, as after an answer that said so, or is well again.
   * A rest that has begun is not made shorter. A test that goes well is free, so it says nothing of credit or rate.
   */
  found(provider: string, label: string, { says, by }: Pick<Finding, 'says' | 'by'>): void {
    const name = key(provider, label);
    const before = this.#health.get(name);
    if (says === 'works' && (before?.told !== 'answer' || before.because === 401)) this.#health.delete(name);
    if (says === 'works' || says === 'unclear') return;
    const restMs = Math.max(FOUND_REST_MS, before?.restMs ?? 0);
    const restsUntilMs = Math.max(this.#clock.monotonic() + restMs, before?.restsUntilMs ?? 0);
    this.#health.set(name, { restsUntilMs, restMs, because: null, told: by, probeSinceMs: null });
  }

  /** The connection broke or the client left before an answer came. */
  unanswered(provider: string, label: string): void {
    const health = this.#health.get(key(provider, label));
    if (health !== undefined) health.probeSinceMs = null;
  }

  state(provider: string, rule: PoolRule): PoolMember[] {
    const now = this.#clock.monotonic();
    return rule.members.map(({ label }) => {
      const health = this.#health.get(key(provider, label));
      if (health === undefined) return { provider, label, state: 'healthy', until: null, because: null, told: null };
      const until = new Date(this.#clock.now() + Math.max(0, health.restsUntilMs - now)).toISOString();
      const probing = health.restsUntilMs <= now;
      const { because, told } = health;
      return { provider, label, state: probing ? 'probing' : 'resting', until, because, told };
    });
  }

  /** Another credential or a new value has this name: what was known of the old one does not count. */
  forgetMember(provider: string, label: string): void {
    this.#health.delete(key(provider, label));
  }

  /** A lock. */
  forget(): void {
    for (const map of [this.#health, this.#uses, this.#turns]) map.clear();
  }

  #arranged(provider: string, rule: PoolRule, members: PoolRule['members']): string[] {
    switch (rule.strategy) {
      case 'priority':
        return members.map(({ label }) => label);
      case 'round-robin': {
        const turn = this.#turns.get(provider) ?? 0;
        this.#turns.set(provider, turn + 1);
        return members.map((_, at) => members[(at + turn) % members.length]?.label ?? '');
      }
      case 'least-used':
        return sorted(members, ({ label }) => this.#uses.get(key(provider, label)) ?? 0);
      case 'cheapest':
        return sorted(members, ({ cost }) => cost);
    }
  }

  #isReady(name: string, now: number): boolean {
    const health = this.#health.get(name);
    if (health === undefined) return true;
    if (now < health.restsUntilMs) return false;
    return health.probeSinceMs === null || now - health.probeSinceMs >= PROBE_PATIENCE_MS;
  }

  #restsUntil(provider: string, label: string): number {
    return this.#health.get(key(provider, label))?.restsUntilMs ?? 0;
  }
}

const key = (provider: string, label: string): string => `${provider}/${label}`;

/** Stable: equal ones stay in the owner's order. */
function sorted(members: PoolRule['members'], by: (member: PoolRule['members'][number]) => number): string[] {
  return [...members].sort((a, b) => by(a) - by(b)).map(({ label }) => label);
}
