import type { FormEvent } from 'react';
import { useId, useRef, useState } from 'react';
import type { ProviderPreview } from '../../shared/contract/schemas.ts';
import { documentPiecesOf } from '../../shared/document-pieces.ts';
import { AppError } from '../../shared/errors.ts';
import { descriptorFromForm } from '../../shared/own-provider-form.ts';
import { MAX_DESCRIPTOR_BYTES } from '../../shared/own-provider-rules.ts';
import { call } from '../contract/client.ts';
import { useAction } from '../contract/use-action.ts';
import { m } from '../i18n/messages.ts';
import { loadProviders } from '../state/session.ts';
import { show } from '../state/view.ts';
import { Button } from '../ui/button.tsx';
import { ErrorNote } from '../ui/error-note.tsx';
import { Field } from '../ui/field.tsx';
import { LeaveConfirm } from '../ui/leave-confirm.tsx';
import { Sheet } from '../ui/sheet.tsx';
import { TextArea } from '../ui/text-input.tsx';
import { announce } from '../ui/toasts.ts';
import layout from '../ui/form-layout.module.css';
import type { OwnProviderStart } from './edit-start.ts';
import styles from './own-providers.module.css';
import { PreviewCard } from './preview-card.tsx';
import { EMPTY_PROVIDER, formOfTyped, providerErrors, type TypedProvider } from './provider-form.ts';
import { ProviderFields } from './provider-fields.tsx';

const close = (): void => show({ sheet: null });

interface Seen {
  readonly document: readonly string[];
  readonly preview: ProviderPreview;
}

function titleOf(start: OwnProviderStart): string {
  if (start.from === 'file') return m.ownProviders.importTitle;
  return start.from === 'form' ? m.ownProviders.addTitle : m.ownProviders.editTitle(start.name);
}

/** A form, a text or a file, then what it would do, then, after a yes outside the page, the provider. */
export function OwnProviderSheet({ start }: { readonly start: OwnProviderStart }) {
  const { from } = start;
  const isForm = from === 'form' || from === 'edited-form';
  const editing = from === 'edited-form' || from === 'edited-text';
  const first = from === 'edited-form' ? start.typed : EMPTY_PROVIDER;
  const [typed, setTyped] = useState<TypedProvider>(first);
  const [text, setText] = useState(from === 'edited-text' ? start.text : '');
  const [leaving, setLeaving] = useState(false);
  const [checked, setChecked] = useState(false);
  const [seen, setSeen] = useState<Seen | null>(null);
  const body = useRef<HTMLFormElement>(null);
  const picker = useRef<HTMLInputElement>(null);
  const id = useId();
  const errors = providerErrors(typed);

  const look = useAction(async (descriptor: string) => {
    const document = documentPiecesOf(descriptor);
    setSeen({ document, preview: await call('providers.preview', { document }) });
  });
  const readFile = useAction(async (file: File) => {
    if (file.size > MAX_DESCRIPTOR_BYTES) throw new AppError('invalid_input', m.ownProviders.tooLarge);
    await look.run(await file.text());
  });
  const save = useAction(async ({ document, preview }: Seen) => {
    const { name } = await call('providers.save', { document: [...document], hash: preview.hash });
    await loadProviders();
    announce(preview.replaces ? m.ownProviders.replaced(name) : m.ownProviders.saved(name));
    close();
  });

  const submit = (event?: FormEvent): void => {
    event?.preventDefault();
    if (seen !== null) return void save.run(seen);
    if (from === 'file') return picker.current?.click();
    if (from === 'edited-text') return void look.run(text);
    setChecked(true);
    if (Object.keys(errors).length === 0) void look.run(JSON.stringify(descriptorFromForm(formOfTyped(typed))));
    else requestAnimationFrame(() => body.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
  };
  const dirty = JSON.stringify(typed) !== JSON.stringify(first) || (from === 'edited-text' && text !== start.text);
  const leave = (): void => (dirty ? setLeaving(true) : close());
  const back = (): void => {
    save.clear();
    setSeen(null);
  };

  return (
    <>
      <Sheet
        open
        title={titleOf(start)}
        onClose={leave}
        onSave={submit}
        foot={
          <>
            {save.pending && <p role="status">{m.common.confirmElsewhere}</p>}
            {seen === null ? (
              <Button onClick={leave}>{m.common.cancel}</Button>
            ) : (
              <Button onClick={back}>{m.common.back}</Button>
            )}
            {(seen !== null || from !== 'file') && (
              <Button look="primary" type="submit" form={id} pending={look.pending || save.pending}>
                {seen === null
                  ? m.ownProviders.look
                  : seen.preview.replaces
                    ? editing
                      ? m.ownProviders.saveChanges
                      : m.ownProviders.replace
                    : m.ownProviders.save}
              </Button>
            )}
          </>
        }
      >
        <form id={id} ref={body} className={layout.form} noValidate onSubmit={submit}>
          {seen !== null && <PreviewCard preview={seen.preview} />}
          {seen === null && isForm && (
            <ProviderFields
              fixedId={editing}
              typed={typed}
              errors={checked ? errors : {}}
              change={(part) => setTyped((before) => ({ ...before, ...part }))}
            />
          )}
          {seen === null && from === 'edited-text' && (
            <Field label={m.ownProviders.descriptor} hint={m.ownProviders.descriptorHint}>
              {(control) => (
                <TextArea {...control} mono autoFocus spellCheck={false} rows={24} value={text} onChange={setText} />
              )}
            </Field>
          )}
          {seen === null && from === 'file' && (
            <div className={styles.file}>
              <p>{m.ownProviders.chooseText}</p>
              <Button pending={readFile.pending || look.pending} onClick={() => picker.current?.click()}>
                {m.ownProviders.choose}
              </Button>
              <input
                ref={picker}
                hidden
                type="file"
                accept=".json,application/json"
                aria-label={m.ownProviders.choose}
                onChange={(event) => {
                  const file = event.target.files?.[0];
                  event.target.value = '';
                  if (file !== undefined) void readFile.run(file);
                }}
              />
            </div>
          )}
          <ErrorNote error={readFile.error ?? look.error ?? save.error} />
        </form>
      </Sheet>
      <LeaveConfirm open={leaving} onLeave={close} onStay={() => setLeaving(false)}>
        {m.ownProviders.leaveText}
      </LeaveConfirm>
    </>
  );
}
