import type { WebhookSummary } from '../../shared/contract/notifications.ts';
import { m } from '../i18n/messages.ts';
import type { Setting } from '../settings/setting-row.tsx';
import type { RemoteList } from '../state/remote-list.ts';
import { loadWebhooks } from '../state/webhooks.ts';
import { NotReadYet } from '../ui/not-read-yet.tsx';
import { AddWebhook } from './add-webhook.tsx';
import { WebhookActs } from './webhook-acts.tsx';
import { WebhookFacts } from './webhook-facts.tsx';

/** One row to add, and one for each webhook. */
export function webhookSettings({ state, error, list }: RemoteList<WebhookSummary>): readonly Setting[] {
  return [
    {
      title: m.webhooks.title,
      text: m.webhooks.text,
      control: <AddWebhook />,
      below:
        state === 'failed' || state === 'loading' ? (
          <NotReadYet error={error} onRetry={() => void loadWebhooks()} lines={1} />
        ) : undefined,
    },
    ...list.map((webhook) => ({
      title: webhook.label,
      text: m.webhooks.to(webhook.shownUrl),
      control: <WebhookActs webhook={webhook} />,
      below: <WebhookFacts webhook={webhook} />,
    })),
  ];
}
