import { useState } from 'react';
import type { ClientSummary } from '../../shared/contract/schemas.ts';
import { call } from '../contract/client.ts';
import { useAction } from '../contract/use-action.ts';
import { m } from '../i18n/messages.ts';
import { keepClient } from '../state/clients.ts';
import { Confirm } from '../ui/confirm.tsx';
import { TokenDialog } from './token-dialog.tsx';

interface Props {
  readonly client: ClientSummary;
  readonly onClose: () => void;
}

/** A new token for the same client, shown once; the old one stops with the answer. */
export function RotateClient({ client, onClose }: Props) {
  const [token, setToken] = useState<string | null>(null);
  const rotate = useAction(async () => {
    const made = await call('clients.rotate', { client: client.id });
    keepClient(made.client);
    setToken(made.token);
  });
  if (token !== null) {
    return <TokenDialog title={m.clients.rotatedTitle} token={token} grants={client.grants} onClose={onClose} />;
  }
  return (
    <Confirm
      open
      title={m.clients.rotateTitle(client.name)}
      verb={m.clients.rotateVerb}
      pending={rotate.pending}
      error={rotate.error}
      onConfirm={() => void rotate.run()}
      onCancel={onClose}
    >
      <p>{m.clients.rotateText}</p>
      {rotate.pending && <p role="status">{m.common.confirmElsewhere}</p>}
    </Confirm>
  );
}
