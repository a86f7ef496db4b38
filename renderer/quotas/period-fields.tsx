import type { QuotaPeriod } from '../../shared/quotas.ts';
import { m } from '../i18n/messages.ts';
import { Field } from '../ui/field.tsx';
import { Select } from '../ui/select.tsx';
import { TextInput } from '../ui/text-input.tsx';
import layout from '../ui/form-layout.module.css';
import type { QuotaErrors, QuotaForm } from './quota-form.ts';

const PERIODS = ['minute', 'hour', 'day', 'week', 'month', 'cron'] as const satisfies readonly QuotaPeriod['every'][];

interface Props {
  readonly form: QuotaForm;
  readonly errors: QuotaErrors;
  readonly change: (part: Partial<QuotaForm>) => void;
}

/** How often the counting starts anew. */
export function PeriodFields({ form, errors, change }: Props) {
  const { every } = form;
  return (
    <>
      <div className={layout.pair}>
        <Field label={m.quotas.period}>
          {(control) => (
            <Select
              {...control}
              value={every}
              options={PERIODS.map((value) => ({ value, label: m.quotas.periods[value] }))}
              onChange={(picked) => change({ every: picked })}
            />
          )}
        </Field>
        {every === 'month' && (
          <Field label={m.quotas.day} error={errors.day} hint={Number(form.day) > 28 ? m.quotas.dayHint : undefined}>
            {(control) => (
              <TextInput
                {...control}
                inputMode="numeric"
                maxLength={2}
                value={form.day}
                onChange={(day) => change({ day })}
              />
            )}
          </Field>
        )}
      </div>
      {every === 'cron' && (
        <div className={layout.pair}>
          <Field label={m.quotas.expression} hint={m.quotas.expressionHint} error={errors.expression}>
            {(control) => (
              <TextInput
                {...control}
                mono
                maxLength={128}
                value={form.expression}
                onChange={(expression) => change({ expression })}
              />
            )}
          </Field>
          <Field label={m.quotas.zone} error={errors.zone}>
            {(control) => (
              <TextInput {...control} maxLength={64} value={form.zone} onChange={(zone) => change({ zone })} />
            )}
          </Field>
        </div>
      )}
    </>
  );
}
