import { useState } from 'react';
import type { CredentialSummary } from '../../shared/contract/schemas.ts';
import { call } from '../contract/client.ts';
import { useAction } from '../contract/use-action.ts';
import { m } from '../i18n/messages.ts';
import { keepCredential, useCredentials } from '../state/credentials.ts';
import { useSession } from '../state/session.ts';
import type { Sheet } from '../state/view.ts';
import { show } from '../state/view.ts';
import { announce } from '../ui/toasts.ts';
import { askToSignIn, nameOf, needsSignIn, testCredential } from './acts.ts';
import type { CredentialForm } from './form-model.ts';
import {
  authOf,
  dayAfter,
  EMPTY_FORM,
  formOf,
  freeLabel,
  isDirty,
  pastedField,
  toChanges,
  toInput,
  validate,
} from './form-model.ts';
import { useInspection } from './use-inspection.ts';

export type CredentialSheetKind = Extract<Sheet, { kind: 'add' | 'edit' }>;

function takenLabels(form: CredentialForm, all: ReadonlyMap<string, CredentialSummary>, except: string | undefined) {
  const scope = form.shared ? 'system' : 'user';
  return new Set(
    [...all.values()]
      .filter((one) => one.provider === form.provider && one.scope === scope)
      .filter((one) => one.state !== 'binned' && one.id !== except)
      .map((one) => one.label),
  );
}

/** The state of the add/edit sheet: what was entered, what the core thinks of it, and saving it. */
export function useCredentialForm(sheet: CredentialSheetKind) {
  const providers = useSession((session) => session.providers);
  const all = useCredentials((store) => store.byId);
  const editing = sheet.kind === 'edit' ? all.get(sheet.id) : undefined;
  const [start] = useState<CredentialForm>(() =>
    editing === undefined ? { ...EMPTY_FORM, provider: sheet.kind === 'add' ? sheet.provider : null } : formOf(editing),
  );
  const [form, setForm] = useState(start);
  const [nowMs] = useState(() => Date.now());
  const [checked, setChecked] = useState(false);

  const chosen = form.provider === null ? undefined : providers.get(form.provider);
  const asked = authOf(form, chosen);
  const inspection = useInspection({
    provider: chosen?.id ?? null,
    authKind: asked?.kind ?? null,
    field: asked === undefined ? null : (pastedField(asked)?.name ?? null),
    value: form.secret,
  });
  // Nothing was chosen yet: the recognised provider is taken. The note says why, and the picker changes it.
  const recognised = inspection?.recognised ?? null;
  if (form.provider === null && recognised !== null && providers.has(recognised.provider)) {
    setForm({ ...form, provider: recognised.provider, authKind: recognised.authKind });
  }

  const taken = takenLabels(form, all, editing?.id);
  const today = dayAfter(0, nowMs);
  const errors = validate(form, { provider: chosen, taken, editing, today });
  const label = form.label ?? freeLabel(taken);

  const save = useAction(async () => {
    if (asked === undefined) return;
    const { credential, warnings } =
      editing === undefined
        ? await call('credentials.add', toInput(form, asked, label))
        : await call('credentials.edit', {
            target: { id: editing.id },
            changes: toChanges(form, editing, asked),
          });
    keepCredential(credential);
    show({ sheet: null });
    const newSecret = editing === undefined || credential.version !== editing.version;
    if (needsSignIn(credential.id)) return askToSignIn(credential.id, m.providers.form.saved(nameOf(credential.id)));
    const said = warnings.map((warning) => warning.message).join(' ');
    announce(
      m.providers.form.saved(nameOf(credential.id)),
      said === '' ? { slot: credential.id } : { description: said },
    );
    if (form.check && asked.check !== null && newSecret) void testCredential(credential.id);
  });
  return {
    form,
    change: (change: Partial<CredentialForm>) => setForm((before) => ({ ...before, ...change })),
    provider: chosen,
    auth: asked,
    editing,
    inspection,
    label,
    nowMs,
    /** Shown once the user tried to save. */
    errors: checked ? errors : {},
    dirty: isDirty(form, start),
    pending: save.pending,
    failure: save.error,
    /** False where something is missing; the caller then moves the focus to the first error. */
    submit: (): boolean => {
      setChecked(true);
      if (Object.keys(errors).length > 0) return false;
      void save.run();
      return true;
    },
  };
}
