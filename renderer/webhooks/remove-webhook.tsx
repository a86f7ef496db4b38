import type { WebhookSummary } from '../../shared/contract/notifications.ts';
import { call } from '../contract/client.ts';
import { useAction } from '../contract/use-action.ts';
import { m } from '../i18n/messages.ts';
import { loadWebhooks } from '../state/webhooks.ts';
import { Confirm } from '../ui/confirm.tsx';
import { announce } from '../ui/toasts.ts';

interface Props {
  readonly webhook: WebhookSummary;
  readonly onClose: () => void;
}

export function RemoveWebhook({ webhook, onClose }: Props) {
  const { id, label } = webhook;
  const remove = useAction(async () => {
    await call('webhooks.remove', { webhook: id });
    onClose();
    await loadWebhooks();
    announce(m.webhooks.removed(label));
  });
  return (
    <Confirm
      open
      danger
      title={m.webhooks.removeTitle(label)}
      verb={m.webhooks.removeVerb}
      pending={remove.pending}
      error={remove.error}
      onConfirm={() => void remove.run()}
      onCancel={onClose}
    >
      {m.webhooks.removeText}
    </Confirm>
  );
}
