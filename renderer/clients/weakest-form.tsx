import { useId } from 'react';
import type { CredentialSummary } from '../../shared/contract/schemas.ts';
import { DEFAULT_WEAKEST_FORM, DELIVERY_FORMS, type DeliveryForm } from '../../shared/delivery.ts';
import { call } from '../contract/client.ts';
import { useAction } from '../contract/use-action.ts';
import { formTexts } from '../i18n/en/approval.ts';
import { m } from '../i18n/messages.ts';
import { keepCredential } from '../state/credentials.ts';
import { ErrorNote } from '../ui/error-note.tsx';
import { Field } from '../ui/field.tsx';
import { Select } from '../ui/select.tsx';
import { announce } from '../ui/toasts.ts';

const DEFAULT = 'default';

/** How far a credential may go when tools ask for it. Saved at once. */
export function WeakestForm({ credential }: { readonly credential: CredentialSummary }) {
  const { id, weakestForm } = credential;
  const slot = useId();
  const save = useAction(async (picked: DeliveryForm | null) => {
    const { credential: saved } = await call('credentials.edit', {
      target: { id },
      changes: { weakestForm: picked },
    });
    keepCredential(saved);
    announce(m.grants.weakestSaved, { slot });
  });
  const { forms } = m.grants;
  return (
    <div>
      <Field
        label={m.grants.weakest}
        hint={`${m.grants.weakestText} ${formTexts[weakestForm ?? DEFAULT_WEAKEST_FORM].text}`}
      >
        {(control) => (
          <Select
            {...control}
            value={weakestForm ?? DEFAULT}
            options={[
              { value: DEFAULT, label: m.grants.weakestDefault(forms[DEFAULT_WEAKEST_FORM]) },
              ...DELIVERY_FORMS.map((form) => ({
                value: form,
                label:
                  form === DELIVERY_FORMS[0] ? m.grants.weakestOnly(forms[form]) : m.grants.weakestUpTo(forms[form]),
              })),
            ]}
            onChange={(picked: typeof DEFAULT | DeliveryForm) => void save.run(picked === DEFAULT ? null : picked)}
          />
        )}
      </Field>
      <ErrorNote error={save.error} />
    </div>
  );
}
