import type { RefObject } from 'react';
import type { Inspection } from '../../shared/contract/schemas.ts';
import { m } from '../i18n/messages.ts';
import { Button } from '../ui/button.tsx';
import { Field } from '../ui/field.tsx';
import { Note } from '../ui/note.tsx';
import { SecretInput } from '../ui/secret-input.tsx';
import type { AuthKind, CredentialForm } from './form-model.ts';
import { pastedField } from './form-model.ts';

interface Props {
  readonly form: CredentialForm;
  readonly auth: AuthKind | undefined;
  readonly masked: string | undefined;
  readonly inspection: Inspection | null;
  readonly error: string | undefined;
  readonly canSwitch: boolean;
  readonly input: RefObject<(HTMLInputElement & HTMLTextAreaElement) | null>;
  readonly onChange: (secret: string) => void;
  readonly onSwitch: (provider: string, authKind: string) => void;
}

/** Paste first: the primary secret, whose key it looks like, and what is unusual about it. */
export function SecretField({ form, auth, masked, inspection, error, canSwitch, input, onChange, onSwitch }: Props) {
  const primary = auth === undefined ? undefined : pastedField(auth);
  const recognised = inspection?.recognised ?? null;
  const foreign = recognised !== null && form.provider !== null && recognised.provider !== form.provider;
  const editing = masked !== undefined;
  const hint = editing
    ? m.providers.form.replaces
    : (primary?.hint ?? (auth === undefined ? m.providers.form.pasteHint : undefined));
  if (auth !== undefined && primary === undefined) return null;
  return (
    <>
      <Field label={primary?.label ?? m.providers.form.paste} hint={hint} error={error} required={!editing}>
        {(control) => (
          <SecretInput
            {...control}
            ref={input}
            name="secret"
            autoFocus={!editing}
            multiline={primary?.multiline ?? false}
            value={form.secret}
            onChange={onChange}
            {...(editing ? { placeholder: m.providers.form.unchanged(masked) } : {})}
          />
        )}
      </Field>
      <div role="status">
        {recognised !== null && (
          <Note tone={foreign ? 'warn' : 'ok'} title={m.providers.form.looksLike(recognised.what)}>
            <p>{recognised.reason}</p>
            {foreign && canSwitch && (
              <Button onClick={() => onSwitch(recognised.provider, recognised.authKind)}>
                {m.providers.form.switchTo(recognised.providerName)}
              </Button>
            )}
          </Note>
        )}
        {inspection?.warnings
          .filter(() => !foreign)
          .map((warning) => (
            <Note key={warning.code} tone="warn">
              <p>{warning.message}</p>
            </Note>
          ))}
      </div>
    </>
  );
}
