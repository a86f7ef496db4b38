import { useEffect, useState } from 'react';
import { m } from '../i18n/messages.ts';
import { loadWebhooks } from '../state/webhooks.ts';
import { Button } from '../ui/button.tsx';
import { WebhookSheet } from './webhook-sheet.tsx';

export function AddWebhook() {
  const [open, setOpen] = useState(false);
  useEffect(() => {
    void loadWebhooks();
  }, []);
  return (
    <>
      <Button onClick={() => setOpen(true)}>{m.webhooks.add}</Button>
      {open && <WebhookSheet webhook={null} onClose={() => setOpen(false)} />}
    </>
  );
}
