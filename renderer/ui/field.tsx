import type { ReactNode } from 'react';
import { useId } from 'react';
import { m } from '../i18n/messages.ts';
import { FieldError } from './field-error.tsx';
import styles from './field.module.css';

/** What a control must carry to be tied to its label, hint and error. */
export interface ControlProps {
  readonly id: string;
  readonly 'aria-describedby': string | undefined;
  readonly 'aria-invalid': boolean | undefined;
  readonly 'aria-required': boolean | undefined;
}

interface Props {
  readonly label: string;
  /** For readers only: what stands around it says the same to the eye. */
  readonly hiddenLabel?: boolean;
  readonly hint?: ReactNode;
  readonly error?: string | null | undefined;
  readonly optional?: boolean;
  readonly required?: boolean;
  readonly children: (control: ControlProps) => ReactNode;
}

export function Field({ label, hiddenLabel, hint, error, optional, required, children }: Props) {
  const id = useId();
  const hintId = hint ? `${id}-hint` : null;
  const errorId = `${id}-error`;
  const described = [error ? errorId : null, hintId].filter(Boolean).join(' ');
  return (
    <div className={styles.field}>
      <label htmlFor={id} className={hiddenLabel === true ? 'visually-hidden' : styles.label}>
        {label}
        {optional === true && <span className={styles.optional}>{m.common.optional}</span>}
      </label>
      {children({
        id,
        'aria-describedby': described === '' ? undefined : described,
        'aria-invalid': error ? true : undefined,
        'aria-required': required === true ? true : undefined,
      })}
      {error && <FieldError id={errorId} text={error} />}
      {hintId !== null && (
        <div id={hintId} className={styles.hint}>
          {hint}
        </div>
      )}
    </div>
  );
}
