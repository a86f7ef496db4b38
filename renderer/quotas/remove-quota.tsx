import { call } from '../contract/client.ts';
import { m } from '../i18n/messages.ts';
import { reloadQuotas, useQuotas } from '../state/quotas.ts';
import { navigate } from '../state/route.ts';
import { show } from '../state/view.ts';
import { RemoveConfirm } from '../ui/remove-confirm.tsx';

export function RemoveQuota({ id }: { readonly id: string }) {
  const name = useQuotas((store) => store.list.find((one) => one.id === id)?.definition.name) ?? id;
  const remove = async (): Promise<void> => {
    await call('quotas.remove', { id });
    await reloadQuotas();
    navigate({ screen: 'quotas', id: null }, 'replace');
  };
  return <RemoveConfirm words={m.quotas} name={name} remove={remove} onClose={() => show({ ask: null })} />;
}
