import { Printer } from 'lucide-react';
import type { FormEvent } from 'react';
import { useState } from 'react';
import type { AppError } from '../../shared/errors.ts';
import { m } from '../i18n/messages.ts';
import { Button } from '../ui/button.tsx';
import { classes } from '../ui/classes.ts';
import { ErrorNote } from '../ui/error-note.tsx';
import { Field } from '../ui/field.tsx';
import { TextInput } from '../ui/text-input.tsx';
import gate from '../unlock/gate.module.css';
import { DeclineKit } from './decline-kit.tsx';
import type { RetypedGroups } from './first-run.tsx';
import styles from './first-run.module.css';
import { codeGroups, normalGroup, pickGroups } from './groups.ts';
import { KitSheet } from './kit-sheet.tsx';

interface Props {
  readonly code: string;
  readonly pending?: boolean;
  readonly error?: AppError | null;
  readonly onConfirmed: (groups: RetypedGroups) => void;
  readonly onDeclined: () => void;
}

/** Shows a recovery code once, and goes on when two of its groups were retyped, or the kit was declined in so many words. */
export function KitConfirm({ code, pending, error, onConfirmed, onDeclined }: Props) {
  const groups = codeGroups(code);
  const [asked] = useState(() => pickGroups(groups.length));
  const [typed, setTyped] = useState<readonly [string, string]>(['', '']);
  const [checked, setChecked] = useState(false);
  const [declining, setDeclining] = useState(false);
  const right = asked.map((index, place) => normalGroup(typed[place] ?? '') === normalGroup(groups[index] ?? ''));
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    event.stopPropagation();
    setChecked(true);
    if (right.every(Boolean)) onConfirmed(asked.map((index, place) => ({ index, text: typed[place] ?? '' })));
  };
  return (
    <form className={styles.kit} onSubmit={submit}>
      <ol className={styles.code} aria-label={m.firstRun.code}>
        {groups.map((group, index) => (
          <li key={group + String(index)} className={styles.group}>
            <span className={styles.ordinal}>{index + 1}</span>
            {group}
          </li>
        ))}
      </ol>
      <div className={gate.row}>
        <Button icon={<Printer size={16} aria-hidden />} onClick={() => window.print()}>
          {m.firstRun.print}
        </Button>
      </div>
      <p>{m.firstRun.retypeLead}</p>
      <div className={styles.pair}>
        {asked.map((index, place) => (
          <Field
            key={index}
            label={m.firstRun.group(index + 1)}
            error={checked && right[place] !== true ? m.firstRun.groupWrong : null}
          >
            {(control) => (
              <TextInput
                {...control}
                mono
                maxLength={16}
                autoCapitalize="characters"
                value={typed[place] ?? ''}
                onChange={(text) => setTyped(place === 0 ? [text, typed[1]] : [typed[0], text])}
              />
            )}
          </Field>
        ))}
      </div>
      <ErrorNote error={error ?? null} />
      <div className={classes(gate.row, gate.spread)}>
        <Button look="link" onClick={() => setDeclining(true)}>
          {m.firstRun.decline}
        </Button>
        <Button look="primary" large type="submit" pending={pending === true}>
          {m.firstRun.goOn}
        </Button>
      </div>
      <DeclineKit open={declining} onKeep={() => setDeclining(false)} onDecline={onDeclined} />
      <KitSheet code={code} />
    </form>
  );
}
