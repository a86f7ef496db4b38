import type { FormEvent } from 'react';
import { useId, useState } from 'react';
import type { AccessGrant } from '../../shared/contract/access.ts';
import { DELIVERY_FORMS, type DeliveryForm } from '../../shared/delivery.ts';
import { call } from '../contract/client.ts';
import { useAction } from '../contract/use-action.ts';
import { m } from '../i18n/messages.ts';
import { loadGrants } from '../state/grants.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { ErrorNote } from '../ui/error-note.tsx';
import { Field } from '../ui/field.tsx';
import { Select } from '../ui/select.tsx';
import { announce } from '../ui/toasts.ts';
import layout from '../ui/form-layout.module.css';
import type { GrantLine } from './grant-lines.ts';

const HOUR_MS = 3_600_000;
const ENDS = { kept: null, hour: HOUR_MS, day: 24 * HOUR_MS, week: 168 * HOUR_MS, month: 720 * HOUR_MS } as const;
type End = keyof typeof ENDS;

/** The same form and those that are safer; for acting as the owner there is only that. */
function formsFrom(form: AccessGrant['form']): readonly DeliveryForm[] {
  return form === 'owner' ? [] : DELIVERY_FORMS.slice(0, DELIVERY_FORMS.indexOf(form) + 1);
}

function endsBefore(expiresAt: string | null): readonly End[] {
  const leftMs = expiresAt === null ? Number.POSITIVE_INFINITY : Date.parse(expiresAt) - Date.now();
  return (Object.keys(ENDS) as End[]).filter((end) => (ENDS[end] ?? 0) < leftMs);
}

interface Props {
  readonly line: GrantLine;
  readonly grant: AccessGrant;
  readonly onClose: () => void;
}

/** A safer form, an earlier end. */
export function NarrowGrant({ line, grant, onClose }: Props) {
  const id = useId();
  const what = m.grants.named(line.who, line.what);
  const forms = formsFrom(grant.form);
  const [ends] = useState(() => endsBefore(grant.expiresAt));
  const [form, setForm] = useState(grant.form);
  const [end, setEnd] = useState<End>('kept');
  const changed = form !== grant.form || end !== 'kept';
  const narrow = useAction(async () => {
    const lastsMs = ENDS[end];
    await call('grants.narrow', {
      id: grant.id,
      ...(form === grant.form || form === 'owner' ? {} : { form }),
      ...(lastsMs === null ? {} : { expiresAt: new Date(Date.now() + lastsMs).toISOString() }),
    });
    await loadGrants();
    announce(m.grants.narrowed(what));
    onClose();
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (changed) void narrow.run();
  };
  return (
    <Dialog
      open
      title={m.grants.narrowTitle(what)}
      description={m.grants.narrowText}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{m.common.cancel}</Button>
          <Button look="primary" type="submit" form={id} pending={narrow.pending} disabled={!changed}>
            {m.grants.narrowVerb}
          </Button>
        </>
      }
    >
      <form id={id} className={layout.form} onSubmit={submit}>
        {forms.length > 0 && (
          <Field label={m.grants.newForm} hint={forms.length === 1 ? m.grants.safest : undefined}>
            {(control) => (
              <Select
                {...control}
                value={form}
                options={forms.map((value) => ({ value, label: m.grants.forms[value] }))}
                onChange={setForm}
              />
            )}
          </Field>
        )}
        <Field label={m.grants.end}>
          {(control) => (
            <Select
              {...control}
              value={end}
              options={ends.map((value) => ({
                value,
                label: value === 'kept' ? m.grants.endKept : m.grants.endIn[value],
              }))}
              onChange={setEnd}
            />
          )}
        </Field>
        <ErrorNote error={narrow.error} />
      </form>
    </Dialog>
  );
}
