import { call } from '../contract/client.ts';
import { useAction } from '../contract/use-action.ts';
import { m } from '../i18n/messages.ts';
import { loadProviders, useSession } from '../state/session.ts';
import { show } from '../state/view.ts';
import { Confirm } from '../ui/confirm.tsx';
import { announce } from '../ui/toasts.ts';

const close = (): void => show({ ask: null });

export function RemoveProvider({ id }: { readonly id: string }) {
  const name = useSession((session) => session.providers.get(id)?.name) ?? id;
  const remove = useAction(async () => {
    await call('providers.remove', { id });
    await loadProviders();
    announce(m.ownProviders.removed(name));
    close();
  });
  return (
    <Confirm
      open
      danger
      title={m.ownProviders.removeTitle(name)}
      verb={m.ownProviders.removeVerb}
      pending={remove.pending}
      error={remove.error}
      onConfirm={() => void remove.run()}
      onCancel={close}
    >
      {m.ownProviders.removeText}
    </Confirm>
  );
}
