import { AppError } from '../../../shared/errors.ts';
import type { ProviderDescriptor } from '../../../shared/provider/descriptor.ts';
import { appendAudit } from '../audit/audit-log.ts';
import { isNamedByFields, type Place, placeFor } from '../providers/place.ts';
import type { OpenVault } from '../vault/open-vault.ts';
import { removeCheck } from './check-table.ts';
import { listOfProvider, updateCredential } from './credential-table.ts';
import { readFields } from './field-table.ts';
import { type CredentialRow, idToHex } from './rows.ts';
import { listVersions } from './version-table.ts';
import { movedCredential, plainFields, resealAll, type WriteContext } from './write.ts';

/** A credential that another descriptor of its provider sends elsewhere. */
export interface PlannedMove {
  readonly credential: CredentialRow;
  readonly place: Place;
}

function kindIn(provider: ProviderDescriptor, name: string) {
  return provider.auth.find((each) => each.kind === name);
}

/** What is stored has to mean the same after the change: a secret stays a secret, and no field loses its name. */
function assertFits(vault: OpenVault, credential: CredentialRow, after: ProviderDescriptor): void {
  const kind = kindIn(after, credential.auth_kind);
  const stored = listVersions(vault.db, credential.id).flatMap((each) =>
    readFields(vault.db, credential.id, each.version),
  );
  const fits = (name: string, secret: boolean) => kind?.fields.find((field) => field.name === name)?.secret === secret;
  const misfit = stored.find(({ name, sealed }) => !fits(name, sealed !== null));
  if (kind !== undefined && misfit === undefined) return;
  throw new AppError(
    'conflict',
    kind === undefined
      ? `A credential of this provider is of the kind ${credential.auth_kind}, which the new descriptor lacks. Nothing was changed.`
      : `A credential of this provider has the field ${misfit?.name ?? ''}, which the new descriptor lacks or treats otherwise. Nothing was changed.`,
    'Keep the kind and its fields, or add it as a provider with another id.',
  );
}

/**
 * Which credentials would go to another place under `after`. One with a base URL of its own stays where it is.
 * @throws AppError `conflict` where a stored credential would not fit; as `placeFor`.
 */
export function plannedMoves(vault: OpenVault, before: ProviderDescriptor, after: ProviderDescriptor): PlannedMove[] {
  return listOfProvider(vault.db, before.id).flatMap((credential) => {
    assertFits(vault, credential, after);
    const was = kindIn(before, credential.auth_kind);
    const kind = kindIn(after, credential.auth_kind);
    if (kind === undefined || was === undefined) return [];
    const plain = plainFields({ vault }, credential);
    const given = (name: string) => plain.get(name);
    if (!isNamedByFields({ provider: before, kind: was }, credential.origin, given)) return [];
    const isLocal = kind.address.length > 0 && credential.local === 1;
    const place = placeFor({ provider: after, kind }, given, null, isLocal);
    const isSame = place.origin === credential.origin && place.local === (credential.local === 1);
    return isSame ? [] : [{ credential, place }];
  });
}

/**
 * Seals each for its new place and takes the grants on it away (SECURITY-DESIGN.md section 2.1). Call it inside
 * `vault.write`. @returns the clients that lost a grant.
 */
export function applyMoves(context: WriteContext, moves: readonly PlannedMove[]): string[] {
  const { vault, clock, actor } = context;
  return moves.flatMap(({ credential, place }) => {
    const after: CredentialRow = {
      ...credential,
      origin: place.origin,
      local: place.local ? 1 : 0,
      updated_at_ms: clock.now(),
    };
    const losing = context.dropGrants(movedCredential(vault, credential, after));
    resealAll(context, credential, after);
    updateCredential(vault.db, after);
    removeCheck(vault.db, credential.id);
    appendAudit(vault, clock, {
      actor,
      action: 'credential.edit',
      target: idToHex(credential.id),
      result: 'ok',
      meta: { changed: 'provider', newBaseUrl: true },
    });
    return [...losing];
  });
}
