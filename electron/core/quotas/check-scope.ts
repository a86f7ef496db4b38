import { AppError } from '../../../shared/errors.ts';
import { isWholePath, type QuotaDefinition } from '../../../shared/quotas.ts';
import { findCredential } from '../credentials/credential-table.ts';
import { idFromHex } from '../credentials/rows.ts';
import { findClient } from '../endpoint/client-table.ts';
import type { Catalogue } from '../providers/catalogue.ts';
import type { OpenVault } from '../vault/open-vault.ts';

/** What there is that a quota may be about; by id. */
export interface Known {
  readonly credential: (id: string) => boolean;
  readonly client: (id: string) => boolean;
}

/** Keys outside the bin, and clients that were not revoked. */
export function knownIn(opened: () => Pick<OpenVault, 'db'>): Known {
  return {
    credential: (id) => {
      const row = findCredential(opened().db, idFromHex(id));
      return row !== undefined && row.state !== 'binned';
    },
    client: (id) => {
      const row = findClient(opened().db, id);
      return row !== undefined && row.revoked_at_ms === null;
    },
  };
}

/**
 * Refuses a quota that would never count or let through what it says. What it was about before stays, also where that is
 * gone: another limit must not need another scope.
 * @param before - null: it is new.
 * @throws AppError `not_found`, `invalid_input`.
 */
export function checkScope(
  definition: QuotaDefinition,
  before: QuotaDefinition | null,
  { known, catalogue }: { readonly known: Known; readonly catalogue: Pick<Catalogue, 'get'> },
): void {
  const { scope, buffer } = definition;
  const old = before?.scope;
  if (scope.kind === 'provider') {
    const isSame = old?.kind === 'provider' && old.provider === scope.provider;
    if (!isSame) catalogue.get(scope.provider); // refuses one that is not there
  }
  if (scope.kind === 'credential') {
    const isSame = old?.kind === 'credential' && old.credential === scope.credential;
    if (!isSame && !known.credential(scope.credential)) {
      throw new AppError(
        'not_found',
        'The quota names a key that is not there. Nothing was changed.',
        'See "keyharbor list".',
      );
    }
  }
  if (scope.kind === 'project') {
    const isSame = old?.kind === 'project' && old.project === scope.project;
    if (!isSame && !isWholePath(scope.project)) {
      throw new AppError(
        'invalid_input',
        'The folder of the project is no whole path, so no call would be of it. Nothing was changed.',
        'Write it from the root on, as /home/you/project.',
      );
    }
  }
  const clients = [...(scope.kind === 'clients' ? scope.clients : []), ...(buffer?.clients ?? [])];
  const named = new Set([...(old?.kind === 'clients' ? old.clients : []), ...(before?.buffer?.clients ?? [])]);
  if (clients.some((id) => !named.has(id) && !known.client(id))) {
    throw new AppError(
      'not_found',
      'The quota names a client that has no access. Nothing was changed.',
      'See "keyharbor client list".',
    );
  }
}
