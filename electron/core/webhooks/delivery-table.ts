import type Database from 'better-sqlite3';
import { z } from 'zod';
import { deliveryState, deliveryTry } from '../../../shared/contract/notifications.ts';

/** Of each kind of finished delivery that many are kept; the oldest go first. */
const KEPT = 500;
/** The type of a test. */
const TEST = 'webhook.test';
const DEAD_BECAUSE = ['tries', 'age', 'gone', 'queue-full', 'test'] as const;

export const deliveryRow = z.object({
  id: z.string(),
  webhook_id: z.instanceof(Buffer),
  type: z.string(),
  body: z.string(),
  created_at_ms: z.int(),
  /** When it was queued, or queued again. */
  queued_at_ms: z.int(),
  state: deliveryState,
  tries: z.int(),
  /** JSON of the last tries, newest first. */
  log: z.string(),
  next_try_at_ms: z.int().nullable(),
  finished_at_ms: z.int().nullable(),
  dead_because: z.enum(DEAD_BECAUSE).nullable(),
});
export type DeliveryRow = z.output<typeof deliveryRow>;

export const deliveryLog = z.array(deliveryTry);

const COLUMNS = `id, webhook_id, type, body, created_at_ms, queued_at_ms, state, tries, log, next_try_at_ms,
  finished_at_ms, dead_because`;

export function insertDelivery(db: Database.Database, row: DeliveryRow): void {
  db.prepare(
    `INSERT INTO webhook_delivery (${COLUMNS}) VALUES (@id, @webhook_id, @type, @body, @created_at_ms, @queued_at_ms,
      @state, @tries, @log, @next_try_at_ms, @finished_at_ms, @dead_because)`,
  ).run(row);
}

/** What came of a try. A row that was removed meanwhile stays removed. */
export function updateDelivery(db: Database.Database, row: DeliveryRow): void {
  db.prepare(
    `UPDATE webhook_delivery SET state = @state, tries = @tries, log = @log, next_try_at_ms = @next_try_at_ms,
      finished_at_ms = @finished_at_ms, dead_because = @dead_because WHERE id = @id`,
  ).run(row);
}

export function findDelivery(db: Database.Database, id: string): DeliveryRow | undefined {
  const row = db.prepare(`SELECT ${COLUMNS} FROM webhook_delivery WHERE id = ?`).get(id);
  return row === undefined ? undefined : deliveryRow.parse(row);
}

/** What is due, at most one of each webhook that is on, the longest due first. */
export function dueDeliveries(db: Database.Database, nowMs: number): DeliveryRow[] {
  // Of a group, SQLite takes the other columns from the row that holds the minimum.
  const rows = db
    .prepare(
      `SELECT d.*, min(d.next_try_at_ms) AS due FROM webhook_delivery d JOIN webhook w ON w.id = d.webhook_id AND w.is_on = 1
       WHERE d.state = 'waiting' AND d.next_try_at_ms <= ? GROUP BY d.webhook_id ORDER BY due`,
    )
    .all(nowMs);
  return z.array(deliveryRow).parse(rows);
}

/** When the next one that is not due yet will be; null where none waits. */
export function nextDueMs(db: Database.Database, nowMs: number): number | null {
  return db
    .prepare(
      `SELECT min(d.next_try_at_ms) FROM webhook_delivery d JOIN webhook w ON w.id = d.webhook_id AND w.is_on = 1
       WHERE d.state = 'waiting' AND d.next_try_at_ms > ?`,
    )
    .pluck()
    .get(nowMs) as number | null;
}

/** Newest first. Among those that were given up stands no test: it was of its moment. */
export function listDeliveries(
  db: Database.Database,
  of: { readonly webhookId: Buffer | null; readonly state: DeliveryRow['state'] | null; readonly limit: number },
): DeliveryRow[] {
  const rows = db
    .prepare(
      `SELECT ${COLUMNS} FROM webhook_delivery WHERE (@webhookId IS NULL OR webhook_id = @webhookId)
        AND (@state IS NULL OR state = @state) AND (@state IS NOT 'dead' OR type <> '${TEST}') ORDER BY created_at_ms DESC, id LIMIT @limit`,
    )
    .all(of);
  return z.array(deliveryRow).parse(rows);
}

/** All of a webhook that were given up, the oldest first: as `listDeliveries` has them. */
export function deadIds(db: Database.Database, webhookId: Buffer): string[] {
  return db
    .prepare(
      `SELECT id FROM webhook_delivery WHERE webhook_id = ? AND state = 'dead' AND type <> '${TEST}'
       ORDER BY created_at_ms, id`,
    )
    .pluck()
    .all(webhookId) as string[];
}

export function countDeliveries(db: Database.Database, webhookId: Buffer, state: DeliveryRow['state']): number {
  return db
    .prepare('SELECT count(*) FROM webhook_delivery WHERE webhook_id = ? AND state = ?')
    .pluck()
    .get(webhookId, state) as number;
}

/** Into the queue again, as if it had just come; one that waits is left alone. @returns whether it was put there. */
export function queueAgain(db: Database.Database, id: string, nowMs: number): boolean {
  const changed = db
    .prepare(
      `UPDATE webhook_delivery SET state = 'waiting', tries = 0, queued_at_ms = @now, next_try_at_ms = @now,
        finished_at_ms = NULL, dead_because = NULL WHERE id = @id AND state <> 'waiting'`,
    )
    .run({ id, now: nowMs });
  return changed.changes > 0;
}

/** The receiver is gone for good: nothing more is tried. */
export function giveUpWaiting(db: Database.Database, webhookId: Buffer, nowMs: number): void {
  db.prepare(
    `UPDATE webhook_delivery SET state = 'dead', dead_because = 'gone', next_try_at_ms = NULL, finished_at_ms = ?
     WHERE webhook_id = ? AND state = 'waiting'`,
  ).run(nowMs, webhookId);
}

export function pruneDeliveries(db: Database.Database): void {
  const prune = db.prepare(
    `DELETE FROM webhook_delivery WHERE id IN (SELECT id FROM webhook_delivery WHERE state = ?
      ORDER BY finished_at_ms DESC, id LIMIT -1 OFFSET ${KEPT})`,
  );
  prune.run('delivered');
  prune.run('dead');
}
