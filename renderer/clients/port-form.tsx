import type { FormEvent } from 'react';
import { useState } from 'react';
import { m } from '../i18n/messages.ts';
import { useSession } from '../state/session.ts';
import { Button } from '../ui/button.tsx';
import { ErrorNote } from '../ui/error-note.tsx';
import { Field } from '../ui/field.tsx';
import { TextInput } from '../ui/text-input.tsx';
import styles from './clients.module.css';
import { parsePort, useEndpoint } from './use-endpoint.ts';

/** Moves the endpoint to another port, and switches it on there. @param bare - what stands above says what it is. */
export function PortForm({ bare }: { readonly bare?: boolean }) {
  const { endpoint, turn } = useEndpoint();
  const wanted = useSession((session) => session.settings?.app.endpointPort ?? 7717);
  const [typed, setTyped] = useState<string | null>(null);
  const [checked, setChecked] = useState(false);
  const text = typed ?? String(endpoint?.port ?? wanted);
  const port = parsePort(text);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setChecked(true);
    if (port !== null) void turn.run(true, port).then((done) => done && setTyped(null));
  };
  return (
    <form onSubmit={submit} noValidate>
      <div className={styles.portline}>
        <Field
          label={m.clients.port}
          hiddenLabel={bare === true}
          hint={bare === true ? undefined : m.clients.portHint}
          error={checked && port === null ? m.clients.portWrong : null}
        >
          {(control) => <TextInput {...control} inputMode="numeric" maxLength={5} value={text} onChange={setTyped} />}
        </Field>
        <Button type="submit" pending={turn.pending}>
          {endpoint?.on === true ? m.clients.changePort : m.clients.turnOn}
        </Button>
      </div>
      <ErrorNote error={turn.error} />
    </form>
  );
}
