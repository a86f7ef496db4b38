import { useState } from 'react';
import type { WebhookSummary } from '../../shared/contract/notifications.ts';
import { DEFAULT_OVERLAP_HOURS } from '../../shared/notifications.ts';
import { call } from '../contract/client.ts';
import { useAction } from '../contract/use-action.ts';
import { m } from '../i18n/messages.ts';
import { loadWebhooks } from '../state/webhooks.ts';
import { Confirm } from '../ui/confirm.tsx';
import { Field } from '../ui/field.tsx';
import { Select } from '../ui/select.tsx';
import { SecretOnce } from './secret-once.tsx';

interface Props {
  readonly webhook: WebhookSummary;
  readonly onClose: () => void;
}

/** A new secret, shown once; the former one goes on signing for a while. */
export function RotateSecret({ webhook, onClose }: Props) {
  const [hours, setHours] = useState(String(DEFAULT_OVERLAP_HOURS));
  const [secret, setSecret] = useState<string | null>(null);
  const rotate = useAction(async () => {
    const answer = await call('webhooks.rotate', { webhook: webhook.id, overlapHours: Number(hours) });
    setSecret(answer.secret);
    await loadWebhooks();
  });
  if (secret !== null) return <SecretOnce secret={secret} onClose={onClose} />;
  return (
    <Confirm
      open
      title={m.webhooks.rotateTitle(webhook.label)}
      verb={m.webhooks.rotateVerb}
      pending={rotate.pending}
      error={rotate.error}
      onConfirm={() => void rotate.run()}
      onCancel={onClose}
    >
      <p>{m.webhooks.rotateText}</p>
      <Field label={m.webhooks.overlap}>
        {(control) => (
          <Select
            {...control}
            value={hours}
            options={Object.entries(m.webhooks.overlaps).map(([value, label]) => ({ value, label }))}
            onChange={setHours}
          />
        )}
      </Field>
    </Confirm>
  );
}
