import type { QuotaScope } from '../../shared/quotas.ts';
import { m } from '../i18n/messages.ts';
import { Checkbox } from '../ui/checkbox.tsx';
import { Field } from '../ui/field.tsx';
import { Select } from '../ui/select.tsx';
import { TextInput } from '../ui/text-input.tsx';
import layout from '../ui/form-layout.module.css';
import { ClientChecks } from './client-checks.tsx';
import type { QuotaErrors, QuotaForm } from './quota-form.ts';
import styles from './quotas.module.css';
import { type Choice, useScopeChoices } from './use-scope-names.ts';

const KINDS = [
  'all',
  'provider',
  'credential',
  'clients',
  'project',
  'system',
] as const satisfies readonly QuotaScope['kind'][];

interface Props {
  readonly form: QuotaForm;
  readonly errors: QuotaErrors;
  readonly change: (part: Partial<QuotaForm>) => void;
}

/** Whose use is counted. */
export function ScopeFields({ form, errors, change }: Props) {
  const choices = useScopeChoices();
  const { scope } = form;
  return (
    <div className={layout.form}>
      <Field label={m.quotas.whose} hint={scope === 'system' ? m.quotas.systemHint : undefined}>
        {(control) => (
          <Select
            {...control}
            value={scope}
            options={KINDS.map((value) => ({ value, label: m.quotas.scopes[value] }))}
            onChange={(kind) => change({ scope: kind })}
          />
        )}
      </Field>
      {(scope === 'provider' || scope === 'credential') && (
        <Field
          label={m.quotas[scope]}
          error={errors[scope]}
          hint={choices.credentials.length === 0 ? m.quotas.credentialsNone : undefined}
        >
          {(control) => (
            <Select
              {...control}
              value={form[scope]}
              options={withChosen(scope === 'provider' ? choices.providers : choices.credentials, form[scope])}
              onChange={(value) => change({ [scope]: value })}
            />
          )}
        </Field>
      )}
      {scope === 'clients' && (
        <div className={styles.under}>
          <ClientChecks
            title={m.quotas.clients}
            hint={m.quotas.clientsHint}
            choices={choices.clients}
            chosen={form.clients}
            error={errors.clients}
            onChange={(clients) => change({ clients })}
          />
          {form.clients.length > 1 && (
            <Checkbox
              label={m.quotas.fair}
              hint={m.quotas.fairHint}
              checked={form.fair}
              onChange={(fair) => change({ fair })}
            />
          )}
        </div>
      )}
      {scope === 'project' && (
        <Field label={m.quotas.project} hint={m.quotas.projectHint} error={errors.project}>
          {(control) => (
            <TextInput
              {...control}
              mono
              maxLength={1024}
              value={form.project}
              onChange={(project) => change({ project })}
            />
          )}
        </Field>
      )}
    </div>
  );
}

/** The list with what is chosen in it, also when that is nothing yet or has gone. */
function withChosen(choices: readonly Choice[], chosen: string): readonly Choice[] {
  if (choices.some(({ value }) => value === chosen)) return choices;
  return [{ value: chosen, label: chosen === '' ? m.quotas.choose : m.quotas.scopeGone }, ...choices];
}
