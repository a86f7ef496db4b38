import { AppError } from '../../../shared/errors.ts';
import type { AuthKindDescriptor } from '../../../shared/provider/auth-kind.ts';
import { wipe } from '../vault/bytes.ts';
import type { OpenVault } from '../vault/open-vault.ts';
import { readFields } from './field-table.ts';
import { isReadableVersion } from './lifecycle.ts';
import type { CredentialRow } from './rows.ts';
import { openVersion, placeOf, secretBytes } from './sealing.ts';
import type { OpenedFields } from './types.ts';
import { findVersion } from './version-table.ts';

/**
 * Opens one version. The caller disposes the result.
 * @throws AppError `key_not_found` for a version that was destroyed or never was, `integrity_failure`.
 */
export function openCredential(
  vault: OpenVault,
  credential: CredentialRow,
  kind: AuthKindDescriptor,
  versionNumber: number,
): OpenedFields {
  const version = findVersion(vault.db, credential.id, versionNumber);
  if (version === undefined || !isReadableVersion(version.state)) {
    throw new AppError('key_not_found', 'This version does not exist or was destroyed.', 'Look at its versions.');
  }
  const rows = readFields(vault.db, credential.id, versionNumber);
  const fields = openVersion(vault, placeOf(credential, versionNumber), version, rows);
  for (const row of rows) if (row.value !== null) fields.set(row.name, secretBytes(row.value));
  const dispose = () => {
    wipe(...fields.values());
    fields.clear();
  };
  return {
    primary: kind.primary,
    fields,
    environment: injectedVariables(kind, fields),
    dispose,
    [Symbol.dispose]: dispose,
  };
}

/** The first name of each field that is filled in. */
export function injectedVariables(
  kind: AuthKindDescriptor,
  filled: { readonly has: (field: string) => boolean },
): { readonly name: string; readonly field: string }[] {
  return kind.environment.flatMap(({ field, names: [name], with: other }) =>
    name !== undefined && filled.has(field) && filled.has(other ?? field) ? [{ name, field }] : [],
  );
}

/** The text of one opened field; absent ones are undefined. The string cannot be wiped: keep it in the narrowest scope. */
export function fieldText(opened: OpenedFields, field: string): string | undefined {
  return opened.fields.get(field)?.toString('utf8');
}
