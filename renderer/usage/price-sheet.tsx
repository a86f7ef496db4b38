import { type FormEvent, useId, useRef, useState } from 'react';
import { call } from '../contract/client.ts';
import { useAction } from '../contract/use-action.ts';
import { m } from '../i18n/messages.ts';
import { useSession } from '../state/session.ts';
import layout from '../ui/form-layout.module.css';
import { Button } from '../ui/button.tsx';
import { ErrorNote } from '../ui/error-note.tsx';
import { Field } from '../ui/field.tsx';
import { LeaveConfirm } from '../ui/leave-confirm.tsx';
import { Select } from '../ui/select.tsx';
import { Sheet } from '../ui/sheet.tsx';
import { TextInput } from '../ui/text-input.tsx';
import { announce } from '../ui/toasts.ts';
import { FIGURES, priceErrors, priceOf, type PriceTyped } from './price-form.ts';

const t = m.usage.prices;

/** A price of the owner's own for one model. */
export function PriceSheet({ start, onClose }: { readonly start: PriceTyped; readonly onClose: () => void }) {
  const providers = useSession((session) => session.providers);
  const options = [...providers.values()].map(({ id, name }) => ({ value: id, label: name }));
  const first = { ...start, provider: start.provider === '' ? (options[0]?.value ?? '') : start.provider };
  const [typed, setTyped] = useState(first);
  const [checked, setChecked] = useState(false);
  const [leaving, setLeaving] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const id = useId();
  const errors = priceErrors(typed);
  const change = (part: Partial<PriceTyped>): void => setTyped((now) => ({ ...now, ...part }));
  const save = useAction(async () => {
    await call('prices.set', priceOf(typed));
    announce(t.saved(typed.model));
    onClose();
  });
  const submit = (event?: FormEvent): void => {
    event?.preventDefault();
    setChecked(true);
    if (Object.keys(errors).length === 0) void save.run();
    else requestAnimationFrame(() => form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
  };
  const shown = checked ? errors : {};
  const leave = (): void => (JSON.stringify(typed) === JSON.stringify(start) ? onClose() : setLeaving(true));
  return (
    <>
      <Sheet
        open
        title={t.sheet}
        onClose={leave}
        onSave={submit}
        foot={
          <>
            <Button onClick={leave}>{m.common.cancel}</Button>
            <Button look="primary" type="submit" form={id} pending={save.pending}>
              {t.save}
            </Button>
          </>
        }
      >
        <form id={id} ref={form} noValidate className={layout.form} onSubmit={submit}>
          <p>{t.sheetHint}</p>
          <Field label={t.provider}>
            {(control) => (
              <Select
                {...control}
                value={typed.provider}
                options={options}
                onChange={(provider) => change({ provider })}
              />
            )}
          </Field>
          <Field label={t.model} hint={t.modelHint} error={shown.model} required>
            {(control) => <TextInput {...control} mono value={typed.model} onChange={(model) => change({ model })} />}
          </Field>
          <div className={layout.pair}>
            {FIGURES.map((figure) => {
              const optional = figure !== 'input' && figure !== 'output';
              return (
                <Field
                  key={figure}
                  label={m.usage.requests.kinds[figure]}
                  error={shown[figure]}
                  optional={optional}
                  required={!optional}
                  hint={optional ? t.sameAsInput : undefined}
                >
                  {(control) => (
                    <TextInput
                      {...control}
                      inputMode="decimal"
                      value={typed[figure]}
                      onChange={(value) => change({ [figure]: value })}
                    />
                  )}
                </Field>
              );
            })}
            <Field label={t.from} hint={t.fromHint} optional>
              {(control) => (
                <TextInput {...control} type="date" value={typed.from} onChange={(from) => change({ from })} />
              )}
            </Field>
          </div>
          <Field label={t.note} optional>
            {(control) => (
              <TextInput {...control} maxLength={400} value={typed.note} onChange={(note) => change({ note })} />
            )}
          </Field>
          <p>{t.later}</p>
          <ErrorNote error={save.error} />
        </form>
      </Sheet>
      <LeaveConfirm open={leaving} onLeave={onClose} onStay={() => setLeaving(false)}>
        {t.leaveText}
      </LeaveConfirm>
    </>
  );
}
