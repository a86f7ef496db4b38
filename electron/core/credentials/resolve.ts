import type { OpenVault } from '../vault/open-vault.ts';
import { findByLabel } from './credential-table.ts';
import { toTimestamp } from './expiry.ts';
import { isServedVersion, mayUse } from './lifecycle.ts';
import { type CredentialRow, idToHex, type VersionRow } from './rows.ts';
import type { ResolvedCredential } from './types.ts';
import { findVersion } from './version-table.ts';

export interface Served {
  readonly credential: CredentialRow;
  readonly version: VersionRow;
}

/** Whether and in which version a credential is handed out. */
export function servedVersion(vault: OpenVault, credential: CredentialRow): VersionRow | null {
  if (!mayUse(credential.state, 'serve')) return null;
  const version = findVersion(vault.db, credential.id, credential.current_version);
  return version !== undefined && isServedVersion(version.state) ? version : null;
}

/** PRODUCT.md, "Resolution": the user's own credential, else a system one, else nothing. */
export function resolveServed(vault: OpenVault, provider: string, label: string): Served | null {
  for (const credential of findByLabel(vault.db, provider, label)) {
    const version = servedVersion(vault, credential);
    if (version !== null) return { credential, version };
  }
  return null;
}

export function toResolved({ credential, version }: Served): ResolvedCredential {
  return {
    id: idToHex(credential.id),
    provider: credential.provider,
    label: credential.label,
    scope: credential.scope,
    version: version.version,
    authKind: credential.auth_kind,
    local: credential.local === 1,
    origin: credential.origin,
    expiresAt: toTimestamp(credential.expires_at_ms),
    fingerprint: version.fingerprint,
    refreshable: false,
    weakestForm: credential.weakest_form,
  };
}
