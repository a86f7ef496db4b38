import { useMemo } from 'react';
import { displayName } from '../providers/arrange.ts';
import { useClients } from '../state/clients.ts';
import { useCredentials } from '../state/credentials.ts';
import { useSession } from '../state/session.ts';
import type { ScopeNames } from './quota-words.ts';

export interface Choice {
  readonly value: string;
  readonly label: string;
}

/** What the ids in a quota are called. */
export function useScopeNames(): ScopeNames {
  const providers = useSession((session) => session.providers);
  const credentials = useCredentials((store) => store.byId);
  const clients = useClients((store) => store.list);
  return useMemo(
    () => ({
      provider: (id) => providers.get(id)?.name,
      credential: (id) => {
        const found = credentials.get(id);
        if (found === undefined) return undefined;
        return `${providers.get(found.provider)?.name ?? found.provider}: ${displayName(found)}`;
      },
      client: (id) => clients.find((one) => one.id === id)?.name,
    }),
    [providers, credentials, clients],
  );
}

const byLabel = (a: Choice, b: Choice): number => a.label.localeCompare(b.label);

export interface ScopeChoices {
  /** Those with keys first; the rest of the catalogue is no use to limit. */
  readonly providers: readonly Choice[];
  readonly credentials: readonly Choice[];
  readonly clients: readonly Choice[];
}

/** What a quota can be for: providers with keys, keys in use, clients with access. */
export function useScopeChoices(): ScopeChoices {
  const names = useScopeNames();
  const credentials = useCredentials((store) => store.byId);
  const clients = useClients((store) => store.list);
  return useMemo(() => {
    const inUse = [...credentials.values()].filter((one) => one.state !== 'binned');
    const ids = new Set(inUse.map((one) => one.provider));
    return {
      providers: [...ids].map((id) => ({ value: id, label: names.provider(id) ?? id })).sort(byLabel),
      credentials: inUse.map(({ id }) => ({ value: id, label: names.credential(id) ?? id })).sort(byLabel),
      clients: clients
        .filter((one) => one.state === 'active')
        .map(({ id, name }) => ({ value: id, label: name }))
        .sort(byLabel),
    };
  }, [names, credentials, clients]);
}
