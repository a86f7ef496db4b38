import type { ProviderInfo } from '../../shared/provider/info.ts';
import { m } from '../i18n/messages.ts';
import { Checkbox } from '../ui/checkbox.tsx';
import { Field } from '../ui/field.tsx';
import { TextInput } from '../ui/text-input.tsx';
import styles from './form.module.css';
import type { CredentialForm, FormErrors } from './form-model.ts';

interface Props {
  readonly form: CredentialForm;
  readonly provider: ProviderInfo;
  /** The kind's own fields say where it goes: there is only the word about being local. */
  readonly ownAddress: boolean;
  readonly errors: FormErrors;
  readonly editing: boolean;
  readonly onChange: (change: Partial<CredentialForm>) => void;
}

/** Where the key is sent. A local address is allowed only by the owner's explicit word. */
export function BaseUrlFields({ form, provider, ownAddress, errors, editing, onChange }: Props) {
  const standard = provider.baseUrl.default;
  const local = (
    <Checkbox
      label={m.providers.form.local}
      hint={m.providers.form.localHint}
      checked={form.local}
      onChange={(on) => onChange({ local: on })}
    />
  );
  if (ownAddress) return local;
  return (
    <>
      <Field
        label={m.providers.form.baseUrl}
        optional={standard !== null}
        error={errors['baseUrl']}
        hint={
          <>
            <p>
              {provider.baseUrl.hint ??
                (standard === null ? m.providers.form.baseUrlNeeded : m.providers.form.baseUrlHint(standard))}
            </p>
            {editing && <p>{m.providers.form.originWarning}</p>}
          </>
        }
      >
        {(control) => (
          <TextInput
            {...control}
            type="url"
            mono
            maxLength={2048}
            {...(standard === null ? {} : { placeholder: standard })}
            value={form.baseUrl}
            onChange={(baseUrl) => onChange({ baseUrl })}
          />
        )}
      </Field>
      {provider.baseUrl.choices.length > 0 && (
        <div className={styles.presets} role="group" aria-label={m.providers.form.baseUrlChoices}>
          {provider.baseUrl.choices.map(({ label, url }) => (
            <button key={url} type="button" onClick={() => onChange({ baseUrl: url, local: false })}>
              {label}
            </button>
          ))}
        </div>
      )}
      {form.baseUrl.trim() !== '' && local}
    </>
  );
}
