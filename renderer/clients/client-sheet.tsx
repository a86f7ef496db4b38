import { useId, useState } from 'react';
import { call } from '../contract/client.ts';
import { useAction } from '../contract/use-action.ts';
import { m } from '../i18n/messages.ts';
import { loadClients } from '../state/clients.ts';
import { show } from '../state/view.ts';
import { Checkbox } from '../ui/checkbox.tsx';
import { Disclosure } from '../ui/disclosure.tsx';
import { Field } from '../ui/field.tsx';
import { FormSheet } from '../ui/form-sheet.tsx';
import { Select } from '../ui/select.tsx';
import { TextInput } from '../ui/text-input.tsx';
import { useSheetForm } from '../ui/use-sheet-form.ts';
import { clientErrors, EMPTY_CLIENT, EXPIRY_DAYS, grantsOf, rateOf } from './client-form.ts';
import layout from '../ui/form-layout.module.css';
import styles from './clients.module.css';
import { GrantPicker } from './grant-picker.tsx';
import { TokenDialog } from './token-dialog.tsx';

const close = (): void => show({ sheet: null });

/** Makes a client: a name, what it may do, for how long. Then shows its token, once. */
export function ClientSheet() {
  const state = useSheetForm(() => EMPTY_CLIENT);
  const { form, change } = state;
  const [made, setMade] = useState<{ readonly token: string; readonly grants: readonly string[] } | null>(null);
  const id = useId();
  const all = clientErrors(form);
  const errors = state.checked ? all : {};
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
  if (made !== null) {
    return <TokenDialog title={m.clients.tokenTitle} token={made.token} grants={made.grants} onClose={close} />;
  }
  return (
    <FormSheet
      title={m.clients.createTitle}
      verb={m.clients.create}
      state={state}
      isRight={Object.keys(all).length === 0}
      save={create}
      asksElsewhere
      onClose={close}
    >
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
      <Checkbox label={m.clients.unlimited} checked={form.unlimited} onChange={(unlimited) => change({ unlimited })} />
      <Checkbox
        label={m.clients.testToken}
        hint={m.clients.testTokenHint}
        checked={form.test}
        onChange={(test) => change({ test })}
      />
    </FormSheet>
  );
}
