import { useEffect } from 'react';
import type { Input } from '../../shared/contract/methods.ts';
import type { QuotaStatus } from '../../shared/contract/quotas.ts';
import type { UsageOverview } from '../../shared/contract/usage.ts';
import { isWithin } from '../../shared/folders.ts';
import type { QuotaCounts } from '../../shared/quotas.ts';
import { useNow } from '../contract/use-now.ts';
import { forecastOf } from '../quotas/forecast.ts';
import { loadClients, useClients } from '../state/clients.ts';
import { useCredentials } from '../state/credentials.ts';
import { loadQuotas, useQuotas } from '../state/quotas.ts';
import { fittingQuota } from './fitting-quota.ts';
import type { NamedFilter } from './use-filter.ts';
import { useQuestion } from './use-question.ts';

const EVERY_MS = 60_000;

export interface Limit {
  readonly quota: QuotaStatus;
  /** What to ask of `usage.forecast` for its burn-down. */
  readonly query: Input<'usage.forecast'>;
  /** Folders below the one filtered to are in it. */
  readonly isWider: boolean;
}

/** The quota that is about what is shown, where the owner has one whose burn-down can be drawn. */
export function useLimit(counts: QuotaCounts, range: UsageOverview, named: NamedFilter): Limit | null {
  const quotas = useQuotas((store) => store.list);
  const credentials = useCredentials((store) => store.byId);
  const clients = useClients((store) => store.list);
  const nowMs = useNow(EVERY_MS);
  useEffect(() => {
    void loadQuotas();
    void loadClients();
  }, []);
  const quota = fittingQuota(
    quotas,
    { counts, range, names: named.names, nowMs },
    {
      credential: (id) => credentials.get(id)?.ref,
      client: (id) => clients.find((one) => one.id === id)?.name,
    },
  );
  const scope = quota?.definition.scope;
  const folder = scope?.kind === 'project' ? scope.project : null;
  const projects = useQuestion('usage.report', folder === null ? null : { by: 'project' }, { everyMs: EVERY_MS });
  if (quota === null) return null;
  const { period } = quota.definition;
  const below =
    folder === null ? [] : (projects.data?.rows ?? []).map(({ key }) => key).filter((name) => isWithin(folder, name));
  const query = forecastOf(quota, period.every === 'cron' ? period.zone : range.zone, below);
  return query === null ? null : { quota, query, isWider: below.length > 1 };
}
