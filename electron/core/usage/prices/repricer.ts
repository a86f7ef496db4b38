import { setImmediate } from 'node:timers/promises';
import type { RepriceReport } from '../../../../shared/contract/prices.ts';
import { AppError } from '../../../../shared/errors.ts';
import { appendAudit } from '../../audit/audit-log.ts';
import type { Emit } from '../../events.ts';
import type { Clock } from '../../seams.ts';
import type { OpenVault } from '../../vault/open-vault.ts';
import { ReportingDays } from '../reporting-days.ts';
import type { PriceBook } from './price-book.ts';
import { reprice, type RepriceQuery } from './reprice.ts';

export interface RepricerDeps {
  readonly vault: { opened(): OpenVault };
  readonly clock: Clock;
  readonly emit: Emit;
  readonly usage: { flush(): void };
  readonly prices: { readonly book: PriceBook };
  /** The reporting zone (IANA name). */
  readonly zone: () => string;
}

/** Prices old records anew, where the owner says so: the audit log has what was asked for and what came of it. */
export class Repricer {
  readonly #deps: RepricerDeps;
  #busy = false;

  constructor(deps: RepricerDeps) {
    this.#deps = deps;
  }

  /** @throws AppError `conflict` while another one runs, `invalid_input`, `vault_locked`. */
  async reprice(query: RepriceQuery, actor: string): Promise<RepriceReport> {
    if (this.#busy) {
      throw new AppError('conflict', 'Records are being repriced already. Nothing was changed.', 'Try again later.');
    }
    this.#busy = true;
    try {
      return await this.#run(query, actor);
    } finally {
      this.#busy = false;
    }
  }

  async #run(query: RepriceQuery, actor: string): Promise<RepriceReport> {
    const { vault, usage, prices, zone, emit } = this.#deps;
    usage.flush();
    const { book } = prices;
    const period = { from: query.from ?? '', to: query.to ?? '' };
    if (query.apply) this.#audit(actor, 'usage.reprice', { ...period, asOf: book.asOf });
    const report = await reprice(
      { db: () => vault.opened().usageDb, book, days: new ReportingDays(zone()), pause: () => setImmediate() },
      query,
    );
    if (!query.apply) return report;
    const { changed, oldMicroUsd, newMicroUsd } = report;
    this.#audit(actor, 'usage.repriced', { ...period, changed, oldMicroUsd, newMicroUsd });
    const providers = [...new Set(report.models.map(({ provider }) => provider))];
    emit({ event: 'usage.recorded', data: { requests: 0, providers, clients: [] } });
    return report;
  }

  #audit(actor: string, action: string, meta: Readonly<Record<string, string | number>>): void {
    const vault = this.#deps.vault.opened();
    vault.write(() => appendAudit(vault, this.#deps.clock, { actor, action, result: 'ok', meta }));
  }
}
