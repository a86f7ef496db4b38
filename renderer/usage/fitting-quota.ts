import type { QuotaStatus } from '../../shared/contract/quotas.ts';
import type { UsageOverview } from '../../shared/contract/usage.ts';
import type { QuotaCounts, QuotaScope } from '../../shared/quotas.ts';
import { hasPicture } from '../quotas/forecast.ts';
import { dayIn } from './ranges.ts';
import type { NamedFilter } from './use-filter.ts';

const DAY_MS = 86_400_000;

/** What the names in reports stand for. */
export interface NameIds {
  /** "openai/work"; undefined: the key is gone. */
  readonly credential: (id: string) => string | undefined;
  readonly client: (id: string) => string | undefined;
}

interface Shown {
  readonly counts: QuotaCounts;
  readonly range: Pick<UsageOverview, 'from' | 'to' | 'zone'>;
  readonly names: NamedFilter['names'];
  readonly nowMs: number;
}

/**
 * The quota that is about what the screen shows: it counts the same, is for all calls or for the one name filtered to, and
 * its period runs now while the range reaches to now. Of several the one whose period is most like the range in length.
 */
export function fittingQuota(
  quotas: readonly QuotaStatus[],
  { counts, range, names, nowMs }: Shown,
  ids: NameIds,
): QuotaStatus | null {
  const day = (text: string): string => (text.length === 10 ? text : dayIn(range.zone, text));
  const [from, to, today] = [day(range.from), day(range.to), dayIn(range.zone, new Date(nowMs).toISOString())];
  if (today < from || today > to) return null;
  const lengthMs = Date.parse(to) - Date.parse(from) + DAY_MS;
  const unlike = ({ startsAt, resetsAt }: QuotaStatus): number =>
    Math.abs(Math.log((Date.parse(resetsAt) - Date.parse(startsAt)) / lengthMs));
  const fit = quotas.filter((quota) => {
    const { definition, startsAt, resetsAt } = quota;
    const runs = Date.parse(startsAt) <= nowMs && nowMs < Date.parse(resetsAt);
    const isShown = definition.counts === counts && isOf(definition.scope, names, ids);
    return definition.enabled && runs && isShown && hasPicture(quota);
  });
  return fit.toSorted((one, other) => unlike(one) - unlike(other) || other.percent - one.percent)[0] ?? null;
}

function isOf(scope: QuotaScope, names: NamedFilter['names'], ids: NameIds): boolean {
  const [only, ...more] = names;
  if (only === undefined) return scope.kind === 'all';
  if (more.length > 0 || only.name === '') return false;
  switch (scope.kind) {
    case 'provider':
      return only.dimension === 'provider' && scope.provider === only.name;
    case 'credential':
      return only.dimension === 'credential' && ids.credential(scope.credential) === only.name;
    case 'clients': {
      const [id, ...others] = scope.clients;
      const isOne = id !== undefined && others.length === 0;
      return only.dimension === 'client' && isOne && ids.client(id) === only.name;
    }
    case 'project':
      return only.dimension === 'project' && scope.project === only.name;
    case 'all':
    case 'system':
      return false;
  }
}
