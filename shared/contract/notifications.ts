import { z } from 'zod';
import { DEFAULT_OVERLAP_HOURS, MAX_NOTICES, MAX_OVERLAP_HOURS, noticeKind, webhookEvent } from '../notifications.ts';
import { credentialId, line, timestamp } from './schemas.ts';

/** Where a line of the inbox leads. */
export const noticeLink = z.discriminatedUnion('to', [
  z.strictObject({ to: z.literal('credential'), id: credentialId }),
  z.strictObject({ to: z.literal('provider'), id: z.string() }),
  /** All keys, those that need care first. */
  z.strictObject({ to: z.literal('credentials') }),
  z.strictObject({ to: z.literal('quota'), id: z.string() }),
  z.strictObject({ to: z.literal('client'), id: z.string() }),
  z.strictObject({ to: z.literal('clients') }),
  /** The hour that it happened in. */
  z.strictObject({ to: z.literal('usage'), at: timestamp }),
  z.strictObject({ to: z.literal('prices') }),
  z.strictObject({ to: z.literal('webhook'), id: z.string() }),
]);
export type NoticeLink = z.output<typeof noticeLink>;

export const noticeId = z.int().min(1);
export const notice = z.strictObject({
  /** Rises with time: the newest has the highest. */
  id: noticeId,
  kind: noticeKind,
  /** `good to know`, `look at it`, `something does not work`. */
  severity: z.enum(['info', 'warning', 'problem']),
  /** One sentence, with names. */
  title: z.string(),
  /** What more there is to say; may be empty. */
  detail: z.string(),
  at: timestamp,
  readAt: timestamp.nullable(),
  /** Until then it is out of the inbox; then it is back, unread. */
  snoozedUntil: timestamp.nullable(),
  link: noticeLink,
});
export type Notice = z.output<typeof notice>;

const ids = z.array(noticeId).min(1).max(MAX_NOTICES);
export const noticeView = z.enum(['inbox', 'unread', 'snoozed']);
export const noticesQuery = z.strictObject({ view: noticeView.default('inbox') });
export const noticeCounts = z.strictObject({
  /** In the inbox, not snoozed. */
  unread: z.int().min(0),
  inbox: z.int().min(0),
  snoozed: z.int().min(0),
});
export type NoticeCounts = z.output<typeof noticeCounts>;
/** Newest first, never more than 500. */
export const noticeList = z.strictObject({ notices: z.array(notice), counts: noticeCounts });
/** `ids` null: all that are in the inbox and not snoozed. */
export const noticeMark = z.strictObject({ ids: ids.nullable(), read: z.boolean().default(true) });
/** `until` null: back into the inbox now. */
export const noticeSnooze = z.strictObject({ ids, until: z.iso.datetime({ offset: true }).nullable() });
export const noticeDismissal = z.strictObject({ ids: ids.nullable() });

const minuteOfDay = z.string().regex(/^(?:[01][0-9]|2[0-3]):[0-5][0-9]$/, 'is no time of day like 22:30');
export const noticePreferences = z.strictObject({
  /** What comes up as a notification of the system. The inbox tells of all kinds. */
  desktop: z.array(noticeKind).max(32),
  /**
   * Whether these may name keys and tell amounts while the window is unlocked. Else, and always behind a locked window,
   * they say only what kind of thing it was.
   */
  desktopDetails: z.boolean(),
  /** No notification of the system from one to the other, over midnight where it must; null: none. */
  quietHours: z.strictObject({ from: minuteOfDay, to: minuteOfDay }).nullable(),
  /** IANA name of the zone that quiet hours are told in; null: this computer's. */
  zone: z.string().max(64).nullable(),
});
export type NoticePreferences = z.output<typeof noticePreferences>;
/** Only what is given changes. */
export const noticePreferenceChanges = noticePreferences.partial();

export const webhookId = z.string().regex(/^[0-9a-f]{32}$/);
/** By id or by label. */
export const webhookName = z.string().min(1).max(64);
export const webhookLabel = line(64).min(1);
const webhookUrl = z.string().min(1).max(2048);
const webhookEvents = z.array(webhookEvent).min(1).max(32);

export const webhookSummary = z.strictObject({
  id: webhookId,
  label: z.string(),
  /** Scheme, host and port of its address, then `/…` where it goes on. The whole one is never told again. */
  shownUrl: z.string(),
  host: z.string(),
  /** The owner allowed one loopback or private address. */
  local: z.boolean(),
  events: z.array(webhookEvent),
  on: z.boolean(),
  /** Why it is off though the owner did not switch it off. */
  offBecause: z.enum(['gone', 'panic']).nullable(),
  createdAt: timestamp,
  /** Since when the current secret signs. */
  secretSince: timestamp,
  /** Until when the one before it signs too; null: there is none. */
  oldSecretUntil: timestamp.nullable(),
  waiting: z.int().min(0),
  dead: z.int().min(0),
  lastDeliveredAt: timestamp.nullable(),
});
export type WebhookSummary = z.output<typeof webhookSummary>;

export const newWebhook = z.strictObject({
  url: webhookUrl,
  label: webhookLabel,
  events: webhookEvents,
  /** The owner's explicit word that the address is a loopback or private one. */
  local: z.boolean().default(false),
});
export type NewWebhook = z.output<typeof newWebhook>;
/** The secret is in this answer and nowhere else, ever again: `whsec_` and 32 bytes in base64. */
export const webhookWithSecret = z.strictObject({ webhook: webhookSummary, secret: z.string() });
export const webhookChanges = z.strictObject({
  webhook: webhookName,
  /** With `local` as it then is: given or left out. */
  url: webhookUrl.optional(),
  local: z.boolean().optional(),
  label: webhookLabel.optional(),
  events: webhookEvents.optional(),
  on: z.boolean().optional(),
});
export type WebhookChanges = z.output<typeof webhookChanges>;
export const onWebhook = z.strictObject({ webhook: webhookName });
export const webhookRotation = z.strictObject({
  webhook: webhookName,
  overlapHours: z.int().min(0).max(MAX_OVERLAP_HOURS).default(DEFAULT_OVERLAP_HOURS),
});

/** Why no good answer came; null in a try that went well. */
export const deliveryProblem = z.enum([
  /** It answered with another status than 2xx. */
  'status',
  'redirect',
  'timeout',
  /** The name does not exist, this computer is offline, nobody listens, the certificate is not good, the connection broke. */
  'name',
  'offline',
  'refused',
  'certificate',
  'broken',
  /** The owner's outbound proxy is not there, or did not let it through. */
  'outbound-proxy',
  /** The address rules forbid it. */
  'address',
  /** Its sealed address or secret did not open: nothing was sent. */
  'secret',
]);
export type DeliveryProblem = z.output<typeof deliveryProblem>;

export const deliveryTry = z.strictObject({
  at: timestamp,
  latencyMs: z.int().min(0),
  status: z.int().nullable(),
  problem: deliveryProblem.nullable(),
});
export type DeliveryTry = z.output<typeof deliveryTry>;

export const deliveryState = z.enum(['waiting', 'delivered', 'dead']);
export const delivery = z.strictObject({
  /** What the receiver gets as `webhook-id`; the same in every try and in a redelivery. */
  id: z.string().regex(/^msg_[0-9A-Za-z]{24}$/),
  webhook: webhookId,
  label: z.string(),
  type: z.union([webhookEvent, z.literal('webhook.test')]),
  createdAt: timestamp,
  state: deliveryState,
  /** Since it was queued, or queued again. */
  tries: z.int().min(0),
  /** The last ones, newest first. */
  log: z.array(deliveryTry),
  /** null unless it waits. */
  nextTryAt: timestamp.nullable(),
  finishedAt: timestamp.nullable(),
  /** Why it was given up; null unless it is dead. */
  deadBecause: z.enum(['tries', 'age', 'gone', 'queue-full', 'test']).nullable(),
});
export type Delivery = z.output<typeof delivery>;

/** Newest first, at most 200. */
export const deliveriesQuery = z.strictObject({
  webhook: webhookName.optional(),
  state: deliveryState.optional(),
  limit: z.int().min(1).max(200).default(100),
});
/** These, or all dead ones of a webhook, however many, but for tests. What was delivered may be sent again as well. */
export const redelivery = z.union([
  z.strictObject({ ids: z.array(delivery.shape.id).min(1).max(200) }),
  z.strictObject({ webhook: webhookName }),
]);
