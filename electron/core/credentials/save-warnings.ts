import type { Output } from '../../../shared/contract/methods.ts';
import type { CredentialDetail } from '../../../shared/contract/schemas.ts';
import { formatReference } from '../../../shared/reference.ts';
import { formatWarnings } from '../providers/inspect.ts';
import { findSameSecret } from './version-table.ts';
import type { WriteContext, Written } from './write.ts';

type Warnings = Output<'credentials.add'>['warnings'];

/** What the owner should know of a credential that was just written: none of it kept it from being written. */
export function saveWarnings(
  { vault, clock, catalogue }: Pick<WriteContext, 'vault' | 'clock' | 'catalogue'>,
  credential: CredentialDetail,
  written: Written,
): Warnings {
  const { provider, authKind } = credential;
  const warnings: Warnings = [...written.secrets].flatMap(([field, value]) =>
    formatWarnings(catalogue, { provider, authKind, field }, value),
  );
  const same = written.fingerprint === null ? undefined : findSameSecret(vault.db, written.fingerprint, written.id);
  if (written.losing.length > 0) {
    const message = `It goes to another address now: ${written.losing.length === 1 ? 'a client' : `${written.losing.length} clients`} lost the grants on it.`;
    warnings.push({ code: 'grants_dropped', message });
  }
  if (credential.expiresAt !== null && Date.parse(credential.expiresAt) < clock.now()) {
    warnings.push({ code: 'already_expired', message: 'The date that was given as its end has passed already.' });
  }
  if (same) warnings.push({ code: 'duplicate_value', message: `Same value as ${formatReference(same)}.` });
  return warnings;
}
