import type { FormEvent } from 'react';
import { useId, useState } from 'react';
import { call } from '../contract/client.ts';
import { useAction } from '../contract/use-action.ts';
import { NewPassword } from '../first-run/new-password.tsx';
import { useNewPassword } from '../first-run/use-new-password.ts';
import { m } from '../i18n/messages.ts';
import { useSession } from '../state/session.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { ErrorNote } from '../ui/error-note.tsx';
import { Field } from '../ui/field.tsx';
import { SecretInput } from '../ui/secret-input.tsx';
import { announce } from '../ui/toasts.ts';
import layout from '../ui/form-layout.module.css';

export function ChangePassword() {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button onClick={() => setOpen(true)}>{m.settings.changePassword}</Button>
      {open && <ChangeDialog onClose={() => setOpen(false)} />}
    </>
  );
}

function ChangeDialog({ onClose }: { readonly onClose: () => void }) {
  const [oldPassword, setOldPassword] = useState('');
  const fresh = useNewPassword();
  const [checked, setChecked] = useState(false);
  const form = useId();
  const change = useAction(async (chosen: string) => {
    const status = await call('vault.changePassword', { oldPassword, newPassword: chosen });
    useSession.setState({ status });
    announce(m.settings.changed);
    onClose();
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setChecked(true);
    if (oldPassword !== '' && fresh.ready !== null) void change.run(fresh.ready);
  };
  return (
    <Dialog
      open
      title={m.settings.changeTitle}
      description={m.settings.changeLead}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{m.common.cancel}</Button>
          <Button look="primary" type="submit" form={form} pending={change.pending}>
            {m.settings.changePassword}
          </Button>
        </>
      }
    >
      <form id={form} className={layout.form} onSubmit={submit}>
        <Field label={m.settings.oldPassword} error={checked && oldPassword === '' ? m.common.passwordNeeded : null}>
          {(control) => <SecretInput {...control} autoFocus value={oldPassword} onChange={setOldPassword} />}
        </Field>
        <NewPassword label={m.settings.newPassword} state={fresh} showErrors={checked} />
        <ErrorNote error={change.error} />
      </form>
    </Dialog>
  );
}
