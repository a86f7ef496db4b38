import { WandSparkles } from 'lucide-react';
import { useState } from 'react';
import { m } from '../i18n/messages.ts';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import { SecretInput } from '../ui/secret-input.tsx';
import { announceFailure } from '../ui/toasts.ts';
import { CapsLock } from '../unlock/caps-lock.tsx';
import styles from './new-password.module.css';
import { StrengthMeter } from './strength-meter.tsx';
import type { NewPasswordState } from './use-new-password.ts';

interface Props {
  readonly label: string;
  readonly state: NewPasswordState;
  readonly autoFocus?: boolean;
  /** After the first try to go on every fault is said. */
  readonly showErrors: boolean;
}

/** A new password: hidden, judged while typing, typed twice; or a suggested passphrase. */
export function NewPassword({ label, state, autoFocus, showErrors }: Props) {
  const { password, again, suggested } = state;
  const [capsLock, setCapsLock] = useState(false);
  const differs = state.differs && again !== '' && (showErrors || again.length >= password.length);
  return (
    <>
      <div className={styles.stack}>
        <Field
          label={label}
          hint={suggested ? m.firstRun.suggested : m.firstRun.passwordHint}
          error={showErrors ? state.fault : null}
        >
          {(control) => (
            <SecretInput
              {...control}
              key={String(suggested)}
              startShown={suggested}
              autoFocus={autoFocus ?? false}
              value={password}
              onChange={state.setPassword}
              onCapsLock={setCapsLock}
            />
          )}
        </Field>
        <CapsLock on={capsLock} />
        <StrengthMeter strength={state.strength} />
        <Button
          look="link"
          icon={<WandSparkles size={15} aria-hidden />}
          onClick={() => void state.suggest().catch(announceFailure)}
        >
          {m.firstRun.suggest}
        </Button>
      </div>
      <Field
        label={m.firstRun.confirm}
        error={differs || (showErrors && again === '' && password !== '') ? m.firstRun.mismatch : null}
      >
        {(control) => <SecretInput {...control} value={again} onChange={state.setAgain} onCapsLock={setCapsLock} />}
      </Field>
    </>
  );
}
