import { Eye, EyeOff } from 'lucide-react';
import type { KeyboardEvent, Ref } from 'react';
import { useState } from 'react';
import { m } from '../i18n/messages.ts';
import { classes } from './classes.ts';
import type { ControlProps } from './field.tsx';
import styles from './field.module.css';
import { IconButton } from './icon-button.tsx';

interface Props extends Partial<ControlProps> {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly onCapsLock?: (on: boolean) => void;
  readonly onBlur?: () => void;
  readonly multiline?: boolean;
  /** A value the user has not seen yet (a suggestion) starts in the open. */
  readonly startShown?: boolean;
  readonly placeholder?: string;
  readonly autoFocus?: boolean;
  readonly name?: string;
  readonly ref?: Ref<HTMLInputElement & HTMLTextAreaElement>;
}

/** A field whose text is hidden unless asked for. Pasting is allowed; the browser keeps nothing. */
export function SecretInput({ value, onChange, onCapsLock, multiline, startShown, ...rest }: Props) {
  const [shown, setShown] = useState(startShown ?? false);
  const shared = {
    ...rest,
    value,
    autoComplete: 'off',
    autoCapitalize: 'off',
    autoCorrect: 'off',
    spellCheck: false,
    maxLength: 65_536,
    onChange: (event: { readonly target: { readonly value: string } }) => onChange(event.target.value),
    onKeyUp: (event: KeyboardEvent) => onCapsLock?.(event.getModifierState('CapsLock')),
  };
  return (
    <div className={styles.boxed}>
      {multiline === true ? (
        <textarea rows={4} {...shared} className={classes(styles.control, styles.mono, !shown && styles.concealed)} />
      ) : (
        <input {...shared} type={shown ? 'text' : 'password'} className={classes(styles.control, styles.mono)} />
      )}
      <span className={styles.inside}>
        <IconButton
          label={shown ? m.common.hide : m.common.show}
          aria-pressed={shown}
          icon={shown ? <EyeOff size={16} aria-hidden /> : <Eye size={16} aria-hidden />}
          onClick={() => setShown(!shown)}
        />
      </span>
    </div>
  );
}
