import type { CredentialSummary } from '../../shared/contract/schemas.ts';
import type { Sort } from '../state/route.ts';
import { healthOf, healthRank } from './health.ts';
import type { Surroundings } from './search.ts';

/** What a person calls a credential: its own name, else its label. */
export const displayName = (one: Pick<CredentialSummary, 'name' | 'label'>): string =>
  one.name === '' ? one.label : one.name;

const time = (iso: string | null | undefined): number => (iso ? Date.parse(iso) : 0);

/** Sorted for the list; equal ones by provider and name, so that the order never jumps. */
export function sorted(
  credentials: readonly CredentialSummary[],
  sort: Sort,
  { nowMs, providerName }: Surroundings,
): readonly CredentialSummary[] {
  const collator = new Intl.Collator(undefined, { sensitivity: 'base', numeric: true });
  const byName = (a: CredentialSummary, b: CredentialSummary): number =>
    collator.compare(providerName(a.provider), providerName(b.provider)) ||
    collator.compare(displayName(a), displayName(b));
  const rank = (one: CredentialSummary): number => {
    switch (sort) {
      case 'name':
        return 0;
      case 'state':
        return healthRank(healthOf(one, nowMs));
      case 'tested':
        return -time(one.lastTest?.checkedAt);
      case 'used':
        return -time(one.lastUsedAt);
      case 'created':
        return -time(one.createdAt);
      case 'expires':
        return one.expiresAt === null ? Number.MAX_SAFE_INTEGER : time(one.expiresAt);
    }
  };
  const ranked = credentials.map((one) => [rank(one), one] as const);
  return ranked.sort(([x, a], [y, b]) => x - y || byName(a, b)).map(([, one]) => one);
}

export interface ProviderGroup {
  readonly provider: string;
  readonly credentials: readonly CredentialSummary[];
}

/** One group per provider, in the order in which its first credential stands. */
export function grouped(credentials: readonly CredentialSummary[]): readonly ProviderGroup[] {
  const groups = new Map<string, CredentialSummary[]>();
  for (const one of credentials) {
    const group = groups.get(one.provider);
    if (group === undefined) groups.set(one.provider, [one]);
    else group.push(one);
  }
  return [...groups].map(([provider, list]) => ({ provider, credentials: list }));
}
