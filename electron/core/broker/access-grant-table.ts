import { createHmac, timingSafeEqual } from 'node:crypto';
import type Database from 'better-sqlite3';
import { z } from 'zod';
import { deliveryForm } from '../../../shared/delivery.ts';
import { lengthPrefixed, u64 } from '../vault/bytes.ts';
import type { OpenVault } from '../vault/open-vault.ts';

/** A row of table `access_grant`: the owner's "always". */
export const accessGrantRow = z.strictObject({
  id: z.string(),
  credential_id: z.instanceof(Buffer),
  form: deliveryForm,
  caller_kind: z.enum(['client', 'program']),
  caller_name: z.string(),
  client_id: z.string().nullable(),
  executable: z.string().nullable(),
  folder: z.string().nullable(),
  created_at_ms: z.int(),
  expires_at_ms: z.int().nullable(),
  row_mac: z.instanceof(Buffer),
});
export type AccessGrantRow = z.output<typeof accessGrantRow>;
export type UnsignedAccessGrantRow = Omit<AccessGrantRow, 'row_mac'>;

const COLUMNS = `id, credential_id, form, caller_kind, caller_name, client_id, executable, folder, created_at_ms,
  expires_at_ms, row_mac`;

/** Newest first. A row that was changed in the file is left out: it grants nothing and cannot be edited. */
export function listAccessGrants(vault: OpenVault): AccessGrantRow[] {
  const rows = vault.db.prepare(`SELECT ${COLUMNS} FROM access_grant ORDER BY created_at_ms DESC, id`).all();
  return z
    .array(accessGrantRow)
    .parse(rows)
    .filter((row) => timingSafeEqual(accessGrantMac(vault, row), row.row_mac));
}

/** Inserts or replaces. Call it inside `vault.write`. */
export function putAccessGrant(vault: OpenVault, row: UnsignedAccessGrantRow): void {
  vault.db
    .prepare(
      `INSERT OR REPLACE INTO access_grant (${COLUMNS}) VALUES (@id, @credential_id, @form, @caller_kind, @caller_name,
        @client_id, @executable, @folder, @created_at_ms, @expires_at_ms, @row_mac)`,
    )
    .run({ ...row, row_mac: accessGrantMac(vault, row) });
}

export function removeAccessGrant(db: Database.Database, id: string): void {
  db.prepare('DELETE FROM access_grant WHERE id = ?').run(id);
}

/** @returns how many there were. */
export function removeAccessGrantsOfClient(db: Database.Database, clientId: string): number {
  return db.prepare('DELETE FROM access_grant WHERE client_id = ?').run(clientId).changes;
}

export function removeAccessGrantsOf(db: Database.Database, credentialId: Buffer): number {
  return db.prepare('DELETE FROM access_grant WHERE credential_id = ?').run(credentialId).changes;
}

export function removeAllAccessGrants(db: Database.Database): number {
  return db.prepare('DELETE FROM access_grant').run().changes;
}

/** HMAC-SHA-256 under K_tok over every column, as with client tokens: none can be planted or widened in the file. */
function accessGrantMac(vault: OpenVault, row: UnsignedAccessGrantRow): Buffer {
  // Null and an empty text must differ.
  const text = (value: string | null): string => (value === null ? '' : `=${value}`);
  const message = lengthPrefixed([
    'kh/v1/access-grant-row',
    vault.vaultId,
    row.id,
    row.credential_id,
    row.form,
    row.caller_kind,
    row.caller_name,
    text(row.client_id),
    text(row.executable),
    text(row.folder),
    u64(row.created_at_ms),
    row.expires_at_ms === null ? Buffer.alloc(0) : u64(row.expires_at_ms),
  ]);
  return createHmac('sha256', vault.keys.token).update(message).digest();
}
