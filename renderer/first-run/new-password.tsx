import { WandSparkles } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { z } from 'zod';
import type { passwordStrength } from '../../shared/contract/schemas.ts';
import { call } from '../contract/client.ts';
import { useDebounced } from '../contract/use-debounced.ts';
import { m } from '../i18n/messages.ts';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import { SecretInput } from '../ui/secret-input.tsx';
import { CapsLock } from '../unlock/caps-lock.tsx';
import styles from './new-password.module.css';
import { isLongEnough } from './strength.ts';
import { StrengthMeter } from './strength-meter.tsx';

export type Strength = z.output<typeof passwordStrength>;

interface Props {
  readonly label: string;
  readonly autoFocus?: boolean;
  /** After the first try to go on every fault is said. */
  readonly showErrors: boolean;
  /** The password once it is acceptable and typed twice, else null. */
  readonly onChange: (password: string | null) => void;
}

/** A new password: hidden, judged while typing, typed twice; or a suggested passphrase. */
export function NewPassword({ label, autoFocus, showErrors, onChange }: Props) {
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  const [suggested, setSuggested] = useState(false);
  const [capsLock, setCapsLock] = useState(false);
  const [judged, setJudged] = useState<{ readonly password: string; readonly strength: Strength } | null>(null);
  const settled = useDebounced(password, 200);
  useEffect(() => {
    if (settled === '') return;
    let current = true;
    call('vault.passwordStrength', { password: settled })
      .then((strength) => current && setJudged({ password: settled, strength }))
      .catch(() => undefined); // without a verdict the password stays unacceptable
    return () => {
      current = false;
    };
  }, [settled]);

  const strength = password === '' ? null : (judged?.strength ?? null);
  const good = judged !== null && judged.password === password && judged.strength.acceptable && isLongEnough(password);
  const ready = good && again === password ? password : null;
  useEffect(() => onChange(ready), [ready, onChange]);

  const suggest = async (): Promise<void> => {
    const suggestion = await call('vault.suggestPassword', {});
    setPassword(suggestion.password);
    setAgain('');
    setSuggested(true);
  };
  const fault = (): string | null => {
    if (password === '') return m.common.passwordNeeded;
    if (!isLongEnough(password)) return m.firstRun.tooShort;
    return judged?.password === password && !judged.strength.acceptable ? m.firstRun.tooWeak : null;
  };
  return (
    <>
      <div className={styles.stack}>
        <Field
          label={label}
          hint={suggested ? m.firstRun.suggested : m.firstRun.passwordHint}
          error={showErrors ? fault() : null}
        >
          {(control) => (
            <SecretInput
              {...control}
              key={String(suggested)}
              startShown={suggested}
              autoFocus={autoFocus ?? false}
              value={password}
              onChange={setPassword}
              onCapsLock={setCapsLock}
            />
          )}
        </Field>
        <CapsLock on={capsLock} />
        <StrengthMeter strength={strength} />
        <Button look="link" icon={<WandSparkles size={15} aria-hidden />} onClick={() => void suggest()}>
          {m.firstRun.suggest}
        </Button>
      </div>
      <Field
        label={m.firstRun.confirm}
        error={
          again !== '' && (showErrors || again.length >= password.length) && again !== password
            ? m.firstRun.mismatch
            : null
        }
      >
        {(control) => <SecretInput {...control} value={again} onChange={setAgain} onCapsLock={setCapsLock} />}
      </Field>
    </>
  );
}
