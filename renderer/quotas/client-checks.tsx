import { useId } from 'react';
import { m } from '../i18n/messages.ts';
import { Checkbox } from '../ui/checkbox.tsx';
import layout from '../ui/form-layout.module.css';
import styles from './quotas.module.css';
import type { Choice } from './use-scope-names.ts';

interface Props {
  readonly title: string;
  readonly hint?: string;
  readonly choices: readonly Choice[];
  readonly chosen: readonly string[];
  readonly error: string | undefined;
  readonly onChange: (chosen: readonly string[]) => void;
}

/** Some of the clients. One that was chosen and is gone stays in the list, so that it can be taken out. */
export function ClientChecks({ title, hint, choices, chosen, error, onChange }: Props) {
  const id = useId();
  const gone = chosen
    .filter((one) => !choices.some(({ value }) => value === one))
    .map((value) => ({ value, label: value }));
  const all = [...choices, ...gone];
  return (
    <fieldset className={layout.fieldset} aria-describedby={error === undefined ? undefined : id}>
      <legend>{title}</legend>
      {hint !== undefined && <p className={styles.muted}>{hint}</p>}
      {all.length === 0 && <p className={styles.muted}>{m.quotas.clientsNone}</p>}
      {all.map(({ value, label }) => (
        <Checkbox
          key={value}
          label={label}
          checked={chosen.includes(value)}
          onChange={(on) => onChange(on ? [...chosen, value] : chosen.filter((one) => one !== value))}
        />
      ))}
      <p id={id} role="alert" className={styles.error} data-invalid={error === undefined ? undefined : ''}>
        {error}
      </p>
    </fieldset>
  );
}
