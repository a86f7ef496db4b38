import type { QuotaStatus } from '../../shared/contract/quotas.ts';
import type { forecastQuery } from '../../shared/contract/usage-forecast.ts';
import type { UsageFilter } from '../../shared/contract/usage.ts';
import type { QuotaScope } from '../../shared/quotas.ts';
import type { z } from 'zod';

/**
 * What to ask of `usage.forecast` for a quota; null where it can tell nothing: periods of less than days, and scopes that
 * no report can be narrowed to.
 */
export function forecastOf({
  definition,
  available,
  startsAt,
  resetsAt,
}: QuotaStatus): z.input<typeof forecastQuery> | null {
  const { counts, scope, period } = definition;
  if (period.every === 'minute' || period.every === 'hour' || period.every === 'day' || available === 0) return null;
  const filter = filterOf(scope);
  if (filter === null) return null;
  const lastDay = new Date(Date.parse(resetsAt) - 1);
  const isDays = lastDay.getTime() - Date.parse(startsAt) > 3 * 86_400_000;
  if (!isDays) return null;
  return { figure: counts, from: day(new Date(startsAt)), to: day(lastDay), limit: available, ...filter };
}

/** In this computer's zone, which is the reporting zone unless the owner chose another. */
function day(moment: Date): string {
  const two = (part: number): string => String(part).padStart(2, '0');
  return `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`;
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
