import { m } from '../i18n/messages.ts';
import { Field } from '../ui/field.tsx';
import { TagInput } from '../ui/tag-input.tsx';
import { TextArea, TextInput } from '../ui/text-input.tsx';
import layout from '../ui/form-layout.module.css';
import styles from './form.module.css';
import type { CredentialForm, FormErrors } from './form-model.ts';
import { dayAfter } from './form-model.ts';

interface Props {
  readonly form: CredentialForm;
  readonly label: string;
  readonly errors: FormErrors;
  readonly nowMs: number;
  readonly onChange: (change: Partial<CredentialForm>) => void;
}

const PRESETS = [30, 60, 90] as const;

/** Label, name, project, tags, expiry, note: what is known about a key besides its value. */
export function AboutFields({ form, label, errors, nowMs, onChange }: Props) {
  return (
    <>
      <div className={layout.pair}>
        <Field label={m.providers.form.label} hint={m.providers.form.labelHint} error={errors['label']}>
          {(control) => (
            <TextInput
              {...control}
              mono
              maxLength={64}
              value={label}
              onChange={(typed) => onChange({ label: typed.toLowerCase().replace(/\s+/g, '-') })}
            />
          )}
        </Field>
        <Field label={m.providers.form.name} hint={m.providers.form.nameHint} optional>
          {(control) => (
            <TextInput {...control} maxLength={128} value={form.name} onChange={(name) => onChange({ name })} />
          )}
        </Field>
        <Field label={m.providers.form.project} optional>
          {(control) => (
            <TextInput
              {...control}
              maxLength={128}
              value={form.project}
              onChange={(project) => onChange({ project })}
            />
          )}
        </Field>
        <Field label={m.providers.form.tags} hint={m.providers.form.tagsHint} optional>
          {(control) => <TagInput {...control} tags={form.tags} onChange={(tags) => onChange({ tags })} />}
        </Field>
      </div>
      <div>
        <Field label={m.providers.form.expiry} optional error={errors['expires']}>
          {(control) => (
            <TextInput
              {...control}
              type="date"
              min={dayAfter(0, nowMs)}
              value={form.expires}
              onChange={(expires) => onChange({ expires })}
            />
          )}
        </Field>
        <div className={styles.presets} role="group" aria-label={m.providers.form.expiryPresets}>
          {PRESETS.map((days) => (
            <button key={days} type="button" onClick={() => onChange({ expires: dayAfter(days, nowMs) })}>
              {m.providers.form.inDays(days)}
            </button>
          ))}
          <button type="button" onClick={() => onChange({ expires: '' })}>
            {m.providers.form.expiryNone}
          </button>
        </div>
      </div>
      <Field label={m.providers.form.note} optional>
        {(control) => (
          <TextArea {...control} maxLength={8192} rows={3} value={form.note} onChange={(note) => onChange({ note })} />
        )}
      </Field>
    </>
  );
}
