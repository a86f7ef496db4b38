import type { QuotaStatus } from '../../shared/contract/quotas.ts';
import type { forecastQuery } from '../../shared/contract/usage-forecast.ts';
import type { UsageFilter } from '../../shared/contract/usage.ts';
import type { QuotaScope } from '../../shared/quotas.ts';
import { dayIn } from '../usage/ranges.ts';
import type { z } from 'zod';

/** Fewer than four days make no picture. */
const SHORTEST_MS = 4 * 86_400_000 - 7_200_000; // less an hour or two where clocks change

/**
 * What to ask of `usage.forecast` for a quota; null where it can tell nothing: periods of less than days, and scopes that
 * no report can be narrowed to.
 * @param zone - whose days the period has.
 */
export function forecastOf(
  { definition, available, startsAt, resetsAt }: QuotaStatus,
  zone: string,
): z.input<typeof forecastQuery> | null {
  const { counts, scope, period, countImports } = definition;
  if (period.every === 'minute' || period.every === 'hour' || period.every === 'day' || available === 0) return null;
  const filter = filterOf(scope);
  if (filter === null) return null;
  if (Date.parse(resetsAt) - Date.parse(startsAt) < SHORTEST_MS) return null;
  const lastMoment = new Date(Date.parse(resetsAt) - 1).toISOString();
  const days = { from: dayIn(zone, startsAt), to: dayIn(zone, lastMoment) };
  return { figure: counts, ...days, zone, limit: available, imports: countImports, sentOnly: true, ...filter };
}

function filterOf(scope: QuotaScope): { readonly filter?: UsageFilter } | null {
  switch (scope.kind) {
    case 'all':
      return {};
    case 'provider':
      return { filter: { provider: [scope.provider] } };
    case 'credential':
      return { filter: { credential: [scope.credential] } };
    case 'clients':
      return { filter: { client: [...scope.clients] } };
    // A project counts what is below its folder too, and system keys are no name in a report.
    case 'project':
    case 'system':
      return null;
  }
}
