import type { FormEvent } from 'react';
import { useEffect, useState } from 'react';
import type { VaultBackups } from '../../shared/contract/backups.ts';
import { formatBytes, formatDateTime } from '../i18n/format.ts';
import { m } from '../i18n/messages.ts';
import { loadBackups, useBackups } from '../state/backups.ts';
import { Button } from '../ui/button.tsx';
import { ErrorNote } from '../ui/error-note.tsx';
import { Field } from '../ui/field.tsx';
import { Note } from '../ui/note.tsx';
import { SecretInput } from '../ui/secret-input.tsx';
import { Select } from '../ui/select.tsx';
import styles from '../unlock/gate.module.css';
import { useProblemFocus } from '../ui/use-problem-focus.ts';
import { DelayNote } from '../unlock/delay-note.tsx';
import { Changes } from './changes.tsx';
import { useRestore } from './use-restore.ts';

const NEWEST = 'newest';

interface Props {
  /** It is in place. */
  readonly onDone: () => void;
  readonly onPassword: () => void;
}

/** Puts a backup back while the vault is locked, or cannot be opened. */
export function RestoreForm({ onDone, onPassword }: Props) {
  const { known, error } = useBackups();
  const [name, setName] = useState(NEWEST);
  const [secret, setSecret] = useState('');
  useEffect(() => void loadBackups(), []);
  const restore = useRestore(() => {
    setSecret('');
    onDone();
  });
  const field = useProblemFocus(restore.problem, restore.pending);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void restore.run(name === NEWEST ? null : name, secret);
  };
  const options = known === null ? [] : optionsOf(known);
  const back = (
    <Button look="link" onClick={onPassword}>
      {m.backups.backToPassword}
    </Button>
  );
  if (known === null || options.length === 0) {
    return (
      <div className={styles.form}>
        <ErrorNote error={error}>
          <Button onClick={() => void loadBackups()}>{m.common.retry}</Button>
        </ErrorNote>
        {known !== null && (
          <Note tone="warn" title={m.backups.noneTitle}>
            <p>{m.backups.noneText}</p>
          </Note>
        )}
        <div className={styles.row}>{back}</div>
      </div>
    );
  }
  return (
    <form className={styles.form} onSubmit={submit}>
      <Field label={m.backups.which} hint={name === NEWEST ? m.backups.whichHint : undefined}>
        {(control) => <Select {...control} value={name} options={options} onChange={setName} />}
      </Field>
      <Field label={m.backups.secret} error={restore.problem}>
        {(control) => <SecretInput {...control} ref={field} autoFocus value={secret} onChange={setSecret} />}
      </Field>
      <DelayNote problem={restore.problem} secondsLeft={restore.secondsLeft} />
      {restore.pending && <p role="status">{m.common.confirmElsewhere}</p>}
      <ErrorNote error={restore.error} />
      <Changes found={null} isLocking={false} />
      <div className={`${styles.row} ${styles.spread}`}>
        {back}
        <Button look="primary" large type="submit" pending={restore.pending} disabled={restore.secondsLeft > 0}>
          {m.backups.verb}
        </Button>
      </div>
    </form>
  );
}

/** The newest that verifies first: nobody has to choose. What a restore kept comes last. */
function optionsOf({ backups, replaced }: VaultBackups): readonly { readonly value: string; readonly label: string }[] {
  const newest = backups.find(({ state }) => state !== 'damaged');
  return [
    ...(newest === undefined ? [] : [{ value: NEWEST, label: m.backups.newest(formatDateTime(newest.at)) }]),
    ...backups.map(({ name, at, kind, bytes, state }) => ({
      value: name,
      label: m.backups.option(formatDateTime(at), m.backups.kinds[kind], formatBytes(bytes), state === 'damaged'),
    })),
    ...replaced
      .filter(({ complete }) => complete)
      .map(({ name, at, bytes }) => ({
        value: name,
        label: m.backups.optionKept(formatDateTime(at), formatBytes(bytes)),
      })),
  ];
}
