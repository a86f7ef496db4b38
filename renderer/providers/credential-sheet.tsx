import { BookOpen } from 'lucide-react';
import type { FormEvent } from 'react';
import { useId, useRef, useState } from 'react';
import { m } from '../i18n/messages.ts';
import { show } from '../state/view.ts';
import { Button } from '../ui/button.tsx';
import { Checkbox } from '../ui/checkbox.tsx';
import { Disclosure } from '../ui/disclosure.tsx';
import { ErrorNote } from '../ui/error-note.tsx';
import { Field } from '../ui/field.tsx';
import { Note } from '../ui/note.tsx';
import { Select } from '../ui/select.tsx';
import { LeaveConfirm } from '../ui/leave-confirm.tsx';
import { Sheet } from '../ui/sheet.tsx';
import layout from '../ui/form-layout.module.css';
import { AboutFields } from './about-fields.tsx';
import { displayName } from './arrange.ts';
import { BaseUrlFields } from './base-url-fields.tsx';
import styles from './form.module.css';
import { GuideSheet } from './guide-sheet.tsx';
import { OtherFields } from './other-fields.tsx';
import { ProviderPicker } from './provider-picker.tsx';
import { SecretField } from './secret-field.tsx';
import type { CredentialSheetKind } from './use-credential-form.ts';
import { useCredentialForm } from './use-credential-form.ts';

/** Adds or edits a credential. Closing it with something entered asks first. */
export function CredentialSheet({ sheet }: { readonly sheet: CredentialSheetKind }) {
  const state = useCredentialForm(sheet);
  const { form, change, provider, auth, editing, inspection, label, nowMs, errors, dirty } = state;
  const [leaving, setLeaving] = useState(false);
  const body = useRef<HTMLFormElement>(null);
  const secret = useRef<HTMLInputElement & HTMLTextAreaElement>(null);
  const [guide, setGuide] = useState(false);
  const id = useId();
  const close = (): void => show({ sheet: null });
  const submit = (event?: FormEvent): void => {
    event?.preventDefault();
    if (state.submit()) return;
    requestAnimationFrame(() => body.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
  };
  const pick = (picked: string, authKind: string | null): void => change({ provider: picked, authKind, others: {} });
  const ownAddress = auth?.ownAddress === true;
  const baseUrlFirst = ownAddress || (provider?.baseUrl.changeable === true && provider.baseUrl.default === null);
  const count = Object.keys(errors).length;
  const baseUrl = provider !== undefined && (ownAddress || provider.baseUrl.changeable) && (
    <BaseUrlFields
      form={form}
      provider={provider}
      ownAddress={ownAddress}
      errors={errors}
      editing={editing !== undefined}
      onChange={change}
    />
  );
  return (
    <>
      <Sheet
        open
        title={editing === undefined ? m.providers.form.addTitle : m.providers.form.editTitle(displayName(editing))}
        onClose={() => (dirty ? setLeaving(true) : close())}
        onSave={submit}
        {...(sheet.kind === 'edit' && sheet.replace === true ? { initialFocus: secret } : {})}
        foot={
          <>
            {auth !== undefined && (
              <div className={styles.footcheck}>
                {auth.check === null ? (
                  <span>{m.providers.form.checkNone}</span>
                ) : (
                  <Checkbox
                    label={m.providers.form.check}
                    checked={form.check}
                    onChange={(check) => change({ check })}
                  />
                )}
              </div>
            )}
            <p role="alert" className={styles.summary}>
              {count > 0 && m.providers.form.errors(count)}
            </p>
            {state.pending && (form.local || form.baseUrl !== '') && <p role="status">{m.common.confirmElsewhere}</p>}
            <Button onClick={() => (dirty ? setLeaving(true) : close())}>{m.common.cancel}</Button>
            <Button look="primary" type="submit" form={id} pending={state.pending} aria-keyshortcuts="Control+Enter">
              {editing === undefined ? m.providers.form.save : m.providers.form.saveChanges}
            </Button>
          </>
        }
      >
        <form id={id} ref={body} className={layout.form} noValidate onSubmit={submit}>
          <SecretField
            form={form}
            auth={auth}
            masked={editing?.masked}
            inspection={inspection}
            error={errors['secret']}
            canSwitch={editing === undefined}
            input={secret}
            onChange={(secret) => change({ secret })}
            onSwitch={pick}
          />
          <Field label={m.providers.form.provider} error={errors['provider']} required>
            {(control) => (
              <ProviderPicker
                {...control}
                value={form.provider}
                disabled={editing !== undefined}
                onChange={(picked) => pick(picked, null)}
              />
            )}
          </Field>
          {provider !== undefined && (
            <div>
              <Button look="link" icon={<BookOpen size={15} aria-hidden />} onClick={() => setGuide(true)}>
                {m.providers.guide.open}
              </Button>
            </div>
          )}
          {provider !== undefined && provider.auth.length > 1 && editing === undefined && (
            <Field label={m.providers.form.authKind}>
              {(control) => (
                <Select
                  {...control}
                  value={auth?.kind ?? ''}
                  options={provider.auth.map((one) => ({ value: one.kind, label: one.label }))}
                  onChange={(authKind) => change({ authKind, others: {} })}
                />
              )}
            </Field>
          )}
          {auth?.note !== undefined && (
            <Note tone="info">
              <p>{auth.note}</p>
            </Note>
          )}
          {auth !== undefined && (
            <OtherFields
              form={form}
              auth={auth}
              editing={editing}
              errors={errors}
              onChange={(field, value) => change({ others: { ...form.others, [field]: value } })}
            />
          )}
          {baseUrlFirst && baseUrl}
          <AboutFields form={form} label={label} errors={errors} nowMs={nowMs} onChange={change} />
          <Disclosure title={m.providers.form.advanced} forced={errors['baseUrl'] !== undefined}>
            {!baseUrlFirst && baseUrl}
            <Checkbox
              label={m.providers.form.shared}
              hint={m.providers.form.sharedHint}
              checked={form.shared}
              onChange={(shared) => change({ shared })}
            />
          </Disclosure>
          <ErrorNote error={state.failure} />
        </form>
        {guide && provider !== undefined && <GuideSheet id={provider.id} onClose={() => setGuide(false)} />}
      </Sheet>
      <LeaveConfirm open={leaving} onLeave={close} onStay={() => setLeaving(false)}>
        {editing === undefined ? m.providers.form.leaveText : m.providers.form.leaveEditText}
      </LeaveConfirm>
    </>
  );
}
