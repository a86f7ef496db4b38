import { call } from '../contract/client.ts';
import { m } from '../i18n/messages.ts';
import { loadProviders, useSession } from '../state/session.ts';
import { show } from '../state/view.ts';
import { RemoveConfirm } from '../ui/remove-confirm.tsx';

export function RemoveProvider({ id }: { readonly id: string }) {
  const name = useSession((session) => session.providers.get(id)?.name) ?? id;
  const remove = async (): Promise<void> => {
    await call('providers.remove', { id });
    await loadProviders();
  };
  return <RemoveConfirm words={m.ownProviders} name={name} remove={remove} onClose={() => show({ ask: null })} />;
}
