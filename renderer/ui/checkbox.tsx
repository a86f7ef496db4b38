import type { ReactNode } from 'react';
import { useId } from 'react';
import styles from './toggle.module.css';

interface Props {
  readonly label: ReactNode;
  readonly hint?: ReactNode;
  readonly checked: boolean;
  readonly disabled?: boolean;
  readonly onChange: (on: boolean) => void;
}

/** The platform's own box, drawn with the tokens. */
export function Checkbox({ label, hint, checked, disabled, onChange }: Props) {
  const id = useId();
  return (
    <div className={styles.checkrow}>
      <input
        type="checkbox"
        id={id}
        aria-describedby={hint ? `${id}-hint` : undefined}
        checked={checked}
        disabled={disabled === true}
        onChange={(event) => onChange(event.target.checked)}
        className={styles.box}
      />
      <label htmlFor={id}>{label}</label>
      {hint !== undefined && (
        <span id={`${id}-hint`} className={styles.hint}>
          {hint}
        </span>
      )}
    </div>
  );
}
