import { useAction } from '../contract/use-action.ts';
import { m } from '../i18n/messages.ts';
import { show } from '../state/view.ts';
import { Confirm } from '../ui/confirm.tsx';
import { moveCredential, nameOf } from './acts.ts';

const close = (): void => show({ ask: null });

export function DeleteCredential({ id }: { readonly id: string }) {
  const remove = useAction(async () => {
    await moveCredential(id, 'delete');
    close();
  });
  return (
    <Confirm
      open
      danger
      title={m.providers.deleteTitle(nameOf(id))}
      verb={m.providers.deleteVerb}
      pending={remove.pending}
      error={remove.error}
      onConfirm={() => void remove.run()}
      onCancel={close}
    >
      {m.providers.deleteText}
    </Confirm>
  );
}
