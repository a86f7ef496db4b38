import type { ReactNode } from 'react';
import type { QuotaDefaults } from '../../shared/quota-defaults.ts';
import { THROTTLE_CURVES } from '../../shared/quotas.ts';
import { m } from '../i18n/messages.ts';
import { Checkbox } from '../ui/checkbox.tsx';
import { Field } from '../ui/field.tsx';
import { Select } from '../ui/select.tsx';
import { TextInput } from '../ui/text-input.tsx';
import layout from '../ui/form-layout.module.css';
import { ClientChecks } from './client-checks.tsx';
import { canCountImports, type QuotaErrors, type QuotaForm } from './quota-form.ts';
import styles from './quotas.module.css';
import { useScopeChoices } from './use-scope-names.ts';

interface Props {
  readonly form: QuotaForm;
  readonly errors: QuotaErrors;
  readonly defaults: QuotaDefaults;
  readonly change: (part: Partial<QuotaForm>) => void;
}

/** What few quotas need: how calls are slowed, a part for emergencies, what is brought over, limits that follow the use. */
export function AdvancedFields({ form, errors, defaults, change }: Props) {
  const { throttle, buffer, rollover, adjust } = form;
  const { clients } = useScopeChoices();
  return (
    <>
      <Part
        label={m.quotas.slow}
        hint={m.quotas.slowHint}
        on={throttle.on}
        onTurn={(on) => change({ throttle: { ...throttle, on } })}
      >
        <div className={layout.pair}>
          <Short
            label={m.quotas.slowFrom}
            error={errors['throttle.from']}
            placeholder={String(defaults.throttle.fromPercent)}
            value={throttle.from}
            onChange={(from) => change({ throttle: { ...throttle, from } })}
          />
          <Short
            label={m.quotas.maxDelay}
            error={errors['throttle.seconds']}
            placeholder={String(defaults.throttle.maxDelayMs / 1000)}
            value={throttle.seconds}
            onChange={(seconds) => change({ throttle: { ...throttle, seconds } })}
          />
        </div>
        <Field label={m.quotas.curve} hint={m.quotas.slowAsSettings}>
          {(control) => (
            <Select
              {...control}
              value={throttle.curve}
              options={[
                { value: '' as const, label: m.quotas.curveAsSettings(defaults.throttle.curve) },
                ...THROTTLE_CURVES.map((value) => ({ value, label: m.quotas.curves[value] })),
              ]}
              onChange={(curve) => change({ throttle: { ...throttle, curve } })}
            />
          )}
        </Field>
      </Part>
      <Part
        label={m.quotas.rollover}
        hint={m.quotas.rolloverHint}
        on={rollover.on}
        onTurn={(on) => change({ rollover: { ...rollover, on } })}
      >
        <Short
          label={m.quotas.rolloverPercent}
          error={errors['rollover.percent']}
          value={rollover.percent}
          onChange={(percent) => change({ rollover: { ...rollover, percent } })}
        />
      </Part>
      {canCountImports(form.scope) && (
        <Checkbox
          label={m.quotas.countImports}
          hint={m.quotas.countImportsHint}
          checked={form.countImports}
          onChange={(countImports) => change({ countImports })}
        />
      )}
      <Part
        label={m.quotas.buffer}
        hint={m.quotas.bufferHint}
        on={buffer.on}
        onTurn={(on) => change({ buffer: { ...buffer, on } })}
      >
        <Short
          label={m.quotas.bufferPercent}
          error={errors['buffer.percent']}
          value={buffer.percent}
          onChange={(percent) => change({ buffer: { ...buffer, percent } })}
        />
        <ClientChecks
          title={m.quotas.bufferClients}
          choices={clients}
          chosen={buffer.clients}
          error={errors['buffer.clients']}
          onChange={(chosen) => change({ buffer: { ...buffer, clients: chosen } })}
        />
      </Part>
      <Part
        label={m.quotas.adjust}
        hint={m.quotas.adjustHint}
        on={adjust.on}
        onTurn={(on) => change({ adjust: { ...adjust, on } })}
      >
        <div className={layout.pair}>
          <Short
            label={m.quotas.adjustMin}
            error={errors['adjust.min']}
            value={adjust.min}
            onChange={(min) => change({ adjust: { ...adjust, min } })}
          />
          <Short
            label={m.quotas.adjustMax}
            error={errors['adjust.max']}
            value={adjust.max}
            onChange={(max) => change({ adjust: { ...adjust, max } })}
          />
        </div>
      </Part>
    </>
  );
}

interface PartProps {
  readonly label: string;
  readonly hint: string;
  readonly on: boolean;
  readonly onTurn: (on: boolean) => void;
  readonly children: ReactNode;
}

function Part({ label, hint, on, onTurn, children }: PartProps) {
  return (
    <div className={styles.part}>
      <Checkbox label={label} hint={hint} checked={on} onChange={onTurn} />
      {on && <div className={styles.under}>{children}</div>}
    </div>
  );
}

interface ShortProps {
  readonly label: string;
  readonly error: string | undefined;
  readonly placeholder?: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

function Short({ label, error, ...input }: ShortProps) {
  return (
    <Field label={label} error={error}>
      {(control) => <TextInput {...control} inputMode="decimal" maxLength={24} {...input} />}
    </Field>
  );
}
