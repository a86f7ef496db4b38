import type { QuotaStatus } from '../../shared/contract/quotas.ts';
import type { forecastQuery } from '../../shared/contract/usage-forecast.ts';
import type { UsageFilter } from '../../shared/contract/usage.ts';
import type { QuotaScope } from '../../shared/quotas.ts';
import { dayIn } from '../usage/ranges.ts';
import type { z } from 'zod';

/** As many names a filter takes. */
const MOST_NAMES = 100;
/** Fewer than four days make no picture. */
const SHORTEST_MS = 4 * 86_400_000 - 7_200_000; // less an hour or two where clocks change

/**
 * What to ask of `usage.forecast` for a quota; null where it can tell nothing: periods of less than days, and scopes that
 * no report can be narrowed to.
 * @param zone - whose days the period has.
 * @param folders - that calls were made in: of a project, itself and those below it. Left out: not known.
 */
export function forecastOf(
  quota: QuotaStatus,
  zone: string,
  folders: readonly string[] = [],
): z.input<typeof forecastQuery> | null {
  const { definition, available, kept, startsAt, resetsAt } = quota;
  const { counts, scope, countImports } = definition;
  const filter = filterOf(scope, folders);
  if (filter === null || !hasPicture(quota)) return null;
  const lastMoment = new Date(Date.parse(resetsAt) - 1).toISOString();
  const days = { from: dayIn(zone, startsAt), to: dayIn(zone, lastMoment) };
  return { figure: counts, ...days, zone, limit: available - kept, imports: countImports, sentOnly: true, ...filter };
}

/** Whether its period is long enough for a picture by day, and there is a limit at all. */
export function hasPicture({ definition, available, startsAt, resetsAt }: QuotaStatus): boolean {
  const { every } = definition.period;
  if (every === 'minute' || every === 'hour' || every === 'day' || available === 0) return false;
  return Date.parse(resetsAt) - Date.parse(startsAt) >= SHORTEST_MS;
}

function filterOf(scope: QuotaScope, folders: readonly string[]): { readonly filter?: UsageFilter } | null {
  switch (scope.kind) {
    case 'all':
      return {};
    case 'provider':
      return { filter: { provider: [scope.provider] } };
    case 'credential':
      return { filter: { credential: [scope.credential] } };
    case 'clients':
      return { filter: { client: [...scope.clients] } };
    // A project counts what is below its folder too.
    case 'project':
      return folders.length === 0 || folders.length > MOST_NAMES ? null : { filter: { project: [...folders] } };
    // System keys are no name in a report.
    case 'system':
      return null;
  }
}
