import { z } from 'zod';

/** What a webhook may be sent; the inbox tells of it too. */
export const WEBHOOK_EVENTS = [
  'quota.warning',
  'quota.exceeded',
  'key.died',
  'key.expiring',
  'key.expired',
  'key.revoked',
  'usage.anomaly',
  'usage.unknownModel',
  'client.created',
  'client.revoked',
] as const;
export const webhookEvent = z.enum(WEBHOOK_EVENTS);
export type WebhookEvent = z.output<typeof webhookEvent>;

/**
 * In the inbox, and never in a webhook. `quota.adjusted`: Keyharbor changed a limit that it may change. `webhook.failed`: a
 * delivery was given up.
 */
export const NOTICE_KINDS = [...WEBHOOK_EVENTS, 'quota.adjusted', 'webhook.failed'] as const;
export const noticeKind = z.enum(NOTICE_KINDS);
export type NoticeKind = z.output<typeof noticeKind>;

/** Each kind in a few words, for settings, forms and `--events`. */
export const NOTICE_WORDS: Readonly<Record<NoticeKind, string>> = {
  'quota.warning': 'a quota passed a warning level',
  'quota.exceeded': 'a quota is used up',
  'key.died': 'a key no longer works',
  'key.expiring': 'a key expires within 14 days',
  'key.expired': 'a key has expired',
  'key.revoked': 'a key was revoked',
  'usage.anomaly': 'use is out of the usual',
  'usage.unknownModel': 'a model without a known price was used',
  'client.created': 'a client was let in',
  'client.revoked': 'a client was revoked',
  'quota.adjusted': 'the limit of a quota was adjusted',
  'webhook.failed': 'a webhook could not be delivered',
};

/** How many days before its end a key counts as near it. */
export const EXPIRING_DAYS = 14;
/** The inbox keeps this many lines that were not dismissed; the oldest go first. */
export const MAX_NOTICES = 500;
export const MAX_WEBHOOKS = 20;
/** A rotated secret signs beside the new one for at most this long. */
export const MAX_OVERLAP_HOURS = 168;
export const DEFAULT_OVERLAP_HOURS = 24;
