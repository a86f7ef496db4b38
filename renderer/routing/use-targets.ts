import { useMemo } from 'react';
import type { RoutingRule } from '../../shared/contract/routing.ts';
import { m } from '../i18n/messages.ts';
import { useClients } from '../state/clients.ts';
import { useCredentials } from '../state/credentials.ts';
import { useRouting } from '../state/routing.ts';
import { useSession } from '../state/session.ts';

export interface Target {
  readonly value: string;
  readonly label: string;
}

export const targetOf = (rule: RoutingRule): string => (rule.for === 'provider' ? rule.provider : rule.client);

/** Labels of the credentials in use, by provider, in order. */
export function useLabels(): ReadonlyMap<string, readonly string[]> {
  const byId = useCredentials((store) => store.byId);
  return useMemo(() => {
    const labels = new Map<string, string[]>();
    for (const { provider, label, state } of byId.values()) {
      if (state !== 'active') continue;
      const own = labels.get(provider) ?? [];
      if (!own.includes(label)) labels.set(provider, [...own, label].sort());
    }
    return labels;
  }, [byId]);
}

/** What has no rule yet, by name: providers with keys, and clients with access. Each has one rule at most. */
export function useFreeTargets(): Readonly<Record<RoutingRule['for'], readonly Target[]>> {
  const labels = useLabels();
  const rules = useRouting((store) => store.list);
  const clients = useClients((store) => store.list);
  const providers = useSession((session) => session.providers);
  return useMemo(() => {
    const taken = new Set(rules.map((rule) => `${rule.for} ${targetOf(rule)}`));
    const byName = (a: Target, b: Target): number => a.label.localeCompare(b.label);
    return {
      provider: [...labels.keys()]
        .filter((id) => !taken.has(`provider ${id}`))
        .map((id) => ({ value: id, label: providers.get(id)?.name ?? id }))
        .sort(byName),
      client: clients
        .filter(({ id, state }) => state === 'active' && !taken.has(`client ${id}`))
        .map(({ id, name }) => ({ value: id, label: name }))
        .sort(byName),
    };
  }, [labels, rules, clients, providers]);
}

/** The name of what a rule is for. */
export function useTargetName(kind: RoutingRule['for'], target: string): string {
  const provider = useSession((session) => session.providers.get(target)?.name);
  const client = useClients((store) => store.list.find(({ id }) => id === target)?.name);
  return kind === 'provider' ? (provider ?? target) : (client ?? m.routing.gone(target));
}
