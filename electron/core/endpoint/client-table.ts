import { createHmac } from 'node:crypto';
import type Database from 'better-sqlite3';
import { z } from 'zod';
import { lengthPrefixed, u64 } from '../vault/bytes.ts';
import type { OpenVault } from '../vault/open-vault.ts';

/** A row of table `client`. */
export const clientRow = z.strictObject({
  id: z.string().regex(/^[0-9A-Za-z]{10}$/),
  name: z.string(),
  kind: z.enum(['live', 'test']),
  /** JSON array of grants in their text form. */
  grants: z.string(),
  secret_mac: z.instanceof(Buffer),
  row_mac: z.instanceof(Buffer),
  rate_per_second: z.number().nullable(),
  created_at_ms: z.int(),
  expires_at_ms: z.int(),
  revoked_at_ms: z.int().nullable(),
  exposed_at_ms: z.int().nullable(),
});
export type ClientRow = z.output<typeof clientRow>;
export type UnsignedClientRow = Omit<ClientRow, 'row_mac'>;

const COLUMNS = `id, name, kind, grants, secret_mac, row_mac, rate_per_second, created_at_ms, expires_at_ms,
  revoked_at_ms, exposed_at_ms`;

export function findClient(db: Database.Database, id: string): ClientRow | undefined {
  const row = db.prepare(`SELECT ${COLUMNS} FROM client WHERE id = ?`).get(id);
  return row === undefined ? undefined : clientRow.parse(row);
}

/** Newest first. */
export function listClients(db: Database.Database): ClientRow[] {
  return z.array(clientRow).parse(db.prepare(`SELECT ${COLUMNS} FROM client ORDER BY created_at_ms DESC, id`).all());
}

/** Those of that name that are not revoked, newest first. */
export function findClientsByName(db: Database.Database, name: string): ClientRow[] {
  const rows = db
    .prepare(`SELECT ${COLUMNS} FROM client WHERE name = ? AND revoked_at_ms IS NULL ORDER BY created_at_ms DESC, id`)
    .all(name);
  return z.array(clientRow).parse(rows);
}

/** Inserts or replaces. Call it inside `vault.write`. */
export function putClient(vault: OpenVault, row: UnsignedClientRow): ClientRow {
  const signed = { ...row, row_mac: clientRowMac(vault, row) };
  vault.db
    .prepare(
      `INSERT OR REPLACE INTO client (${COLUMNS}) VALUES (@id, @name, @kind, @grants, @secret_mac, @row_mac,
        @rate_per_second, @created_at_ms, @expires_at_ms, @revoked_at_ms, @exposed_at_ms)`,
    )
    .run(signed);
  return signed;
}

/**
 * HMAC-SHA-256 under K_tok over every column (SECURITY-DESIGN.md section 7), so that a row cannot be planted, widened
 * or brought back. Begins with a length prefix: it never equals the MAC of a token's secret, which is base62.
 */
export function clientRowMac(vault: OpenVault, row: UnsignedClientRow): Buffer {
  const time = (ms: number | null): Buffer => (ms === null ? Buffer.alloc(0) : u64(ms));
  const message = lengthPrefixed([
    'kh/v1/client-row',
    vault.vaultId,
    row.id,
    row.name,
    row.kind,
    row.grants,
    row.secret_mac,
    row.rate_per_second === null ? 'none' : String(row.rate_per_second),
    u64(row.created_at_ms),
    u64(row.expires_at_ms),
    time(row.revoked_at_ms),
    time(row.exposed_at_ms),
  ]);
  return createHmac('sha256', vault.keys.token).update(message).digest();
}

/** What is stored of a token: HMAC-SHA-256(K_tok, secret). A fast MAC is enough: the secret has 256 random bits. */
export function tokenSecretMac(vault: OpenVault, secret: string): Buffer {
  return createHmac('sha256', vault.keys.token).update(secret, 'latin1').digest();
}
