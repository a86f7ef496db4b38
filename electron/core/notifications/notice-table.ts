import type Database from 'better-sqlite3';
import { z } from 'zod';
import { type Notice, notice, noticeLink } from '../../../shared/contract/notifications.ts';
import { MAX_NOTICES } from '../../../shared/notifications.ts';
import { toTimestamp } from '../credentials/expiry.ts';

const noticeRow = z.object({
  id: z.int(),
  kind: notice.shape.kind,
  severity: notice.shape.severity,
  title: z.string(),
  detail: z.string(),
  link: z.string(),
  at_ms: z.int(),
  read_at_ms: z.int().nullable(),
  snoozed_until_ms: z.int().nullable(),
});

const COLUMNS = 'id, kind, severity, title, detail, link, at_ms, read_at_ms, snoozed_until_ms';
const INBOX = 'dismissed_at_ms IS NULL AND (snoozed_until_ms IS NULL OR snoozed_until_ms <= @now)';
const SNOOZED = 'dismissed_at_ms IS NULL AND snoozed_until_ms > @now';
const VIEWS = {
  inbox: INBOX,
  unread: `${INBOX} AND read_at_ms IS NULL`,
  snoozed: SNOOZED,
} as const;
export type View = keyof typeof VIEWS;

export type NewNotice = Pick<Notice, 'kind' | 'severity' | 'title' | 'detail' | 'link'>;

/**
 * Adds a line, and lets go what was dismissed, and the oldest where there are too many. Call it inside `vault.write`.
 * Dismissed lines stay until then: the number of the newest would be given again.
 */
export function insertNotice(db: Database.Database, line: NewNotice, atMs: number, readAtMs: number | null): void {
  db.prepare(
    `INSERT INTO notice (kind, severity, title, detail, link, at_ms, read_at_ms)
     VALUES (@kind, @severity, @title, @detail, @link, @at, @readAt)`,
  ).run({ ...line, link: JSON.stringify(line.link), at: atMs, readAt: readAtMs });
  db.prepare('DELETE FROM notice WHERE dismissed_at_ms IS NOT NULL').run();
  db.prepare(
    `DELETE FROM notice WHERE id IN (SELECT id FROM notice ORDER BY id DESC LIMIT -1 OFFSET ${MAX_NOTICES})`,
  ).run();
}

/** Newest first. */
export function listNotices(db: Database.Database, view: View, nowMs: number): Notice[] {
  const rows = db.prepare(`SELECT ${COLUMNS} FROM notice WHERE ${VIEWS[view]} ORDER BY id DESC`).all({ now: nowMs });
  return z
    .array(noticeRow)
    .parse(rows)
    .map((row) => ({
      id: row.id,
      kind: row.kind,
      severity: row.severity,
      title: row.title,
      detail: row.detail,
      at: toTimestamp(row.at_ms),
      readAt: toTimestamp(row.read_at_ms),
      snoozedUntil: toTimestamp(row.snoozed_until_ms),
      link: noticeLink.parse(JSON.parse(row.link)),
    }));
}

export function countNotices(db: Database.Database, view: View, nowMs: number): number {
  return db.prepare(`SELECT count(*) FROM notice WHERE ${VIEWS[view]}`).pluck().get({ now: nowMs }) as number;
}

/** When the next snoozed line comes back; null where none is snoozed. */
export function nextWakingMs(db: Database.Database, nowMs: number): number | null {
  const row = db.prepare(`SELECT min(snoozed_until_ms) FROM notice WHERE ${SNOOZED}`).pluck().get({ now: nowMs });
  return row as number | null;
}

export function noticeIds(db: Database.Database, view: View, nowMs: number): number[] {
  return db.prepare(`SELECT id FROM notice WHERE ${VIEWS[view]}`).pluck().all({ now: nowMs }) as number[];
}

export function hasNotice(db: Database.Database, id: number): boolean {
  return db.prepare('SELECT 1 FROM notice WHERE id = ? AND dismissed_at_ms IS NULL').get(id) !== undefined;
}

/** @param readAtMs - null: unread again. */
export function markNotice(db: Database.Database, id: number, readAtMs: number | null): void {
  db.prepare('UPDATE notice SET read_at_ms = ? WHERE id = ?').run(readAtMs, id);
}

/** It comes back unread. @param untilMs - null: it is back. */
export function snoozeNotice(db: Database.Database, id: number, untilMs: number | null): void {
  db.prepare('UPDATE notice SET snoozed_until_ms = ?, read_at_ms = NULL WHERE id = ?').run(untilMs, id);
}

export function dismissNotice(db: Database.Database, id: number, nowMs: number): void {
  db.prepare('UPDATE notice SET dismissed_at_ms = ? WHERE id = ?').run(nowMs, id);
}
