import { call } from '../contract/client.ts';
import { useAction } from '../contract/use-action.ts';
import { m } from '../i18n/messages.ts';
import { keepClient, useClients } from '../state/clients.ts';
import { show } from '../state/view.ts';
import { Confirm } from '../ui/confirm.tsx';
import { announce } from '../ui/toasts.ts';

const close = (): void => show({ ask: null });

export function RevokeClient({ id }: { readonly id: string }) {
  const name = useClients((store) => store.list.find((client) => client.id === id)?.name ?? '');
  const revoke = useAction(async () => {
    keepClient(await call('clients.revoke', { client: id }));
    announce(m.clients.revoked(name));
    close();
  });
  return (
    <Confirm
      open
      danger
      title={m.clients.revokeTitle(name)}
      verb={m.clients.revokeVerb}
      pending={revoke.pending}
      error={revoke.error}
      onConfirm={() => void revoke.run()}
      onCancel={close}
    >
      {m.clients.revokeText}
    </Confirm>
  );
}
