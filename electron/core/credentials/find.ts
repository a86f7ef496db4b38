import type { Target } from '../../../shared/contract/schemas.ts';
import { AppError } from '../../../shared/errors.ts';
import { formatReference, parseReference } from '../../../shared/reference.ts';
import type { Catalogue } from '../providers/catalogue.ts';
import type { OpenVault } from '../vault/open-vault.ts';
import { findBinnedByLabel, findByLabel, findCredential, listLabels } from './credential-table.ts';
import { type CredentialRow, idFromHex } from './rows.ts';

const LISTED_LABELS = 20;

/** Where there could be one. */
export interface Places {
  readonly vault: OpenVault;
  readonly catalogue: Pick<Catalogue, 'find' | 'unknown'>;
}

/** Told to the owner only: the endpoint's answer must not list what a client may not see. */
export function keyNotFound(
  { vault, catalogue }: Places,
  provider: string,
  what = 'There is no such credential.',
): AppError {
  const labels = listLabels(vault.db, provider, LISTED_LABELS);
  if (labels.length === 0 && catalogue.find(provider) === undefined) {
    const { message, hint } = catalogue.unknown(provider);
    return new AppError('key_not_found', message, hint);
  }
  const hint =
    labels.length === 0
      ? 'There is none of this provider yet. Add one, or look at the list.'
      : `Labels of this provider: ${labels.join(', ')}.`;
  return new AppError('key_not_found', what, hint);
}

/**
 * The credential that an act is about.
 * @param wanted - `binned` for acts that only make sense in the bin: then the most recently deleted one of that label
 *   is meant where there is one.
 * @throws AppError `key_not_found`; `invalid_input` for a reference with field or version.
 */
export function findTarget(places: Places, target: Target, wanted: 'live' | 'binned' = 'live'): CredentialRow {
  const { vault } = places;
  if ('id' in target) {
    const row = findCredential(vault.db, idFromHex(target.id));
    if (row !== undefined) return row;
    throw new AppError('key_not_found', 'This credential does not exist any more.', 'Look at the list again.');
  }
  const { provider, label, field, version } = parseReference(target.ref);
  if (field !== null || version !== null) {
    throw new AppError(
      'invalid_input',
      'This act is about a whole credential.',
      'Leave field and version out: kh://PROVIDER/LABEL.',
    );
  }
  const live = () => findByLabel(vault.db, provider, label)[0];
  const binned = () => findBinnedByLabel(vault.db, provider, label)[0];
  const row = wanted === 'live' ? (live() ?? binned()) : (binned() ?? live());
  if (row === undefined) throw keyNotFound(places, provider);
  return row;
}

/** A credential's reference for people; null: it is gone. */
export function credentialRef(vault: OpenVault, id: string): string | null {
  const row = findCredential(vault.db, idFromHex(id));
  return row === undefined ? null : formatReference(row);
}
