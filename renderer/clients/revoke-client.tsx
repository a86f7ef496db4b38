import { call } from '../contract/client.ts';
import { m } from '../i18n/messages.ts';
import { keepClient, useClients } from '../state/clients.ts';
import { show } from '../state/view.ts';
import { DangerConfirm } from '../ui/danger-confirm.tsx';

export function RevokeClient({ id }: { readonly id: string }) {
  const name = useClients((store) => store.list.find((client) => client.id === id)?.name ?? '');
  return (
    <DangerConfirm
      title={m.clients.revokeTitle(name)}
      verb={m.clients.revokeVerb}
      done={m.clients.revoked(name)}
      act={async () => keepClient(await call('clients.revoke', { client: id }))}
      onClose={() => show({ ask: null })}
    >
      {m.clients.revokeText}
    </DangerConfirm>
  );
}
