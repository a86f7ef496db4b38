import type { QuotaStatus } from '../../shared/contract/quotas.ts';
import type { CredentialSummary } from '../../shared/contract/schemas.ts';
import { m } from '../i18n/messages.ts';
import { DAY_MS, healthOf } from '../providers/health.ts';
import type { Route } from '../state/route.ts';

export const UNUSED_DAYS = 90;

export interface Attention {
  readonly key: string;
  readonly tone: 'warn' | 'bad';
  readonly text: string;
  readonly to: Partial<Route>;
  /** What is to be typed into the search of that screen. */
  readonly query?: string;
}

type Key = Pick<CredentialSummary, 'state' | 'expiresAt' | 'lastTest' | 'lastUsedAt' | 'createdAt'>;

/** A key that was never used counts from the day that it was added. */
function isUnused({ state, lastUsedAt, createdAt }: Key, nowMs: number): boolean {
  return state === 'active' && nowMs - Date.parse(lastUsedAt ?? createdAt) >= UNUSED_DAYS * DAY_MS;
}

/** What the owner should look at, the worst first. */
export function attentionOf(keys: readonly Key[], quotas: readonly QuotaStatus[], nowMs: number): readonly Attention[] {
  const counted = { failing: 0, expired: 0, expiring: 0, unused: 0 };
  for (const key of keys) {
    const health = healthOf(key, nowMs);
    if (health === 'failing' || health === 'expired' || health === 'expiring') counted[health] += 1;
    if (isUnused(key, nowMs)) counted.unused += 1;
  }
  const lines: readonly (Attention & { readonly count: number })[] = [
    line('failing', 'bad', { screen: 'providers', view: 'list', state: 'failing' }),
    line('expired', 'bad', { screen: 'providers', view: 'list', state: 'expiring' }),
    line('expiring', 'warn', { screen: 'providers', view: 'list', state: 'expiring' }),
    { ...line('unused', 'warn', { screen: 'providers', view: 'list' }), query: `unused:>${UNUSED_DAYS}d` },
  ];
  function line(key: keyof typeof counted, tone: Attention['tone'], to: Partial<Route>) {
    const count = counted[key];
    return { key, tone, text: m.home[key](count), to, count };
  }
  return [
    ...quotas.flatMap((quota) => ofQuota(quota)),
    ...lines.filter(({ count }) => count > 0).map(({ count: _, ...rest }) => rest),
  ];
}

function ofQuota({ id, state, definition }: QuotaStatus): readonly Attention[] {
  const to: Partial<Route> = { screen: 'quotas', id };
  if (state === 'used-up') return [{ key: id, tone: 'bad', text: m.home.usedUp(definition.name), to }];
  if (state === 'slowed') return [{ key: id, tone: 'warn', text: m.home.slowed(definition.name), to }];
  return [];
}
