import type { FormEvent } from 'react';
import { useId, useRef, useState } from 'react';
import type { RoutingRule } from '../../shared/contract/routing.ts';
import { call } from '../contract/client.ts';
import { useAction } from '../contract/use-action.ts';
import { m } from '../i18n/messages.ts';
import { loadPoolHealth, loadRouting } from '../state/routing.ts';
import { Button } from '../ui/button.tsx';
import { ErrorNote } from '../ui/error-note.tsx';
import { LeaveConfirm } from '../ui/leave-confirm.tsx';
import { Note } from '../ui/note.tsx';
import { Sheet } from '../ui/sheet.tsx';
import { announce } from '../ui/toasts.ts';
import layout from '../ui/form-layout.module.css';
import { CacheFields } from './cache-fields.tsx';
import { HeaderRows } from './header-rows.tsx';
import { PathRows } from './path-rows.tsx';
import { PoolFields } from './pool-fields.tsx';
import { emptyRoutingForm, formOfRule, type RoutingForm, routingErrors, ruleOf } from './routing-form.ts';
import { TargetFields } from './target-fields.tsx';
import { useFreeTargets, useLabels, useTargetName } from './use-targets.ts';

interface Props {
  /** null: a new one. */
  readonly rule: RoutingRule | null;
  readonly onClose: () => void;
}

/** Makes or changes the rule of one provider or client. It holds from the save on, for calls that begin then. */
export function RoutingSheet({ rule, onClose }: Props) {
  const now = useFreeTargets();
  const [free] = useState(now); // what is saved in the meantime must not change what is chosen here
  const labels = useLabels();
  const [first] = useState<RoutingForm>(() => {
    if (rule !== null) return formOfRule(rule);
    const kind = free.provider.length > 0 ? 'provider' : 'client';
    return emptyRoutingForm(kind, free[kind][0]?.value ?? '');
  });
  const [form, setForm] = useState(first);
  const [checked, setChecked] = useState(false);
  const [leaving, setLeaving] = useState(false);
  const body = useRef<HTMLFormElement>(null);
  const id = useId();
  const all = routingErrors(form);
  const errors = checked ? all : {};
  const name = useTargetName(form.for, form.target);
  const change = (part: Partial<RoutingForm>): void => setForm((before) => ({ ...before, ...part }));
  const save = useAction(async () => {
    await call('routing.set', ruleOf(form));
    await Promise.all([loadRouting(), loadPoolHealth()]);
    announce(m.routing.saved(name));
    onClose();
  });
  const submit = (event?: FormEvent): void => {
    event?.preventDefault();
    setChecked(true);
    if (Object.keys(all).length === 0) void save.run();
    else requestAnimationFrame(() => body.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
  };
  const leave = (): void => (JSON.stringify(form) === JSON.stringify(first) ? onClose() : setLeaving(true));
  return (
    <>
      <Sheet
        open
        title={rule === null ? m.routing.addTitle : m.routing.editTitle(name)}
        onClose={leave}
        onSave={submit}
        foot={
          <>
            <Button onClick={leave}>{m.common.cancel}</Button>
            <Button look="primary" type="submit" form={id} pending={save.pending}>
              {rule === null ? m.routing.saveNew : m.routing.save}
            </Button>
          </>
        }
      >
        <form id={id} ref={body} className={layout.form} noValidate onSubmit={submit}>
          {rule === null && <TargetFields form={form} free={free} change={change} />}
          <HeaderRows
            list="requestHeaders"
            hint={m.routing.requestHint}
            rows={form.requestHeaders}
            errors={errors}
            onChange={(requestHeaders) => change({ requestHeaders })}
          />
          <HeaderRows
            list="responseHeaders"
            hint={m.routing.responseHint}
            rows={form.responseHeaders}
            errors={errors}
            onChange={(responseHeaders) => change({ responseHeaders })}
          />
          <PathRows rows={form.paths} errors={errors} onChange={(paths) => change({ paths })} />
          {form.for === 'provider' && (
            <>
              <CacheFields cache={form.cache} error={errors['seconds']} onChange={(cache) => change({ cache })} />
              <PoolFields
                pool={form.pool}
                labels={labels.get(form.target) ?? []}
                errors={errors}
                onChange={(pool) => change({ pool })}
              />
            </>
          )}
          <div role="alert">{errors['rule'] !== undefined && <Note tone="bad" title={errors['rule']} />}</div>
          <ErrorNote error={save.error} />
        </form>
      </Sheet>
      <LeaveConfirm open={leaving} onLeave={onClose} onStay={() => setLeaving(false)}>
        {m.routing.leaveText}
      </LeaveConfirm>
    </>
  );
}
