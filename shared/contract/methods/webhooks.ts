import { z } from 'zod';
import { BOTH, method, nothing, UNLOCKED } from '../method.ts';
import {
  deliveriesQuery,
  delivery,
  newWebhook,
  onWebhook,
  redelivery,
  webhookChanges,
  webhookRotation,
  webhookSummary,
  webhookWithSecret,
} from '../notifications.ts';

/** Webhooks and what became of their messages. */
export const webhookMethods = {
  'webhooks.list': method({ callers: BOTH, states: UNLOCKED, input: nothing, output: z.array(webhookSummary) }),
  /** From a window the address is asked about outside the page, here and in `edit`. */
  'webhooks.create': method({ callers: BOTH, states: UNLOCKED, input: newWebhook, output: webhookWithSecret }),
  'webhooks.edit': method({ callers: BOTH, states: UNLOCKED, input: webhookChanges, output: webhookSummary }),
  'webhooks.remove': method({ callers: BOTH, states: UNLOCKED, input: onWebhook, output: nothing }),
  /** A new secret; the old one signs beside it until the overlap is over. */
  'webhooks.rotate': method({ callers: BOTH, states: UNLOCKED, input: webhookRotation, output: webhookWithSecret }),
  /** Sends one message of type `webhook.test`, once, and answers when it is known what became of it. */
  'webhooks.test': method({ callers: BOTH, states: UNLOCKED, input: onWebhook, output: delivery }),
  'webhooks.deliveries': method({
    callers: BOTH,
    states: UNLOCKED,
    input: deliveriesQuery,
    output: z.array(delivery),
  }),
  /** Sends again what is dead or was delivered, under the same ids. */
  'webhooks.redeliver': method({
    callers: BOTH,
    states: UNLOCKED,
    input: redelivery,
    output: z.strictObject({ queued: z.int().min(0) }),
  }),
} as const;
