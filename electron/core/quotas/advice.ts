import type { QuotaPeriodUse, QuotaProposal, QuotaStatus, QuotaWhatIf } from '../../../shared/contract/quotas.ts';
import { AppError } from '../../../shared/errors.ts';
import type { QuotaDefinition } from '../../../shared/quotas.ts';
import type { Emit } from '../events.ts';
import type { Log } from '../logs/log.ts';
import type { ProviderDescriptor } from '../../../shared/provider/descriptor.ts';
import type { Clock } from '../seams.ts';
import { HOUR_MS } from '../usage/reporting-days.ts';
import type { UsageReader } from '../usage/worker/usage-reader.ts';
import type { Fitting } from './fitting-limit.ts';
import { proposalsOf, seenInWords } from './proposals.ts';
import type { Quotas } from './quotas.ts';
import { whatIfTime } from './what-if-time.ts';

export interface AdviceDeps {
  readonly quotas: Quotas;
  readonly reader: Pick<UsageReader, 'query'>;
  readonly clock: Clock;
  readonly log: Pick<Log, 'warn'>;
  readonly emit: Emit;
  /** The reporting zone (IANA). */
  readonly zone: () => string;
  /** Those of which the owner keeps a credential. */
  readonly providers: () => readonly Pick<ProviderDescriptor, 'id' | 'name' | 'category'>[];
}

const DAY_MS = 24 * HOUR_MS;
/** Not right at unlock, when everything else begins too. */
const FIRST_ADJUST_MS = 5 * 60_000;
/** A limit that would move by less stays. */
const LEAST_MOVE = 0.05;

/** What the records say about quotas: read on the worker thread. */
export class QuotaAdvice {
  readonly #deps: AdviceDeps;
  #callOff: (() => void) | null = null;

  constructor(deps: AdviceDeps) {
    this.#deps = deps;
  }

  /** Limits that their owner lets move are looked at once a day while the vault is open. */
  unlocked(): void {
    this.#adjustIn(FIRST_ADJUST_MS);
  }

  locking(): void {
    this.#callOff?.();
    this.#callOff = null;
  }

  /** @throws AppError `invalid_input`. */
  async whatIf(given: {
    definition: QuotaDefinition;
    from?: string | undefined;
    to?: string | undefined;
  }): Promise<QuotaWhatIf> {
    const { clock, reader } = this.#deps;
    const { definition } = given;
    const { fromMs, toMs } = whatIfTime(given, this.#deps.zone(), clock.now());
    const held = this.#deps.quotas.inForce(definition);
    return await reader.query('quotaWhatIf', { definition: held, fromMs, toMs, ...this.#around() });
  }

  /** @throws AppError `not_found`. */
  async history(id: string, periods: number): Promise<{ id: string; limit: number; periods: QuotaPeriodUse[] }> {
    const { definition } = this.#deps.quotas.get(id);
    const nowMs = this.#deps.clock.now();
    const used = await this.#deps.reader.query('quotaHistory', { definition, periods, nowMs, ...this.#around() });
    return { id, limit: definition.limit, periods: used };
  }

  async proposals(): Promise<QuotaProposal[]> {
    const { quotas, providers } = this.#deps;
    const fitting = await this.#fitting(quotas.list());
    const hasSystem = quotas.systemIds().length > 0;
    return proposalsOf({ quotas: quotas.list(), fitting, providers: providers(), hasSystem });
  }

  /** @throws AppError `not_found` where it does not stand any more, or never did. */
  async apply(id: string, actor: string): Promise<QuotaStatus> {
    const proposal = (await this.proposals()).find((one) => one.id === id);
    if (proposal === undefined) {
      throw new AppError(
        'not_found',
        'There is no such proposal, or it does not stand any more. Nothing was changed.',
        'See "keyharbor quota proposals".',
      );
    }
    const { quota, definition } = proposal;
    return this.#deps.quotas.set({ ...(quota === null ? {} : { id: quota }), definition }, actor);
  }

  /** Within the bounds that the owner set, and no further. Each change is told of. */
  async adjust(): Promise<void> {
    const { quotas } = this.#deps;
    const moving = quotas.list().filter(({ definition }) => definition.enabled && definition.adjust !== null);
    if (moving.length === 0) return;
    for (const fit of await this.#fitting(moving)) {
      const { id, limit } = fit;
      const { definition } = quotas.get(id);
      const bounds = definition.adjust;
      if (bounds === null) continue;
      const within = Math.min(bounds.max, Math.max(bounds.min, limit));
      if (Math.abs(within - definition.limit) <= definition.limit * LEAST_MOVE) continue;
      quotas.set({ id, definition: { ...definition, limit: within } }, 'system', 'quota.adjust');
      const { name, counts } = definition;
      const because = `${seenInWords(fit, counts)}.`;
      this.#deps.emit({
        event: 'quota.adjusted',
        data: { id, name, counts, from: definition.limit, to: within, because },
      });
    }
  }

  #adjustIn(ms: number): void {
    this.#callOff = this.#deps.clock.after(ms, () => {
      this.#adjustIn(DAY_MS);
      this.adjust().catch(() => this.#deps.log.warn('quotas.not-adjusted')); // a lock meanwhile: tomorrow again
    });
  }

  /** A quota that was changed or removed while the records were read has none: they were read for another one. */
  async #fitting(asked: readonly QuotaStatus[]): Promise<readonly Fitting[]> {
    if (asked.length === 0) return [];
    const nowMs = this.#deps.clock.now();
    const quotas = asked.map(({ id, definition }) => ({ id, definition }));
    const fitting = await this.#deps.reader.query('fittingLimits', { quotas, nowMs, ...this.#around() });
    const still = new Map(this.#deps.quotas.list().map(({ id, updatedAt }) => [id, updatedAt]));
    const same = new Set(asked.flatMap(({ id, updatedAt }) => (still.get(id) === updatedAt ? [id] : [])));
    return fitting.filter(({ id }) => same.has(id));
  }

  #around() {
    return { zone: this.#deps.zone(), system: this.#deps.quotas.systemIds() };
  }
}
