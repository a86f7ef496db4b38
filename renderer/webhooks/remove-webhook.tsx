import type { WebhookSummary } from '../../shared/contract/notifications.ts';
import { call } from '../contract/client.ts';
import { m } from '../i18n/messages.ts';
import { loadWebhooks } from '../state/webhooks.ts';
import { RemoveConfirm } from '../ui/remove-confirm.tsx';

interface Props {
  readonly webhook: WebhookSummary;
  readonly onClose: () => void;
}

export function RemoveWebhook({ webhook, onClose }: Props) {
  const { id, label } = webhook;
  const remove = async (): Promise<void> => {
    await call('webhooks.remove', { webhook: id });
    await loadWebhooks();
  };
  return <RemoveConfirm words={m.webhooks} name={label} remove={remove} onClose={onClose} />;
}
