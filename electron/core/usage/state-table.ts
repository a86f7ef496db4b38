import type Database from 'better-sqlite3';
import { z } from 'zod';
import { prepared } from './statements.ts';

/**
 * The one row of usage_state: the zone that day rollups are in, how far which spill file has been taken, and the first day
 * that is in no week and no month yet.
 */
const stateRow = z.strictObject({
  zone: z.string(),
  spill_id: z.instanceof(Uint8Array),
  spill_taken: z.int(),
  folded_to: z.int(),
});

export interface UsageState {
  readonly zone: string;
  readonly spillId: Buffer;
  readonly spillTaken: number;
  readonly foldedTo: number;
}

/** null in a new database. */
export function readUsageState(db: Database.Database): UsageState | null {
  const row = prepared(db, 'SELECT zone, spill_id, spill_taken, folded_to FROM usage_state WHERE id = 1').get();
  if (row === undefined) return null;
  const { zone, spill_id, spill_taken, folded_to } = stateRow.parse(row);
  return { zone, spillId: Buffer.from(spill_id), spillTaken: spill_taken, foldedTo: folded_to };
}

/** Call it in the transaction that makes it true. */
export function writeUsageState(
  db: Database.Database,
  { zone, spillId, spillTaken }: Omit<UsageState, 'foldedTo'>,
): void {
  prepared(
    db,
    `INSERT INTO usage_state (id, zone, spill_id, spill_taken) VALUES (1, ?, ?, ?)
     ON CONFLICT DO UPDATE SET zone = excluded.zone, spill_id = excluded.spill_id, spill_taken = excluded.spill_taken`,
  ).run(zone, spillId, spillTaken);
}

/** Call it in the transaction that folds. */
export function writeFoldedTo(db: Database.Database, day: number): void {
  prepared(db, 'UPDATE usage_state SET folded_to = ?').run(day);
}
