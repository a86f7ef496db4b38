import { call } from '../contract/client.ts';
import { useAction } from '../contract/use-action.ts';
import { m } from '../i18n/messages.ts';
import { reloadQuotas, useQuotas } from '../state/quotas.ts';
import { navigate } from '../state/route.ts';
import { show } from '../state/view.ts';
import { Confirm } from '../ui/confirm.tsx';
import { announce } from '../ui/toasts.ts';

const close = (): void => show({ ask: null });

export function RemoveQuota({ id }: { readonly id: string }) {
  const name = useQuotas((store) => store.list.find((one) => one.id === id)?.definition.name) ?? id;
  const remove = useAction(async () => {
    await call('quotas.remove', { id });
    await reloadQuotas();
    announce(m.quotas.removed(name));
    close();
    navigate({ screen: 'quotas', id: null }, 'replace');
  });
  return (
    <Confirm
      open
      danger
      title={m.quotas.removeTitle(name)}
      verb={m.quotas.removeVerb}
      pending={remove.pending}
      error={remove.error}
      onConfirm={() => void remove.run()}
      onCancel={close}
    >
      {m.quotas.removeText}
    </Confirm>
  );
}
