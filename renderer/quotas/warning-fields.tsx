import type { QuotaDefaults } from '../../shared/quota-defaults.ts';
import { m } from '../i18n/messages.ts';
import { Field } from '../ui/field.tsx';
import { Segmented } from '../ui/segmented.tsx';
import { TextInput } from '../ui/text-input.tsx';
import layout from '../ui/form-layout.module.css';
import type { QuotaErrors, QuotaForm } from './quota-form.ts';
import styles from './quotas.module.css';

interface Props {
  readonly form: QuotaForm;
  readonly errors: QuotaErrors;
  readonly defaults: QuotaDefaults;
  readonly change: (part: Partial<QuotaForm>) => void;
}

/** At which percentages the quota warns: its own, or those of the settings, also when they change. */
export function WarningFields({ form, errors, defaults, change }: Props) {
  return (
    <fieldset className={layout.fieldset}>
      <legend>{m.quotas.warnings}</legend>
      <Segmented
        label={m.quotas.warnings}
        value={form.ownWarnings ? 'own' : 'settings'}
        options={(['settings', 'own'] as const).map((value) => ({ value, label: m.quotas.warningsFrom[value] }))}
        onChange={(from) => change({ ownWarnings: from === 'own' })}
      />
      {form.ownWarnings ? (
        <Field label={m.quotas.warnAt} hint={m.quotas.warnAtHint} error={errors.warnAt}>
          {(control) => (
            <TextInput {...control} maxLength={64} value={form.warnAt} onChange={(warnAt) => change({ warnAt })} />
          )}
        </Field>
      ) : (
        <p className={styles.muted}>{m.quotas.warnsAsSettings(defaults.warnAt.join(', '))}</p>
      )}
    </fieldset>
  );
}
