import type Database from 'better-sqlite3';
import { z } from 'zod';
import { type CredentialRow, credentialRow, type Scope } from './rows.ts';

const COLUMNS = `id, provider, auth_kind, label, name, scope, state, state_before_bin, current_version, project, note,
  origin, local, expires_at_ms, created_at_ms, updated_at_ms, binned_at_ms, weakest_form`;

export function findCredential(db: Database.Database, id: Buffer): CredentialRow | undefined {
  const row = db.prepare(`SELECT ${COLUMNS} FROM credential WHERE id = ?`).get(id);
  return row === undefined ? undefined : credentialRow.parse(row);
}

/** Those outside the bin; at most one of each scope. The user's own comes first. */
export function findByLabel(db: Database.Database, provider: string, label: string): CredentialRow[] {
  const rows = db
    .prepare(
      `SELECT ${COLUMNS} FROM credential WHERE provider = ? AND label = ? AND state <> 'binned' ORDER BY scope DESC`,
    )
    .all(provider, label);
  return z.array(credentialRow).parse(rows);
}

/** The most recently deleted first. */
export function findBinnedByLabel(db: Database.Database, provider: string, label: string): CredentialRow[] {
  const rows = db
    .prepare(
      `SELECT ${COLUMNS} FROM credential WHERE provider = ? AND label = ? AND state = 'binned'
       ORDER BY binned_at_ms DESC, created_at_ms DESC`,
    )
    .all(provider, label);
  return z.array(credentialRow).parse(rows);
}

/** All of a provider, in whatever state. */
export function listOfProvider(db: Database.Database, provider: string): CredentialRow[] {
  const rows = db.prepare(`SELECT ${COLUMNS} FROM credential WHERE provider = ? ORDER BY label`).all(provider);
  return z.array(credentialRow).parse(rows);
}

export function isLabelTaken(
  db: Database.Database,
  provider: string,
  scope: Scope,
  label: string,
  butNot: Buffer | null,
): boolean {
  const row = db
    .prepare(
      `SELECT 1 FROM credential WHERE provider = ? AND scope = ? AND label = ? AND state <> 'binned' AND id IS NOT ?`,
    )
    .get(provider, scope, label, butNot);
  return row !== undefined;
}

export function listLabels(db: Database.Database, provider: string, limit: number): string[] {
  const rows = db
    .prepare(`SELECT DISTINCT label FROM credential WHERE provider = ? AND state <> 'binned' ORDER BY label LIMIT ?`)
    .pluck()
    .all(provider, limit);
  return z.array(z.string()).parse(rows);
}

export function countCredentials(db: Database.Database): number {
  return z.int().parse(db.prepare(`SELECT count(*) FROM credential WHERE state <> 'binned'`).pluck().get());
}

export function listBinnedBefore(db: Database.Database, beforeMs: number): CredentialRow[] {
  const rows = db
    .prepare(`SELECT ${COLUMNS} FROM credential WHERE state = 'binned' AND binned_at_ms <= ?`)
    .all(beforeMs);
  return z.array(credentialRow).parse(rows);
}

export function insertCredential(db: Database.Database, row: CredentialRow): void {
  db.prepare(
    `INSERT INTO credential (${COLUMNS}) VALUES (@id, @provider, @auth_kind, @label, @name, @scope, @state,
      @state_before_bin, @current_version, @project, @note, @origin, @local, @expires_at_ms, @created_at_ms,
      @updated_at_ms, @binned_at_ms, @weakest_form)`,
  ).run(row);
}

/** Writes every column that may change; provider and auth kind never do: the sealed fields are bound to them. */
export function updateCredential(db: Database.Database, row: CredentialRow): void {
  db.prepare(
    `UPDATE credential SET label = @label, name = @name, scope = @scope, state = @state,
      state_before_bin = @state_before_bin, current_version = @current_version, project = @project, note = @note,
      origin = @origin, local = @local, expires_at_ms = @expires_at_ms, updated_at_ms = @updated_at_ms,
      binned_at_ms = @binned_at_ms, weakest_form = @weakest_form WHERE id = @id`,
  ).run({
    id: row.id,
    label: row.label,
    name: row.name,
    scope: row.scope,
    state: row.state,
    state_before_bin: row.state_before_bin,
    current_version: row.current_version,
    project: row.project,
    note: row.note,
    origin: row.origin,
    local: row.local,
    expires_at_ms: row.expires_at_ms,
    updated_at_ms: row.updated_at_ms,
    binned_at_ms: row.binned_at_ms,
    weakest_form: row.weakest_form,
  });
}

/** Takes tags, versions, fields and the last check with it (ON DELETE CASCADE; secure_delete overwrites the pages). */
export function deleteCredentialRow(db: Database.Database, id: Buffer): void {
  db.prepare('DELETE FROM credential WHERE id = ?').run(id);
}
