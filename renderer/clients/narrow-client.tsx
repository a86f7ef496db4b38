import type { FormEvent } from 'react';
import { useId, useState } from 'react';
import type { ClientSummary } from '../../shared/contract/schemas.ts';
import { call } from '../contract/client.ts';
import { useAction } from '../contract/use-action.ts';
import { formatDate } from '../i18n/format.ts';
import { m } from '../i18n/messages.ts';
import { dayShown } from '../i18n/zone.ts';
import { keepClient } from '../state/clients.ts';
import { useSession } from '../state/session.ts';
import { Button } from '../ui/button.tsx';
import { Checkbox } from '../ui/checkbox.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { ErrorNote } from '../ui/error-note.tsx';
import { Field } from '../ui/field.tsx';
import { TextInput } from '../ui/text-input.tsx';
import { announce } from '../ui/toasts.ts';
import layout from '../ui/form-layout.module.css';
import styles from './clients.module.css';
import { grantWords } from './grant-words.ts';
import { narrowChanges, narrowErrors, narrowFormOf } from './narrow-form.ts';

interface Props {
  readonly client: ClientSummary;
  readonly onClose: () => void;
}

/** Fewer grants, an earlier end, a lower rate. The token stays the same. */
export function NarrowClient({ client, onClose }: Props) {
  const providers = useSession((session) => session.providers);
  const [form, setForm] = useState(() => narrowFormOf(client));
  const [today] = useState(() => dayShown(Date.now()));
  const [checked, setChecked] = useState(false);
  const id = useId();
  const all = narrowErrors(form, client, today);
  const errors = checked ? all : {};
  const changes = narrowChanges(form, client);
  const narrow = useAction(async () => {
    if (changes !== null) keepClient(await call('clients.narrow', { client: client.id, ...changes }));
    announce(m.clients.narrowed(client.name));
    onClose();
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setChecked(true);
    if (Object.keys(all).length > 0) return;
    if (changes === null) onClose();
    else void narrow.run();
  };
  const keep = (grant: string, on: boolean): void => {
    const keeps = new Set(form.keeps);
    if (on) keeps.add(grant);
    else keeps.delete(grant);
    setForm({ ...form, keeps });
  };
  return (
    <Dialog
      open
      title={m.clients.narrowTitle(client.name)}
      description={m.clients.narrowText}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{m.common.cancel}</Button>
          <Button look="primary" type="submit" form={id} pending={narrow.pending}>
            {m.clients.narrowVerb}
          </Button>
        </>
      }
    >
      <form id={id} className={layout.form} noValidate onSubmit={submit}>
        <fieldset className={layout.fieldset} aria-describedby={`${id}-keeps`}>
          <legend>{m.clients.keeps}</legend>
          {client.grants.map((grant) => (
            <Checkbox
              key={grant}
              label={grantWords(grant, providers)}
              checked={form.keeps.has(grant)}
              onChange={(on) => keep(grant, on)}
            />
          ))}
          <p id={`${id}-keeps`} role="alert" className={styles.error}>
            {errors['keeps']}
          </p>
        </fieldset>
        <div className={layout.pair}>
          <Field label={m.clients.end} hint={m.clients.endHint(formatDate(client.expiresAt))} error={errors['end']}>
            {(control) => (
              <TextInput
                {...control}
                type="date"
                min={today}
                max={dayShown(Date.parse(client.expiresAt))}
                value={form.end}
                onChange={(end) => setForm({ ...form, end })}
              />
            )}
          </Field>
          <Field
            label={m.clients.rateLabel}
            hint={m.clients.narrowRate(m.clients.rate(client.ratePerSecond))}
            error={errors['rate']}
          >
            {(control) => (
              <TextInput
                {...control}
                inputMode="decimal"
                value={form.rate}
                onChange={(rate) => setForm({ ...form, rate })}
              />
            )}
          </Field>
        </div>
        <ErrorNote error={narrow.error} />
      </form>
    </Dialog>
  );
}
