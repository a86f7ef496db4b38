import { useState } from 'react';
import { m } from '../i18n/messages.ts';
import { Confirm } from '../ui/confirm.tsx';
import { Field } from '../ui/field.tsx';
import { TextInput } from '../ui/text-input.tsx';

interface Props {
  readonly open: boolean;
  readonly onKeep: () => void;
  readonly onDecline: () => void;
}

/** Going on without a kit wants the words typed: it cannot be undone by anyone when the password is forgotten. */
export function DeclineKit({ open, onKeep, onDecline }: Props) {
  const [typed, setTyped] = useState('');
  const word = m.firstRun.declineWord;
  return (
    <Confirm
      open={open}
      danger
      title={m.firstRun.declineTitle}
      verb={m.firstRun.declineVerb}
      cancel={m.firstRun.declineBack}
      disabled={typed.trim().toLowerCase() !== word}
      onConfirm={onDecline}
      onCancel={onKeep}
    >
      <p>{m.firstRun.declineText}</p>
      <br />
      <Field label={m.firstRun.declineAsk(word)}>
        {(control) => <TextInput {...control} value={typed} onChange={setTyped} />}
      </Field>
    </Confirm>
  );
}
