import { call } from '../contract/client.ts';
import { m } from '../i18n/messages.ts';
import { loadProviders, useSession } from '../state/session.ts';
import { show } from '../state/view.ts';
import { DangerConfirm } from '../ui/danger-confirm.tsx';

export function RemoveProvider({ id }: { readonly id: string }) {
  const name = useSession((session) => session.providers.get(id)?.name) ?? id;
  const remove = async (): Promise<void> => {
    await call('providers.remove', { id });
    await loadProviders();
  };
  return (
    <DangerConfirm
      title={m.ownProviders.removeTitle(name)}
      verb={m.ownProviders.removeVerb}
      done={m.ownProviders.removed(name)}
      act={remove}
      onClose={() => show({ ask: null })}
    >
      {m.ownProviders.removeText}
    </DangerConfirm>
  );
}
