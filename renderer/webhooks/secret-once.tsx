import { useState } from 'react';
import { m } from '../i18n/messages.ts';
import { Button } from '../ui/button.tsx';
import { Confirm } from '../ui/confirm.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Note } from '../ui/note.tsx';
import { Snippet } from '../ui/snippet.tsx';

interface Props {
  readonly secret: string;
  readonly onClose: () => void;
}

/** The signing secret, once. It lives in this dialog's props and nowhere else; closing without "I stored it" asks. */
export function SecretOnce({ secret, onClose }: Props) {
  const [copied, setCopied] = useState(false);
  const [leaving, setLeaving] = useState(false);
  return (
    <>
      <Dialog
        open
        wide
        title={m.webhooks.secretTitle}
        description={m.webhooks.secretLead}
        onClose={() => setLeaving(true)}
        actions={
          <Button look="primary" onClick={onClose}>
            {m.webhooks.stored}
          </Button>
        }
      >
        <Snippet label={m.webhooks.secret} text={secret} onCopied={() => setCopied(true)} />
        {copied && (
          <Note tone="quiet" role="status">
            <p>{m.webhooks.secretClear}</p>
          </Note>
        )}
      </Dialog>
      <Confirm
        open={leaving}
        title={m.webhooks.leaveSecretTitle}
        verb={m.webhooks.leaveSecret}
        onConfirm={onClose}
        onCancel={() => setLeaving(false)}
      >
        {m.webhooks.leaveSecretText}
      </Confirm>
    </>
  );
}
