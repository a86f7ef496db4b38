import type { FormEvent } from 'react';
import { useState } from 'react';
import { call } from '../contract/client.ts';
import { useAction } from '../contract/use-action.ts';
import { NewPassword } from '../first-run/new-password.tsx';
import { useNewPassword } from '../first-run/use-new-password.ts';
import { KitConfirm } from '../first-run/kit-confirm.tsx';
import { m } from '../i18n/messages.ts';
import { enterShell, useSession } from '../state/session.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { ErrorNote } from '../ui/error-note.tsx';
import { Field } from '../ui/field.tsx';
import { TextInput } from '../ui/text-input.tsx';
import { announce } from '../ui/toasts.ts';
import styles from './gate.module.css';

/** Opens the vault with the recovery code: forces a new password and a new kit. */
export function RecoveryForm({ onPassword }: { readonly onPassword: () => void }) {
  const [code, setCode] = useState('');
  const fresh = useNewPassword();
  const [checked, setChecked] = useState(false);
  const [kit, setKit] = useState<string | null>(null);

  const leave = async (): Promise<void> => enterShell(await call('vault.status', {}));
  const recover = useAction(async () => {
    // The vault opens now, but the new kit is shown before the shell.
    useSession.setState({ phase: 'recovering' });
    try {
      const { recoveryCode } = await call('vault.recover', { recoveryCode: code, newPassword: fresh.ready ?? '' });
      if (recoveryCode !== null) return setKit(recoveryCode);
      await leave();
      announce(m.unlock.nothingReplaced);
    } catch (thrown) {
      useSession.setState({ phase: 'locked' });
      throw thrown;
    }
  });
  const confirm = useAction(async (groups: readonly { index: number; text: string }[]) => {
    const bindDevice = useSession.getState().status?.protection.keychain !== null;
    const status = await call('vault.confirmRecovery', {
      proof: { groups: [...groups] },
      password: fresh.ready ?? '',
      bindDevice,
    });
    await enterShell(status);
  });

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setChecked(true);
    if (code.trim() !== '' && fresh.ready !== null) void recover.run();
  };
  return (
    <form className={styles.form} onSubmit={submit}>
      <Field
        label={m.unlock.recoveryCode}
        hint={m.unlock.recoveryHint}
        error={checked && code.trim() === '' ? m.unlock.codeMissing : null}
      >
        {(control) => <TextInput {...control} mono autoFocus maxLength={128} value={code} onChange={setCode} />}
      </Field>
      <NewPassword label={m.unlock.newPassword} state={fresh} showErrors={checked} />
      <ErrorNote error={recover.error} />
      <div className={`${styles.row} ${styles.spread}`}>
        <Button look="link" onClick={onPassword}>
          {m.unlock.usePassword}
        </Button>
        <Button look="primary" large type="submit" pending={recover.pending}>
          {m.unlock.recover}
        </Button>
      </div>
      <Dialog
        open={kit !== null}
        wide
        title={m.unlock.newKitTitle}
        description={m.unlock.newKitLead}
        onClose={() => undefined}
      >
        {kit !== null && (
          <KitConfirm
            code={kit}
            pending={confirm.pending}
            error={confirm.error}
            onConfirmed={(groups) => void confirm.run(groups)}
            onDeclined={() => void leave()}
          />
        )}
      </Dialog>
    </form>
  );
}
