import type Database from 'better-sqlite3';
import { z } from 'zod';
import type { VersionState } from './lifecycle.ts';
import { type VersionRow, versionRow } from './rows.ts';

const COLUMNS = 'credential_id, version, state, data_key, fingerprint, created_at_ms, state_changed_at_ms';

export function findVersion(db: Database.Database, id: Buffer, version: number): VersionRow | undefined {
  const row = db
    .prepare(`SELECT ${COLUMNS} FROM credential_version WHERE credential_id = ? AND version = ?`)
    .get(id, version);
  return row === undefined ? undefined : versionRow.parse(row);
}

/** The newest first. */
export function listVersions(db: Database.Database, id: Buffer): VersionRow[] {
  const rows = db
    .prepare(`SELECT ${COLUMNS} FROM credential_version WHERE credential_id = ? ORDER BY version DESC`)
    .all(id);
  return z.array(versionRow).parse(rows);
}

export function insertVersion(db: Database.Database, row: VersionRow): void {
  db.prepare(
    `INSERT INTO credential_version (${COLUMNS}) VALUES (@credential_id, @version, @state, @data_key, @fingerprint,
      @created_at_ms, @state_changed_at_ms)`,
  ).run(row);
}

/** `deleted` takes the wrapped data key with it: without it nothing opens the fields again. */
export function setVersionState(
  db: Database.Database,
  id: Buffer,
  version: number,
  state: VersionState,
  atMs: number,
): void {
  db.prepare(
    `UPDATE credential_version SET state = @state, state_changed_at_ms = @atMs,
      data_key = CASE WHEN @state = 'deleted' THEN NULL ELSE data_key END
     WHERE credential_id = @id AND version = @version`,
  ).run({ id, version, state, atMs });
}

export function setDataKey(db: Database.Database, id: Buffer, version: number, dataKey: Buffer): void {
  db.prepare('UPDATE credential_version SET data_key = ? WHERE credential_id = ? AND version = ?').run(
    dataKey,
    id,
    version,
  );
}

/** Of a version whose telling secret came later: by a sign-in. */
export function setFingerprint(db: Database.Database, id: Buffer, version: number, fingerprint: string): void {
  db.prepare('UPDATE credential_version SET fingerprint = ? WHERE credential_id = ? AND version = ?').run(
    fingerprint,
    id,
    version,
  );
}

/** Versions that have been waiting for the end of their overlap since before `beforeMs`. */
export function listPendingBefore(db: Database.Database, beforeMs: number): VersionRow[] {
  const rows = db
    .prepare(`SELECT ${COLUMNS} FROM credential_version WHERE state = 'rotation_pending' AND state_changed_at_ms <= ?`)
    .all(beforeMs);
  return z.array(versionRow).parse(rows);
}

/** A credential outside the bin, other than `butNot`, whose current version has this fingerprint. */
export function findSameSecret(
  db: Database.Database,
  fingerprint: string,
  butNot: Buffer | null,
): { readonly provider: string; readonly label: string } | undefined {
  const row = db
    .prepare(
      `SELECT c.provider, c.label FROM credential_version v
       JOIN credential c ON c.id = v.credential_id AND c.current_version = v.version
       WHERE v.fingerprint = ? AND c.state <> 'binned' AND c.id IS NOT ? ORDER BY c.created_at_ms LIMIT 1`,
    )
    .get(fingerprint, butNot);
  return row === undefined ? undefined : z.strictObject({ provider: z.string(), label: z.string() }).parse(row);
}
