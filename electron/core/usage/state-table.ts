import type Database from 'better-sqlite3';
import { z } from 'zod';

/** The one row of usage_state: the zone that day rollups are in, and how far which spill file has been taken. */
const stateRow = z.strictObject({ zone: z.string(), spill_id: z.instanceof(Uint8Array), spill_taken: z.int() });

export interface UsageState {
  readonly zone: string;
  readonly spillId: Buffer;
  readonly spillTaken: number;
}

/** null in a new database. */
export function readUsageState(db: Database.Database): UsageState | null {
  const row = db.prepare('SELECT zone, spill_id, spill_taken FROM usage_state WHERE id = 1').get();
  if (row === undefined) return null;
  const { zone, spill_id, spill_taken } = stateRow.parse(row);
  return { zone, spillId: Buffer.from(spill_id), spillTaken: spill_taken };
}

/** Call it in the transaction that makes it true. */
export function writeUsageState(db: Database.Database, { zone, spillId, spillTaken }: UsageState): void {
  db.prepare('INSERT OR REPLACE INTO usage_state (id, zone, spill_id, spill_taken) VALUES (1, ?, ?, ?)').run(
    zone,
    spillId,
    spillTaken,
  );
}
