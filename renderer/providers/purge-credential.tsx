import { call } from '../contract/client.ts';
import { useAction } from '../contract/use-action.ts';
import { m } from '../i18n/messages.ts';
import { forgetCredential } from '../state/credentials.ts';
import { show } from '../state/view.ts';
import { PasswordDialog } from '../ui/password-dialog.tsx';
import { announce } from '../ui/toasts.ts';
import { nameOf } from './acts.ts';

const close = (): void => show({ ask: null });

/** Not undoable: the master password is asked. */
export function PurgeCredential({ id }: { readonly id: string }) {
  const purge = useAction(async (password: string) => {
    const name = nameOf(id);
    await call('credentials.purge', { target: { id }, password });
    forgetCredential(id);
    announce(m.providers.purged(name));
    close();
  });
  return (
    <PasswordDialog
      danger
      title={m.providers.purgeTitle(nameOf(id))}
      text={m.providers.purgeText}
      verb={m.providers.purgeVerb}
      pending={purge.pending}
      error={purge.error}
      onPassword={(password) => void purge.run(password)}
      onCancel={close}
    />
  );
}
