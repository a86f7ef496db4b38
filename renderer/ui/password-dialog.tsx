import type { FormEvent } from 'react';
import { useId, useState } from 'react';
import type { AppError } from '../../shared/errors.ts';
import { m } from '../i18n/messages.ts';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';
import { ErrorNote } from './error-note.tsx';
import { Field } from './field.tsx';
import layout from './form-layout.module.css';
import { SecretInput } from './secret-input.tsx';
import { useProblemFocus } from './use-problem-focus.ts';

interface Props {
  readonly title: string;
  readonly text: string;
  readonly verb: string;
  readonly danger?: boolean;
  readonly pending?: boolean;
  readonly error: AppError | null;
  readonly onPassword: (password: string) => void;
  readonly onCancel: () => void;
}

/** Wants the master password before going on. */
export function PasswordDialog({ title, text, verb, danger, pending, error, onPassword, onCancel }: Props) {
  const [password, setPassword] = useState('');
  const [checked, setChecked] = useState(false);
  const form = useId();
  const isWrong = error?.code === 'wrong_password';
  const isMissing = checked && password === '';
  const problem = isMissing ? m.common.passwordNeeded : isWrong ? m.unlock.wrong : null;
  const field = useProblemFocus(problem, pending === true);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setChecked(true);
    if (password !== '') onPassword(password);
  };
  return (
    <Dialog
      open
      title={title}
      description={text}
      onClose={onCancel}
      actions={
        <>
          <Button onClick={onCancel}>{m.common.cancel}</Button>
          <Button form={form} type="submit" look={danger === true ? 'danger' : 'primary'} pending={pending === true}>
            {verb}
          </Button>
        </>
      }
    >
      <form id={form} className={layout.form} onSubmit={submit}>
        <Field label={m.common.password} error={problem}>
          {(control) => <SecretInput {...control} ref={field} autoFocus value={password} onChange={setPassword} />}
        </Field>
        <ErrorNote error={isWrong ? null : error} />
      </form>
    </Dialog>
  );
}
