import { AppError } from '../../../shared/errors.ts';
import type { CheckResult } from '../../../shared/contract/schemas.ts';
import type { Emit } from '../events.ts';
import type { Log } from '../logs/log.ts';
import { type Catalogue, dearestCheck } from '../providers/catalogue.ts';
import type { Clock } from '../seams.ts';
import { type Finding, saysRefused } from './finding.ts';
import type { ResolvedCredential } from './types.ts';

/** After a look; it doubles while calls go on being refused, since the test then says that the key is not why. */
const FIRST_REST_MS = 5 * 60_000;
const LONGEST_REST_MS = 3_600_000;

export interface RefusedCallsDeps {
  readonly clock: Clock;
  readonly log: Pick<Log, 'warn'>;
  readonly catalogue: Catalogue;
  readonly credentials: {
    finding(id: string, version: number): Finding | null;
    test(target: { readonly id: string }, force: boolean, actor: string): Promise<CheckResult>;
  };
  readonly emit: Emit;
}

interface Rest {
  /** Monotonic milliseconds. */
  readonly untilMs: number;
  readonly restMs: number;
}

/**
 * A provider answers 401 to a forwarded call. That may be about the request, so it is no finding: the key is tested once,
 * where that is free, and only a test that is refused as well says that it died. A tool can thus neither mark a key nor
 * have it tested more often than this.
 */
export class RefusedCalls {
  readonly #deps: RefusedCallsDeps;
  /** By id and version: a new value is looked at anew. */
  readonly #rests = new Map<string, Rest>();
  readonly #looking = new Set<Promise<void>>();

  constructor(deps: RefusedCallsDeps) {
    this.#deps = deps;
  }

  /** Called on the way of a call: it throws nothing and waits for nothing. */
  refused(credential: ResolvedCredential): void {
    const name = `${credential.id}/${credential.version}`;
    const nowMs = this.#deps.clock.monotonic();
    const before = this.#rests.get(name);
    if (before !== undefined && nowMs < before.untilMs) return;
    const restMs = before === undefined ? FIRST_REST_MS : Math.min(LONGEST_REST_MS, before.restMs * 2);
    this.#rests.set(name, { untilMs: nowMs + restMs, restMs });
    const looking = this.#look(credential).finally(() => this.#looking.delete(looking));
    this.#looking.add(looking);
  }

  locking(): void {
    this.#rests.clear();
  }

  /** Resolves when no test of this is under way. */
  async settled(): Promise<void> {
    await Promise.all(this.#looking);
  }

  async #look(credential: ResolvedCredential): Promise<void> {
    const { emit, log } = this.#deps;
    try {
      if (await this.#died(credential)) emit({ event: 'credentials.died', data: { ids: [credential.id] } });
    } catch (error) {
      // Paused after failed tests, locked, purged meanwhile: the next call that is refused asks again.
      if (!(error instanceof AppError)) log.warn('credentials.not-looked-at-again');
    }
  }

  /** Whether it was not known to be dead, and is. */
  async #died({ id, version, provider, authKind }: ResolvedCredential): Promise<boolean> {
    const { catalogue, credentials } = this.#deps;
    const known = credentials.finding(id, version);
    if (known?.says === 'refused' && known.by === 'test') return false;
    const descriptor = catalogue.find(provider);
    if (descriptor === undefined || dearestCheck(descriptor, authKind) !== 0) return false;
    const { result } = await credentials.test({ id }, true, 'system');
    return saysRefused(result);
  }
}
