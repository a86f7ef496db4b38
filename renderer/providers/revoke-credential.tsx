import { useAction } from '../contract/use-action.ts';
import { m } from '../i18n/messages.ts';
import { show } from '../state/view.ts';
import { Confirm } from '../ui/confirm.tsx';
import { moveCredential, nameOf } from './acts.ts';

const close = (): void => show({ ask: null });

export function RevokeCredential({ id }: { readonly id: string }) {
  const revoke = useAction(async () => {
    await moveCredential(id, 'revoke');
    close();
  });
  return (
    <Confirm
      open
      danger
      title={m.providers.revokeTitle(nameOf(id))}
      verb={m.providers.revokeVerb}
      pending={revoke.pending}
      error={revoke.error}
      onConfirm={() => void revoke.run()}
      onCancel={close}
    >
      {m.providers.revokeText}
    </Confirm>
  );
}
