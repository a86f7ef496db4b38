import type Database from 'better-sqlite3';
import { z } from 'zod';
import { type Delivery, delivery, type WebhookSummary } from '../../../shared/contract/notifications.ts';
import { webhookEvent } from '../../../shared/notifications.ts';
import { toTimestamp } from '../credentials/expiry.ts';
import { countDeliveries, deadIds, deliveryLog, type DeliveryRow } from './delivery-table.ts';
import { listSecretRows, type WebhookRow } from './webhook-table.ts';

const eventNames = z.array(webhookEvent);

/** What windows and the command line see: nothing sealed. */
export function summaryOf(db: Database.Database, row: WebhookRow, nowMs: number): WebhookSummary {
  const signing = listSecretRows(db, row.id).filter(({ ends_at_ms: end }) => end === null || end > nowMs);
  const [current, old] = signing;
  return {
    id: row.id.toString('hex'),
    label: row.label,
    shownUrl: row.shown_url,
    host: new URL(row.origin).host,
    local: row.local === 1,
    events: eventNames.parse(JSON.parse(row.events)),
    on: row.is_on === 1,
    offBecause: row.off_because,
    createdAt: toTimestamp(row.created_at_ms),
    secretSince: toTimestamp(current?.created_at_ms ?? row.created_at_ms),
    oldSecretUntil: toTimestamp(old?.ends_at_ms ?? null),
    waiting: countDeliveries(db, row.id, 'waiting'),
    dead: deadIds(db, row.id).length,
    lastDeliveredAt: toTimestamp(row.last_delivered_at_ms),
  };
}

export function deliveryOf(row: DeliveryRow, label: string): Delivery {
  return {
    id: row.id,
    webhook: row.webhook_id.toString('hex'),
    label,
    type: delivery.shape.type.parse(row.type),
    createdAt: toTimestamp(row.created_at_ms),
    state: row.state,
    tries: row.tries,
    log: deliveryLog.parse(JSON.parse(row.log)),
    nextTryAt: toTimestamp(row.next_try_at_ms),
    finishedAt: toTimestamp(row.finished_at_ms),
    deadBecause: row.dead_because,
  };
}
