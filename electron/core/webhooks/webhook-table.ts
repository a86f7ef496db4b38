import type Database from 'better-sqlite3';
import { z } from 'zod';

const flag = z.union([z.literal(0), z.literal(1)]);

export const webhookRow = z.object({
  id: z.instanceof(Buffer),
  label: z.string(),
  origin: z.string(),
  shown_url: z.string(),
  local: flag,
  /** JSON array of event names. */
  events: z.string(),
  is_on: flag,
  off_because: z.enum(['gone', 'panic']).nullable(),
  url_version: z.int(),
  url_data_key: z.instanceof(Buffer),
  sealed_url: z.instanceof(Buffer),
  created_at_ms: z.int(),
  last_delivered_at_ms: z.int().nullable(),
});
export type WebhookRow = z.output<typeof webhookRow>;

const secretRow = z.object({
  version: z.int(),
  data_key: z.instanceof(Buffer),
  sealed: z.instanceof(Buffer),
  created_at_ms: z.int(),
  /** null: the current one. */
  ends_at_ms: z.int().nullable(),
});
export type SecretRow = z.output<typeof secretRow>;

const COLUMNS = `id, label, origin, shown_url, local, events, is_on, off_because, url_version, url_data_key, sealed_url,
  created_at_ms, last_delivered_at_ms`;

/** Oldest first. */
export function listWebhookRows(db: Database.Database): WebhookRow[] {
  return z.array(webhookRow).parse(db.prepare(`SELECT ${COLUMNS} FROM webhook ORDER BY created_at_ms, label`).all());
}

export function findWebhookRow(db: Database.Database, id: Buffer): WebhookRow | undefined {
  const row = db.prepare(`SELECT ${COLUMNS} FROM webhook WHERE id = ?`).get(id);
  return row === undefined ? undefined : webhookRow.parse(row);
}

export function findWebhookByLabel(db: Database.Database, label: string): WebhookRow | undefined {
  const row = db.prepare(`SELECT ${COLUMNS} FROM webhook WHERE label = ?`).get(label);
  return row === undefined ? undefined : webhookRow.parse(row);
}

/** Inserts, or changes the one of this id. */
export function putWebhookRow(db: Database.Database, row: WebhookRow): void {
  db.prepare(
    `INSERT INTO webhook (${COLUMNS}) VALUES (@id, @label, @origin, @shown_url, @local, @events, @is_on, @off_because,
      @url_version, @url_data_key, @sealed_url, @created_at_ms, @last_delivered_at_ms)
     ON CONFLICT (id) DO UPDATE SET label = excluded.label, origin = excluded.origin, shown_url = excluded.shown_url,
      local = excluded.local, events = excluded.events, is_on = excluded.is_on, off_because = excluded.off_because,
      url_version = excluded.url_version, url_data_key = excluded.url_data_key, sealed_url = excluded.sealed_url,
      last_delivered_at_ms = excluded.last_delivered_at_ms`,
  ).run(row);
}

/** Its secrets and deliveries go with it. */
export function deleteWebhookRow(db: Database.Database, id: Buffer): void {
  db.prepare('DELETE FROM webhook WHERE id = ?').run(id);
}

export function switchWebhookOff(db: Database.Database, id: Buffer, because: 'gone'): void {
  db.prepare('UPDATE webhook SET is_on = 0, off_because = ? WHERE id = ?').run(because, id);
}

/** A panic. @returns how many were on. */
export function switchAllWebhooksOff(db: Database.Database): number {
  return db.prepare(`UPDATE webhook SET is_on = 0, off_because = 'panic' WHERE is_on = 1`).run().changes;
}

export function noteDelivered(db: Database.Database, id: Buffer, atMs: number): void {
  db.prepare('UPDATE webhook SET last_delivered_at_ms = ? WHERE id = ?').run(atMs, id);
}

/** The newest first: that is the current one. */
export function listSecretRows(db: Database.Database, webhookId: Buffer): SecretRow[] {
  const rows = db
    .prepare(
      `SELECT version, data_key, sealed, created_at_ms, ends_at_ms FROM webhook_secret WHERE webhook_id = ?
       ORDER BY version DESC`,
    )
    .all(webhookId);
  return z.array(secretRow).parse(rows);
}

export function putSecretRow(db: Database.Database, webhookId: Buffer, row: SecretRow): void {
  db.prepare(
    `INSERT OR REPLACE INTO webhook_secret (webhook_id, version, data_key, sealed, created_at_ms, ends_at_ms)
     VALUES (@webhook_id, @version, @data_key, @sealed, @created_at_ms, @ends_at_ms)`,
  ).run({ ...row, webhook_id: webhookId });
}

export function deleteSecretRow(db: Database.Database, webhookId: Buffer, version: number): void {
  db.prepare('DELETE FROM webhook_secret WHERE webhook_id = ? AND version = ?').run(webhookId, version);
}

/** @returns how many had come to their end. */
export function deleteEndedSecrets(db: Database.Database, nowMs: number): number {
  return db.prepare('DELETE FROM webhook_secret WHERE ends_at_ms <= ?').run(nowMs).changes;
}

export function countEndedSecrets(db: Database.Database, nowMs: number): number {
  return db.prepare('SELECT count(*) FROM webhook_secret WHERE ends_at_ms <= ?').pluck().get(nowMs) as number;
}
