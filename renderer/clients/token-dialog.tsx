import { useState } from 'react';
import { m } from '../i18n/messages.ts';
import { useSession } from '../state/session.ts';
import { Button } from '../ui/button.tsx';
import { Confirm } from '../ui/confirm.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Note } from '../ui/note.tsx';
import { Snippet } from '../ui/snippet.tsx';
import { baseUrlOf, curlSnippet, firstKey } from './snippets.ts';
import { ToolSnippets } from './tool-snippets.tsx';
import { TOOLS, takesToken, type Tool } from './tool-steps.ts';

interface Props {
  readonly title: string;
  readonly token: string;
  readonly grants: readonly string[];
  readonly onClose: () => void;
}

const WITH_TOKEN = TOOLS.filter((tool) => takesToken(tool));

/** The token, once. It lives in this dialog's props and nowhere else; closing without "I stored it" asks. */
export function TokenDialog({ title, token, grants, onClose }: Props) {
  const [copied, setCopied] = useState(false);
  const [leaving, setLeaving] = useState(false);
  const [tool, setTool] = useState<Tool>('env');
  const baseUrl = baseUrlOf(useSession((session) => session.endpoint));
  const key = firstKey(grants);
  return (
    <>
      <Dialog
        open
        wide
        title={title}
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
        {baseUrl === null && (
          <Note tone="info">
            <p>{m.clients.snippetEndpointOff}</p>
          </Note>
        )}
        {key?.kind === 'proxy' ? (
          <ToolSnippets
            provider={key.provider}
            label={key.label}
            token={token}
            tool={tool}
            onTool={setTool}
            tools={WITH_TOKEN}
          />
        ) : (
          baseUrl !== null && (
            <Snippet label={m.clients.curl} text={curlSnippet(baseUrl, grants, m.clients.tokenPlace)} />
          )
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
