import { type FormEvent, useState } from 'react';
import { m } from '../i18n/messages.ts';
import { Button } from '../ui/button.tsx';
import { TextArea, TextInput } from '../ui/text-input.tsx';
import type { TextName } from './defaults.ts';
import styles from './settings.module.css';
import { saveSettings } from './use-settings.ts';

interface Props {
  readonly name: TextName;
  readonly label: string;
  readonly value: string;
  /** Several lines. */
  readonly isLong: boolean;
}

/** A text of the vault's settings; what does not fit is said when it is saved. */
export function TextControl({ name, label, value, isLong }: Props) {
  const [typed, setTyped] = useState(value);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void saveSettings({ vault: { [name]: typed.trim() } });
  };
  const shared = { 'aria-label': label, value: typed, onChange: setTyped, mono: true };
  return (
    <form onSubmit={submit} noValidate className={isLong ? styles.longtext : styles.shorttext}>
      {isLong ? <TextArea {...shared} spellCheck={false} /> : <TextInput {...shared} />}
      <Button type="submit" disabled={typed.trim() === value}>
        {m.settings.save}
      </Button>
    </form>
  );
}
