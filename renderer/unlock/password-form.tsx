import type { FormEvent } from 'react';
import { useEffect, useRef, useState } from 'react';
import { asAppError, call } from '../contract/client.ts';
import { useAction } from '../contract/use-action.ts';
import { m } from '../i18n/messages.ts';
import { enterShell, useSession } from '../state/session.ts';
import { Button } from '../ui/button.tsx';
import { ErrorNote } from '../ui/error-note.tsx';
import { Field } from '../ui/field.tsx';
import { SecretInput } from '../ui/secret-input.tsx';
import { CapsLock } from './caps-lock.tsx';
import { DelayNote } from './delay-note.tsx';
import styles from './gate.module.css';
import { useDelay } from './use-delay.ts';

interface Props {
  readonly onRecovery: () => void;
  readonly onRestore: () => void;
}

/** Password, Enter. A wrong one says no more than that; the core makes each next try wait longer. */
export function PasswordForm({ onRecovery, onRestore }: Props) {
  const [password, setPassword] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const [capsLock, setCapsLock] = useState(false);
  const retryAfterMs = useSession((session) => session.status?.retryAfterMs ?? 0);
  const { secondsLeft, wait } = useDelay();
  const field = useRef<HTMLInputElement & HTMLTextAreaElement>(null);
  useEffect(() => field.current?.focus(), []);
  useEffect(() => {
    if (retryAfterMs > 0) wait(retryAfterMs);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- only the delay that stood when the page came up
  }, []);

  const unlock = useAction(async () => {
    setProblem(null);
    try {
      const status = await call('vault.unlock', { password });
      setPassword('');
      await enterShell(status);
    } catch (thrown) {
      const error = asAppError(thrown);
      if (error.code !== 'wrong_password' && error.code !== 'throttled') throw error;
      const { retryAfterMs: delay } = await call('vault.status', {});
      wait(error.retryAfterMs ?? delay);
      if (error.code === 'wrong_password') {
        setPassword('');
        setProblem(m.unlock.wrong);
      }
      field.current?.focus();
    }
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (secondsLeft > 0) return;
    if (password === '') setProblem(m.common.passwordNeeded);
    else void unlock.run();
  };

  return (
    <form className={styles.form} onSubmit={submit}>
      <div>
        <Field label={m.common.password} error={problem}>
          {(control) => (
            <SecretInput {...control} ref={field} value={password} onChange={setPassword} onCapsLock={setCapsLock} />
          )}
        </Field>
        <CapsLock on={capsLock} />
        <DelayNote problem={problem} secondsLeft={secondsLeft} />
      </div>
      <ErrorNote error={unlock.error}>
        {unlock.error?.code === 'integrity_failure' && <Button onClick={onRestore}>{m.backups.lost}</Button>}
      </ErrorNote>
      <div className={`${styles.row} ${styles.spread}`}>
        <Button look="link" onClick={onRecovery}>
          {m.unlock.useRecovery}
        </Button>
        <Button look="primary" large type="submit" pending={unlock.pending} disabled={secondsLeft > 0}>
          {m.unlock.verb}
        </Button>
      </div>
    </form>
  );
}
