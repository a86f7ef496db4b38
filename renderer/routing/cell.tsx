import type { ReactNode } from 'react';
import { useId } from 'react';
import type { ControlProps } from '../ui/field.tsx';
import { FieldError } from '../ui/field-error.tsx';
import styles from './routing.module.css';

interface Props {
  /** Spoken; the column is clear to the eye. */
  readonly label: string;
  readonly error?: string | undefined;
  readonly children: (control: ControlProps & { readonly 'aria-label': string }) => ReactNode;
}

/** A field of a row: its name is not written beside it, its error stands below. */
export function Cell({ label, error, children }: Props) {
  const id = useId();
  const errorId = `${id}-error`;
  return (
    <div className={styles.cell}>
      {children({
        id,
        'aria-label': label,
        'aria-describedby': error === undefined ? undefined : errorId,
        'aria-invalid': error === undefined ? undefined : true,
        'aria-required': undefined,
      })}
      {error !== undefined && <FieldError id={errorId} text={error} />}
    </div>
  );
}
