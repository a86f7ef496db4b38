import type { CredentialSummary } from '../../shared/contract/schemas.ts';
import { m } from '../i18n/messages.ts';
import { Field } from '../ui/field.tsx';
import { Select } from '../ui/select.tsx';
import { SecretInput } from '../ui/secret-input.tsx';
import { TextArea, TextInput } from '../ui/text-input.tsx';
import type { AuthKind, CredentialForm, FormErrors } from './form-model.ts';
import { pastedField, valueOf } from './form-model.ts';

interface Props {
  readonly form: CredentialForm;
  readonly auth: AuthKind;
  readonly editing: CredentialSummary | undefined;
  readonly errors: FormErrors;
  readonly onChange: (field: string, value: string) => void;
}

/** The fields of the kind besides the pasted one, as the catalogue describes them. */
export function OtherFields({ form, auth, editing, errors, onChange }: Props) {
  return auth.fields
    .filter((field) => field !== pastedField(auth))
    .map((field) => {
      const kept = field.secret ? editing?.fields.find((one) => one.name === field.name)?.shown : undefined;
      const value = valueOf(form, auth, field.name);
      const change = (typed: string): void => onChange(field.name, typed);
      return (
        <Field
          key={field.name}
          label={field.label}
          hint={field.hint}
          optional={!field.required}
          error={errors[`field:${field.name}`]}
        >
          {(control) => {
            const shared = {
              ...control,
              value,
              onChange: change,
              ...(kept === undefined ? {} : { placeholder: m.providers.form.unchanged(kept) }),
            };
            if (field.options !== undefined) {
              const options = field.options.map((option) => ({ value: option, label: option }));
              const none =
                field.required || field.default !== undefined ? [] : [{ value: '', label: m.providers.form.notSet }];
              return <Select {...control} value={value} options={[...none, ...options]} onChange={change} />;
            }
            if (field.secret) return <SecretInput {...shared} multiline={field.multiline} />;
            return field.multiline ? <TextArea {...shared} /> : <TextInput {...shared} />;
          }}
        </Field>
      );
    });
}
