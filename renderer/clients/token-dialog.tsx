import { useState } from 'react';
import { m } from '../i18n/messages.ts';
import { useSession } from '../state/session.ts';
import { Button } from '../ui/button.tsx';
import { Confirm } from '../ui/confirm.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Note } from '../ui/note.tsx';
import { Snippet } from '../ui/snippet.tsx';
import { baseUrlOf, curlSnippet } from './snippets.ts';

interface Props {
  readonly token: string;
  readonly grants: readonly string[];
  readonly onClose: () => void;
}

/** The token, once. It lives in this dialog's props and nowhere else; closing without "I stored it" asks. */
export function TokenDialog({ token, grants, onClose }: Props) {
  const [copied, setCopied] = useState(false);
  const [leaving, setLeaving] = useState(false);
  const baseUrl = baseUrlOf(useSession((session) => session.endpoint));
  return (
    <>
      <Dialog
        open
        wide
        title={m.clients.tokenTitle}
        description={m.clients.tokenLead}
        onClose={() => setLeaving(true)}
        actions={
          <Button look="primary" onClick={onClose}>
            {m.clients.stored}
          </Button>
        }
      >
        <Snippet label={m.clients.token} text={token} onCopied={() => setCopied(true)} />
        {copied && (
          <Note tone="quiet" role="status">
            <p>{m.clients.tokenClear}</p>
          </Note>
        )}
        {baseUrl === null ? (
          <Note tone="info">
            <p>{m.clients.snippetEndpointOff}</p>
          </Note>
        ) : (
          <Snippet label={m.clients.curl} text={curlSnippet(baseUrl, grants, m.clients.tokenPlace)} />
        )}
      </Dialog>
      <Confirm
        open={leaving}
        title={m.clients.leaveTitle}
        verb={m.clients.leave}
        onConfirm={onClose}
        onCancel={() => setLeaving(false)}
      >
        {m.clients.leaveText}
      </Confirm>
    </>
  );
}
