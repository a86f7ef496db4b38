import type { AuthKindDescriptor } from '../../../shared/provider/auth-kind.ts';
import { wipe } from '../vault/bytes.ts';
import type { OpenVault } from '../vault/open-vault.ts';
import { findCredential } from './credential-table.ts';
import { putField, readFields } from './field-table.ts';
import { maskSecret } from './mask.ts';
import type { CredentialRow } from './rows.ts';
import { openVersion, placeOf, sealVersion, secretBytes } from './sealing.ts';
import { findVersion, setDataKey } from './version-table.ts';

/** What `expiresAt` holds where the provider names no end. */
export const NEVER = 'never';

export interface ObtainedTokens {
  readonly secrets: ReadonlyMap<string, string>;
  readonly expiresAtMs: number | null;
}

/**
 * Puts newly obtained tokens into the version they were got for, under a fresh data key: the old ones can be opened no
 * more. Call it inside `vault.write`.
 * A version that was rotated away meanwhile gets them too while it can be read: until its end it is handed out, and a
 * roll-back to it wants the refresh token that still works.
 * @returns false, and nothing is written, where the credential was moved or removed meanwhile, or the version destroyed.
 */
export function storeTokens(
  vault: OpenVault,
  credential: CredentialRow,
  kind: AuthKindDescriptor & { readonly token: NonNullable<AuthKindDescriptor['token']> },
  obtained: ObtainedTokens,
): boolean {
  const { id, current_version: number, origin } = credential;
  const now = findCredential(vault.db, id);
  const version = findVersion(vault.db, id, number);
  if (now?.origin !== origin || !version?.data_key) return false;
  const rows = readFields(vault.db, id, number);
  const secrets = openVersion(vault, placeOf(credential, number), version, rows);
  try {
    for (const [name, text] of obtained.secrets) {
      wipe(...[secrets.get(name) ?? Buffer.alloc(0)]);
      secrets.set(name, secretBytes(text));
    }
    const { dataKey, sealed } = sealVersion(vault, placeOf(credential, number), secrets);
    setDataKey(vault.db, id, number, dataKey);
    for (const [name, blob] of sealed) {
      const text = obtained.secrets.get(name);
      const masked = text === undefined ? rows.find((row) => row.name === name)?.masked : maskSecret(text, '');
      putField(vault.db, { credential_id: id, version: number, name, sealed: blob, value: null, masked: masked ?? '' });
    }
    const end = new Date(obtained.expiresAtMs ?? Number.NaN);
    const value = Number.isNaN(end.getTime()) ? NEVER : end.toISOString(); // beyond all dates is no end either
    const { expiresAt: name } = kind.token;
    putField(vault.db, { credential_id: id, version: number, name, sealed: null, value, masked: '' });
    return true;
  } finally {
    wipe(...secrets.values());
  }
}
