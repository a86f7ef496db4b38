import { Ellipsis, KeyRound, ListChecks, Pencil, Send, Trash2 } from 'lucide-react';
import { useState } from 'react';
import type { WebhookSummary } from '../../shared/contract/notifications.ts';
import { call } from '../contract/client.ts';
import { useAction } from '../contract/use-action.ts';
import { m } from '../i18n/messages.ts';
import { loadWebhooks } from '../state/webhooks.ts';
import { ErrorNote } from '../ui/error-note.tsx';
import { IconButton } from '../ui/icon-button.tsx';
import { Menu } from '../ui/menu.tsx';
import { Switch } from '../ui/switch.tsx';
import { announce } from '../ui/toasts.ts';
import { DeliveryLog } from './delivery-log.tsx';
import { tryWords } from './delivery-words.ts';
import { RemoveWebhook } from './remove-webhook.tsx';
import { RotateSecret } from './rotate-secret.tsx';
import { WebhookSheet } from './webhook-sheet.tsx';

export function WebhookActs({ webhook }: { readonly webhook: WebhookSummary }) {
  const { id, label, on } = webhook;
  const [asked, setAsked] = useState<'edit' | 'log' | 'rotate' | 'remove' | null>(null);
  const close = (): void => setAsked(null);
  const turn = useAction(async (wanted: boolean) => {
    await call('webhooks.edit', { webhook: id, on: wanted });
    await loadWebhooks();
    announce(wanted ? m.webhooks.isOn(label) : m.webhooks.isOff(label), { slot: `webhook-${id}` });
  });
  const test = useAction(async () => {
    const { state, log, deadBecause } = await call('webhooks.test', { webhook: id });
    await loadWebhooks();
    if (state === 'delivered') announce(m.webhooks.tested(label), { slot: `webhook-${id}`, tone: 'ok' });
    else if (deadBecause === 'gone') announce(m.webhooks.testGone(label), { slot: `webhook-${id}`, tone: 'bad' });
    else announce(m.webhooks.testFailed(label, tryWords(log[0])), { slot: `webhook-${id}`, tone: 'bad' });
  });
  return (
    <>
      <ErrorNote error={turn.error ?? test.error} />
      <Menu
        trigger={
          <IconButton
            label={m.webhooks.actsOf(label)}
            pending={test.pending}
            icon={<Ellipsis size={17} aria-hidden />}
          />
        }
        entries={[
          { label: m.webhooks.test, icon: <Send size={15} aria-hidden />, run: () => void test.run() },
          { label: m.webhooks.log, icon: <ListChecks size={15} aria-hidden />, run: () => setAsked('log') },
          { label: m.webhooks.edit, icon: <Pencil size={15} aria-hidden />, apart: true, run: () => setAsked('edit') },
          { label: m.webhooks.rotate, icon: <KeyRound size={15} aria-hidden />, run: () => setAsked('rotate') },
          {
            label: m.webhooks.remove,
            icon: <Trash2 size={15} aria-hidden />,
            danger: true,
            apart: true,
            run: () => setAsked('remove'),
          },
        ]}
      />
      <Switch
        label={m.webhooks.onNamed(label)}
        checked={on}
        disabled={turn.pending}
        onChange={(wanted) => void turn.run(wanted)}
      />
      {asked === 'edit' && <WebhookSheet webhook={webhook} onClose={close} />}
      {asked === 'log' && <DeliveryLog webhook={webhook} onClose={close} />}
      {asked === 'rotate' && <RotateSecret webhook={webhook} onClose={close} />}
      {asked === 'remove' && <RemoveWebhook webhook={webhook} onClose={close} />}
    </>
  );
}
