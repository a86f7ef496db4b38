import type { FormEvent } from 'react';
import { useState } from 'react';
import { asAppError, call } from '../contract/client.ts';
import { useAction } from '../contract/use-action.ts';
import { m } from '../i18n/messages.ts';
import { loadSession } from '../state/session.ts';
import { Button } from '../ui/button.tsx';
import { ErrorNote } from '../ui/error-note.tsx';
import gate from '../unlock/gate.module.css';
import { NewPassword } from './new-password.tsx';
import { useNewPassword } from './use-new-password.ts';

interface Created {
  readonly password: string;
  readonly code: string;
  readonly unlockMs: number;
}

interface Props {
  /** Told before the vault is asked for, and after the answer. */
  readonly onCreating: (now: boolean) => void;
  readonly onCreated: (created: Created) => void;
}

export function PasswordStep({ onCreating, onCreated }: Props) {
  const fresh = useNewPassword();
  const [checked, setChecked] = useState(false);
  const create = useAction(async (chosen: string) => {
    onCreating(true);
    try {
      const { recoveryCode, unlockMs } = await call('vault.create', { password: chosen });
      onCreated({ password: chosen, code: recoveryCode, unlockMs });
    } catch (thrown) {
      // Made meanwhile by the command line: there is a vault to unlock.
      if (asAppError(thrown).code === 'conflict') await loadSession();
      throw thrown;
    } finally {
      onCreating(false);
    }
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setChecked(true);
    if (fresh.ready !== null) void create.run(fresh.ready);
  };
  return (
    <>
      <div className={gate.head}>
        <h1 tabIndex={-1}>{m.firstRun.passwordTitle}</h1>
        <p className={gate.lead}>{m.firstRun.passwordLead}</p>
      </div>
      <form className={gate.panel} onSubmit={submit}>
        <NewPassword label={m.common.password} state={fresh} autoFocus showErrors={checked} />
        <ErrorNote error={create.error} />
        <div className={gate.row}>
          <Button look="primary" large type="submit" pending={create.pending}>
            {create.pending ? m.firstRun.creating : m.firstRun.createVault}
          </Button>
        </div>
      </form>
    </>
  );
}
