import type Database from 'better-sqlite3';
import type { QuotaPeriodUse } from '../../../shared/contract/quotas.ts';
import type { QuotaDefinition } from '../../../shared/quotas.ts';
import { reportingDays } from '../usage/reporting-days.ts';
import { windowAt, windowBefore } from './periods.ts';
import { amountOf, isAbout, isCounted } from './subject.ts';
import { shownSum } from '../usage/largest-sum.ts';
import { useSums } from './use-sums.ts';

export interface HistoryInput {
  readonly definition: QuotaDefinition;
  readonly periods: number;
  readonly nowMs: number;
  /** The reporting zone (IANA). */
  readonly zone: string;
  /** Ids of the system credentials. */
  readonly system: readonly string[];
}

/** What was used in the last periods, the oldest first; the one that runs is the last. */
export function quotaHistory(db: Database.Database, input: HistoryInput): QuotaPeriodUse[] {
  const { definition, nowMs, system } = input;
  const days = reportingDays(input.zone);
  const isSystem = new Set(system);
  const periods: QuotaPeriodUse[] = [];
  let window = windowAt(definition.period, days, nowMs);
  while (periods.length < input.periods && window.startMs >= 0) {
    const sums = { used: 0, requests: 0, unpriced: 0 };
    for (const sum of useSums(db, days, window)) {
      if (!isAbout(definition.scope, sum, (id) => isSystem.has(id)) || !isCounted(definition, sum)) continue;
      sums.used = shownSum(sums.used + amountOf(sum, definition.counts));
      sums.requests += sum.requests;
      sums.unpriced += definition.counts === 'cost' ? sum.unpriced : 0;
    }
    periods.push({
      startsAt: new Date(window.startMs).toISOString(),
      endsAt: new Date(window.endMs).toISOString(),
      ...sums,
      percent: definition.limit === 0 ? 100 : (sums.used / definition.limit) * 100,
      current: periods.length === 0,
    });
    window = windowBefore(definition.period, days, window);
  }
  return periods.toReversed();
}
