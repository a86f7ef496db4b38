import { call } from '../contract/client.ts';
import { useAction } from '../contract/use-action.ts';
import { m } from '../i18n/messages.ts';
import { useSession } from '../state/session.ts';
import layout from '../ui/form-layout.module.css';
import { Field } from '../ui/field.tsx';
import { FormSheet } from '../ui/form-sheet.tsx';
import { Select } from '../ui/select.tsx';
import { TextInput } from '../ui/text-input.tsx';
import { announce } from '../ui/toasts.ts';
import { useSheetForm } from '../ui/use-sheet-form.ts';
import { FIGURES, priceErrors, priceOf, type PriceTyped } from './price-form.ts';

const t = m.usage.prices;

/** A price of the owner's own for one model. */
export function PriceSheet({ start, onClose }: { readonly start: PriceTyped; readonly onClose: () => void }) {
  const providers = useSession((session) => session.providers);
  const options = [...providers.values()].map(({ id, name }) => ({ value: id, label: name }));
  const state = useSheetForm<PriceTyped>(() => ({
    ...start,
    provider: start.provider === '' ? (options[0]?.value ?? '') : start.provider,
  }));
  const { form: typed, change } = state;
  const errors = priceErrors(typed);
  const save = useAction(async () => {
    await call('prices.set', priceOf(typed));
    announce(t.saved(typed.model));
    onClose();
  });
  const shown = state.checked ? errors : {};
  return (
    <FormSheet
      title={t.sheet}
      verb={t.save}
      state={state}
      isRight={Object.keys(errors).length === 0}
      save={save}
      leaveText={t.leaveText}
      onClose={onClose}
    >
      <p>{t.sheetHint}</p>
      <Field label={t.provider}>
        {(control) => (
          <Select {...control} value={typed.provider} options={options} onChange={(provider) => change({ provider })} />
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
          {(control) => <TextInput {...control} type="date" value={typed.from} onChange={(from) => change({ from })} />}
        </Field>
      </div>
      <Field label={t.note} optional>
        {(control) => (
          <TextInput {...control} maxLength={400} value={typed.note} onChange={(note) => change({ note })} />
        )}
      </Field>
      <p>{t.later}</p>
    </FormSheet>
  );
}
