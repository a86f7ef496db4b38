import type { WebhookSummary } from '../../shared/contract/notifications.ts';
import { m } from '../i18n/messages.ts';
import type { Setting } from '../settings/setting-row.tsx';
import { AddWebhook } from './add-webhook.tsx';
import { WebhookActs } from './webhook-acts.tsx';
import { WebhookFacts } from './webhook-facts.tsx';

/** One row to add, and one for each webhook. */
export function webhookSettings(list: readonly WebhookSummary[]): readonly Setting[] {
  return [
    { title: m.webhooks.title, text: m.webhooks.text, control: <AddWebhook /> },
    ...list.map((webhook) => ({
      title: webhook.label,
      text: m.webhooks.to(webhook.shownUrl),
      control: <WebhookActs webhook={webhook} />,
      below: <WebhookFacts webhook={webhook} />,
    })),
  ];
}
