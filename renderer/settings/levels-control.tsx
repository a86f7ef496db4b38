import { useId, useState } from 'react';
import { m } from '../i18n/messages.ts';
import { parseLevels } from '../quotas/quota-form.ts';
import { TextInput } from '../ui/text-input.tsx';
import styles from './settings.module.css';
import { saveSettings } from './use-settings.ts';

interface Props {
  readonly label: string;
  readonly value: readonly number[];
}

/** Percentages in one line; saved when the field is left or Enter is pressed, and only if they can be read. */
export function LevelsControl({ label, value }: Props) {
  const [typed, setTyped] = useState<string | null>(null);
  const text = typed ?? value.join(', ');
  const levels = parseLevels(text);
  const errorId = useId();
  const save = async (): Promise<void> => {
    if (levels === null) return;
    const isSame = levels.join() === value.join();
    if (isSame || (await saveSettings({ vault: { quotaWarnAt: [...levels] } }))) setTyped(null);
  };
  return (
    <div className={styles.number}>
      <span className={styles.levels}>
        <TextInput
          aria-label={`${label}, ${m.settings.unitPercent}`}
          aria-invalid={levels === null || undefined}
          aria-describedby={levels === null ? errorId : undefined}
          maxLength={64}
          value={text}
          onChange={setTyped}
          onBlur={() => void save()}
          onKeyDown={(event) => {
            if (event.key === 'Enter') void save();
            if (event.key === 'Escape') setTyped(null);
          }}
        />
        <span aria-hidden>{m.settings.unitPercent}</span>
      </span>
      <span id={errorId} role="alert" className={styles.error}>
        {levels === null && m.quotas.errors.warnAt}
      </span>
    </div>
  );
}
