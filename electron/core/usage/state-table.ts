import type Database from 'better-sqlite3';
import { z } from 'zod';
import { prepared } from './statements.ts';

/**
 * The one row of usage_state: the zone that day rollups are in, how far which spill file has been taken, the first day that
 * is in no week and no month yet, and how far a change of the zone has come.
 */
const stateRow = z.strictObject({
  zone: z.string(),
  spill_id: z.instanceof(Uint8Array),
  spill_taken: z.int(),
  folded_to: z.int(),
  resum_from: z.int().nullable(),
});

export interface UsageState {
  readonly zone: string;
  readonly spillId: Buffer;
  readonly spillTaken: number;
  readonly foldedTo: number;
  /**
   * Days of usage_rollup from here on are not summed in `zone` yet, nor are weeks and months; null: all are. Those of cells
   * have a place of their own: `cellsNotFrom`.
   */
  readonly resumFrom: number | null;
}

/** null in a new database. */
export function readUsageState(db: Database.Database): UsageState | null {
  const row = prepared(
    db,
    'SELECT zone, spill_id, spill_taken, folded_to, resum_from FROM usage_state WHERE id = 1',
  ).get();
  if (row === undefined) return null;
  const { zone, spill_id, spill_taken, folded_to, resum_from } = stateRow.parse(row);
  return {
    zone,
    spillId: Buffer.from(spill_id),
    spillTaken: spill_taken,
    foldedTo: folded_to,
    resumFrom: resum_from,
  };
}

/** Call it in the transaction that makes it true. */
export function writeUsageState(
  db: Database.Database,
  { zone, spillId, spillTaken }: Pick<UsageState, 'zone' | 'spillId' | 'spillTaken'>,
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

/** Call it in the transaction that sums. */
export function writeResumFrom(db: Database.Database, day: number | null): void {
  prepared(db, 'UPDATE usage_state SET resum_from = ?').run(day);
}

/** Whether usage_rollup has the days of this zone; else they are to be read from its hours. */
export function hasDaysOf(db: Database.Database, zone: string): boolean {
  const state = readUsageState(db);
  return state === null || (state.zone === zone && state.resumFrom === null);
}
