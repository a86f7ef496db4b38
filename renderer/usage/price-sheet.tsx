import { call } from '../contract/client.ts';
import { useAction } from '../contract/use-action.ts';
import { m } from '../i18n/messages.ts';
import { useSession } from '../state/session.ts';
import { Disclosure } from '../ui/disclosure.tsx';
import { Field } from '../ui/field.tsx';
import { FormSheet } from '../ui/form-sheet.tsx';
import { Select } from '../ui/select.tsx';
import { TextInput } from '../ui/text-input.tsx';
import { announce } from '../ui/toasts.ts';
import { useSheetForm } from '../ui/use-sheet-form.ts';
import { PriceFigures } from './price-figures.tsx';
import { hasLong, type PriceErrors, priceErrors, priceOf, type PriceTyped, providerOptions } from './price-form.ts';
import { PRICED_BY } from './price-units.ts';

const t = m.usage.prices;

const PER = PRICED_BY.map((value) => ({ value, label: t.pers[value] }));

/** A price of the owner's own: of a model by its tokens, or of what else a provider counts. */
export function PriceSheet({ start, onClose }: { readonly start: PriceTyped; readonly onClose: () => void }) {
  const providers = useSession((session) => session.providers);
  const options = providerOptions([...providers.values()], start.provider);
  const state = useSheetForm<PriceTyped>(() => ({
    ...start,
    provider: start.provider === '' ? (options[0]?.value ?? '') : start.provider,
  }));
  const { form: typed, change } = state;
  const errors = priceErrors(typed);
  const save = useAction(async () => {
    await call('prices.set', priceOf(typed));
    announce(t.saved(typed.model === '' ? t.anyModel : typed.model));
    onClose();
  });
  const shown: PriceErrors = state.checked ? errors : {};
  const ofTokens = typed.per === 'tokens';
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
      <Field label={t.provider}>
        {(control) => (
          <Select {...control} value={typed.provider} options={options} onChange={(provider) => change({ provider })} />
        )}
      </Field>
      <Field label={t.per}>
        {(control) => <Select {...control} value={typed.per} options={PER} onChange={(per) => change({ per })} />}
      </Field>
      <Field
        label={t.model}
        hint={ofTokens ? t.modelHint : t.modelAnyHint}
        error={shown.model}
        required={ofTokens}
        optional={!ofTokens}
      >
        {(control) => <TextInput {...control} mono value={typed.model} onChange={(model) => change({ model })} />}
      </Field>
      {ofTokens ? (
        <PriceFigures name={t.plain} typed={typed} errors={shown} onChange={change} />
      ) : (
        <Field label={t.unitPrice} error={shown.unit} required>
          {(control) => (
            <TextInput {...control} inputMode="decimal" value={typed.unit} onChange={(unit) => change({ unit })} />
          )}
        </Field>
      )}
      {ofTokens && (
        <Disclosure
          title={t.long}
          forced={hasLong(start) || shown.long !== undefined || shown.overTokens !== undefined}
        >
          <Field label={t.over} hint={t.overHint} error={shown.overTokens}>
            {(control) => (
              <TextInput
                {...control}
                inputMode="numeric"
                value={typed.overTokens}
                onChange={(overTokens) => change({ overTokens })}
              />
            )}
          </Field>
          <PriceFigures
            name={t.long}
            typed={typed.long}
            errors={shown.long ?? {}}
            onChange={(part) => change({ long: { ...typed.long, ...part } })}
          />
        </Disclosure>
      )}
      {ofTokens && start.peak.input !== '' && (
        <Disclosure title={t.inPeak} forced>
          <PriceFigures
            name={t.inPeak}
            typed={typed.peak}
            errors={shown.peak ?? {}}
            onChange={(part) => change({ peak: { ...typed.peak, ...part } })}
          />
        </Disclosure>
      )}
      <Field label={t.from} hint={t.fromHint} optional>
        {(control) => <TextInput {...control} type="date" value={typed.from} onChange={(from) => change({ from })} />}
      </Field>
      <Field label={t.note} optional>
        {(control) => (
          <TextInput {...control} maxLength={400} value={typed.note} onChange={(note) => change({ note })} />
        )}
      </Field>
      <p>{t.later}</p>
    </FormSheet>
  );
}
