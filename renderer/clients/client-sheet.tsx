import type { FormEvent } from 'react';
import { useId, useRef, useState } from 'react';
import { call } from '../contract/client.ts';
import { useAction } from '../contract/use-action.ts';
import { m } from '../i18n/messages.ts';
import { loadClients } from '../state/clients.ts';
import { show } from '../state/view.ts';
import { Button } from '../ui/button.tsx';
import { Checkbox } from '../ui/checkbox.tsx';
import { Disclosure } from '../ui/disclosure.tsx';
import { ErrorNote } from '../ui/error-note.tsx';
import { Field } from '../ui/field.tsx';
import { Select } from '../ui/select.tsx';
import { Sheet } from '../ui/sheet.tsx';
import { TextInput } from '../ui/text-input.tsx';
import type { ClientForm } from './client-form.ts';
import { clientErrors, EMPTY_CLIENT, EXPIRY_DAYS, grantsOf, rateOf } from './client-form.ts';
import layout from '../ui/form-layout.module.css';
import styles from './clients.module.css';
import { GrantPicker } from './grant-picker.tsx';
import { TokenDialog } from './token-dialog.tsx';

const close = (): void => show({ sheet: null });

/** Makes a client: a name, what it may do, for how long. Then shows its token, once. */
export function ClientSheet() {
  const [form, setForm] = useState(EMPTY_CLIENT);
  const [checked, setChecked] = useState(false);
  const [made, setMade] = useState<{ readonly token: string; readonly grants: readonly string[] } | null>(null);
  const body = useRef<HTMLFormElement>(null);
  const id = useId();
  const all = clientErrors(form);
  const errors = checked ? all : {};
  const change = (part: Partial<ClientForm>): void => setForm((before) => ({ ...before, ...part }));
  const create = useAction(async () => {
    const { client, token } = await call('clients.create', {
      name: form.name.trim(),
      grants: [...grantsOf(form)],
      expiresInDays: Number(form.days),
      ratePerSecond: rateOf(form) ?? null,
      test: form.test,
    });
    setMade({ token, grants: client.grants });
    void loadClients();
  });
  const submit = (event?: FormEvent): void => {
    event?.preventDefault();
    setChecked(true);
    if (Object.keys(all).length === 0) void create.run();
    else requestAnimationFrame(() => body.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
  };
  if (made !== null) {
    return <TokenDialog title={m.clients.tokenTitle} token={made.token} grants={made.grants} onClose={close} />;
  }
  return (
    <Sheet
      open
      title={m.clients.createTitle}
      onClose={close}
      onSave={submit}
      foot={
        <>
          {create.pending && <p role="status">{m.common.confirmElsewhere}</p>}
          <Button onClick={close}>{m.common.cancel}</Button>
          <Button look="primary" type="submit" form={id} pending={create.pending}>
            {m.clients.create}
          </Button>
        </>
      }
    >
      <form id={id} ref={body} className={layout.form} noValidate onSubmit={submit}>
        <Field label={m.clients.name} hint={m.clients.nameHint} error={errors['name']} required>
          {(control) => (
            <TextInput {...control} autoFocus maxLength={64} value={form.name} onChange={(name) => change({ name })} />
          )}
        </Field>
        <fieldset className={layout.fieldset} aria-describedby={`${id}-grants`}>
          <legend>{m.clients.what}</legend>
          <p>
            <strong>{m.clients.calls}</strong>
            <span className={styles.hint}>{m.clients.callsHint}</span>
          </p>
          <GrantPicker kind="proxy" title={m.clients.calls} chosen={form.keys} onChange={(keys) => change({ keys })} />
          <Disclosure title={m.clients.read}>
            <p className={styles.muted}>{m.clients.readHint}</p>
            <GrantPicker
              kind="keys:read"
              title={m.clients.read}
              chosen={form.keys}
              onChange={(keys) => change({ keys })}
            />
          </Disclosure>
          <Checkbox
            label={m.clients.list}
            hint={m.clients.listHint}
            checked={form.list}
            onChange={(list) => change({ list })}
          />
          <p id={`${id}-grants`} role="alert" className={styles.error}>
            {errors['grants']}
          </p>
        </fieldset>
        <div className={layout.pair}>
          <Field label={m.clients.expiry}>
            {(control) => (
              <Select
                {...control}
                value={form.days}
                options={EXPIRY_DAYS.map((days) => ({ value: String(days), label: m.clients.days(days) }))}
                onChange={(days) => change({ days })}
              />
            )}
          </Field>
          <Field label={m.clients.rateLabel} error={errors['rate']}>
            {(control) => (
              <TextInput
                {...control}
                inputMode="decimal"
                disabled={form.unlimited}
                value={form.rate}
                onChange={(rate) => change({ rate })}
              />
            )}
          </Field>
        </div>
        <Checkbox
          label={m.clients.unlimited}
          checked={form.unlimited}
          onChange={(unlimited) => change({ unlimited })}
        />
        <Checkbox
          label={m.clients.testToken}
          hint={m.clients.testTokenHint}
          checked={form.test}
          onChange={(test) => change({ test })}
        />
        <ErrorNote error={create.error} />
      </form>
    </Sheet>
  );
}
