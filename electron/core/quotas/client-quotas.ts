import type { z } from 'zod';
import type { QuotaStatus } from '../../../shared/contract/quotas.ts';
import { isWithin } from '../../../shared/folders.ts';
import type { Grant } from '../../../shared/grant.ts';
import type { quotaList } from '../../../shared/http/answers.ts';

type ListedQuota = z.output<typeof quotaList>['quotas'][number];

interface QuotaClient {
  readonly id: string;
  readonly grants: readonly Grant[];
  /** Folder; left out where it has none. */
  readonly project?: string;
}

/** Provider and label of a credential; null: it is gone. */
type PlaceOf = (credential: string) => { readonly provider: string; readonly label: string } | null;

/** The limits that may hold for calls of a client, without a word of other clients, credentials and folders. */
export function quotasFor(client: QuotaClient, quotas: readonly QuotaStatus[], placeOf: PlaceOf): ListedQuota[] {
  return quotas.filter((quota) => concerns(client, quota, placeOf)).map((quota) => listed(client, quota));
}

function concerns(
  { id, grants, project }: QuotaClient,
  { definition: { scope, enabled } }: QuotaStatus,
  placeOf: PlaceOf,
): boolean {
  if (!enabled) return false;
  switch (scope.kind) {
    case 'all':
    case 'system':
      return true;
    case 'project':
      return project !== undefined && isWithin(scope.project, project);
    case 'clients':
      return scope.clients.includes(id);
    case 'provider':
      return reaches(grants, scope.provider, null);
    case 'credential': {
      const place = placeOf(scope.credential);
      return place !== null && reaches(grants, place.provider, place.label);
    }
  }
}

/** @param label - null: any of the provider. */
function reaches(grants: readonly Grant[], provider: string, label: string | null): boolean {
  return grants.some(
    (held) =>
      'provider' in held &&
      held.provider === provider &&
      (label === null || held.label === null || held.label === label),
  );
}

function listed({ id: client }: QuotaClient, quota: QuotaStatus): ListedQuota {
  const { id, definition, used, reserved, available, kept, percent, state, resetsAt, clients } = quota;
  const { name, counts, scope, period, atLimit } = definition;
  const own = clients.find((one) => one.client === client);
  return {
    id,
    name,
    what: counts,
    scope: scope.kind,
    period: period.every,
    limit: available,
    used,
    reserved,
    kept,
    percent,
    state,
    atLimit,
    resetsAt,
    // Of a pool: what this client used of its part.
    own: own === undefined || clients.length < 2 ? null : { used: own.used, share: own.share },
  };
}
