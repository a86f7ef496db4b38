import { appendAudit } from '../audit/audit-log.ts';
import type { Clock } from '../seams.ts';
import type { OpenVault } from '../vault/open-vault.ts';
import { deleteCredentialRow, listBinnedBefore } from './credential-table.ts';
import { removeFields } from './field-table.ts';
import { moveCredential, moveVersion } from './lifecycle.ts';
import { type CredentialRow, idToHex } from './rows.ts';
import { listPendingBefore, listVersions, setVersionState } from './version-table.ts';

const DAY_MS = 86_400_000;
export const BIN_DAYS = 30;
export const ROTATION_PENDING_DAYS = 90;

/**
 * Destroys the data keys of all versions, then every row of the credential. What stays is the audit log.
 * Call it inside `vault.write`.
 * @throws AppError `conflict` for a credential outside the bin.
 */
export function purgeCredential(vault: OpenVault, clock: Clock, credential: CredentialRow, actor: string): void {
  moveCredential(credential.state, credential.state_before_bin, 'purge');
  for (const version of listVersions(vault.db, credential.id)) {
    if (version.state === 'deleted') continue;
    setVersionState(vault.db, credential.id, version.version, moveVersion(version.state, 'deleted'), clock.now());
    removeFields(vault.db, credential.id, version.version);
  }
  deleteCredentialRow(vault.db, credential.id);
  appendAudit(vault, clock, { actor, action: 'credential.purge', target: idToHex(credential.id), result: 'ok' });
}

/**
 * What time does to credentials, looked at on each unlock: the bin is emptied after 30 days, an old version that was
 * replaced 90 days ago counts as rotated.
 * @returns ids of what was purged.
 */
export function sweep(vault: OpenVault, clock: Clock): string[] {
  const now = clock.now();
  const expired = listBinnedBefore(vault.db, now - BIN_DAYS * DAY_MS);
  const pending = listPendingBefore(vault.db, now - ROTATION_PENDING_DAYS * DAY_MS);
  if (expired.length + pending.length === 0) return [];
  vault.write(() => {
    for (const credential of expired) purgeCredential(vault, clock, credential, 'system');
    const purged = new Set(expired.map((credential) => idToHex(credential.id)));
    for (const version of pending) {
      const id = idToHex(version.credential_id);
      if (purged.has(id)) continue;
      setVersionState(vault.db, version.credential_id, version.version, moveVersion(version.state, 'rotated'), now);
      appendAudit(vault, clock, {
        actor: 'system',
        action: 'credential.rotated',
        target: id,
        result: 'ok',
        meta: { version: version.version },
      });
    }
  });
  return expired.map((credential) => idToHex(credential.id));
}
