import { useId, useState } from 'react';
import { m } from '../i18n/messages.ts';
import { TextInput } from '../ui/text-input.tsx';
import { type NumberName, parseWhole, VAULT_NUMBERS } from './defaults.ts';
import styles from './settings.module.css';
import { saveSettings } from './use-settings.ts';

interface Props {
  readonly name: NumberName;
  readonly label: string;
  readonly unit: string;
  readonly value: number;
}

/** A number of the vault's settings; saved when the field is left or Enter is pressed, and only if it is in range. */
export function NumberControl({ name, label, unit, value }: Props) {
  const [typed, setTyped] = useState<string | null>(null);
  const range = VAULT_NUMBERS[name];
  const text = typed ?? String(value);
  const number = parseWhole(text, range);
  const errorId = useId();
  const save = async (): Promise<void> => {
    if (number === null) return;
    if (number === value || (await saveSettings({ vault: { [name]: number } }))) setTyped(null);
  };
  return (
    <div className={styles.number}>
      <span className={styles.numberline}>
        <TextInput
          aria-label={`${label}, ${unit}`}
          aria-invalid={number === null || undefined}
          aria-describedby={number === null ? errorId : undefined}
          inputMode="numeric"
          maxLength={4}
          value={text}
          onChange={setTyped}
          onBlur={() => void save()}
          onKeyDown={(event) => {
            if (event.key === 'Enter') void save();
            if (event.key === 'Escape') setTyped(null);
          }}
        />
        <span aria-hidden>{unit}</span>
      </span>
      <span id={errorId} role="alert" className={styles.error}>
        {number === null && m.settings.outOfRange(range.min, range.max)}
      </span>
    </div>
  );
}
