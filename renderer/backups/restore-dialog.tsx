import type { FormEvent } from 'react';
import { useEffect, useId, useState } from 'react';
import type { VaultBackupCheck } from '../../shared/contract/backups.ts';
import { call } from '../contract/client.ts';
import { useAction } from '../contract/use-action.ts';
import { m } from '../i18n/messages.ts';
import { loadBackups } from '../state/backups.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { ErrorNote } from '../ui/error-note.tsx';
import { Field } from '../ui/field.tsx';
import layout from '../ui/form-layout.module.css';
import { Note } from '../ui/note.tsx';
import { SecretInput } from '../ui/secret-input.tsx';
import { useProblemFocus } from '../ui/use-problem-focus.ts';
import { DelayNote } from '../unlock/delay-note.tsx';
import { Changes } from './changes.tsx';
import { useRestore } from './use-restore.ts';

interface Props {
  readonly name: string;
  readonly title: string;
  readonly onClose: () => void;
}

/**
 * Looks into the copy first, so that it can be said what would change. Afterwards the vault is locked, and the unlock
 * screen tells what was done: this page is loaded anew.
 */
export function RestoreDialog({ name, title, onClose }: Props) {
  const [found, setFound] = useState<VaultBackupCheck | null>(null);
  const [secret, setSecret] = useState('');
  const form = useId();
  const look = useAction(async () => setFound(await call('vault.checkBackup', { name })));
  const { run: runLook } = look;
  useEffect(() => void runLook().then(loadBackups), [runLook]);
  const restore = useRestore(onClose);
  const field = useProblemFocus(restore.problem, restore.pending);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void restore.run(name, secret);
  };
  const isDamaged = found?.whole === false;
  return (
    <Dialog
      open
      wide
      title={title}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{isDamaged ? m.common.close : m.common.cancel}</Button>
          {!isDamaged && (
            <Button
              look="danger"
              type="submit"
              form={form}
              pending={restore.pending || look.pending}
              disabled={restore.secondsLeft > 0}
            >
              {m.backups.verb}
            </Button>
          )}
        </>
      }
    >
      <div role="status">
        {look.pending && <p>{m.backups.checking}</p>}
        {found?.whole === true && <p>{m.backups.verifies(found.keys, found.clients)}</p>}
        {isDamaged && (
          <Note tone="bad" title={m.backups.damagedTitle}>
            <p>{m.backups.damagedText}</p>
          </Note>
        )}
      </div>
      <ErrorNote error={look.error} />
      {!isDamaged && (
        <form id={form} className={layout.form} onSubmit={submit}>
          <Changes found={found} isLocking />
          <Field label={m.backups.secret} error={restore.problem}>
            {(control) => <SecretInput {...control} ref={field} autoFocus value={secret} onChange={setSecret} />}
          </Field>
          <DelayNote problem={restore.problem} secondsLeft={restore.secondsLeft} />
          {restore.pending && <p role="status">{m.common.confirmElsewhere}</p>}
          <ErrorNote error={restore.error} />
        </form>
      )}
    </Dialog>
  );
}
