import type Database from 'better-sqlite3';
import { z } from 'zod';
import { type TokenRequestRow, tokenRequestRow } from './rows.ts';

/** Written before the request goes out; of several without an answer the first stays. Call it inside `vault.write`. */
export function noteRequest(db: Database.Database, id: Buffer, version: number, atMs: number): void {
  db.prepare('INSERT OR IGNORE INTO token_request (credential_id, version, asked_at_ms) VALUES (?, ?, ?)').run(
    id,
    version,
    atMs,
  );
}

export function forgetRequest(db: Database.Database, id: Buffer, version: number): void {
  db.prepare('DELETE FROM token_request WHERE credential_id = ? AND version = ?').run(id, version);
}

/** When the provider was asked and never heard, as UTC epoch milliseconds. */
export function findRequest(db: Database.Database, id: Buffer, version: number): number | undefined {
  return listRequests(db).find((row) => row.version === version && row.credential_id.equals(id))?.asked_at_ms;
}

/** All that have no answer: a handful at most. */
export function listRequests(db: Database.Database): TokenRequestRow[] {
  return z
    .array(tokenRequestRow)
    .parse(db.prepare('SELECT credential_id, version, asked_at_ms FROM token_request').all());
}
