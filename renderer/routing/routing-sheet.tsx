import { useState } from 'react';
import type { RoutingRule } from '../../shared/contract/routing.ts';
import { call } from '../contract/client.ts';
import { useAction } from '../contract/use-action.ts';
import { m } from '../i18n/messages.ts';
import { loadPoolHealth, loadRouting } from '../state/routing.ts';
import { FormSheet } from '../ui/form-sheet.tsx';
import { Note } from '../ui/note.tsx';
import { announce } from '../ui/toasts.ts';
import { useSheetForm } from '../ui/use-sheet-form.ts';
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
  const state = useSheetForm<RoutingForm>(() => {
    if (rule !== null) return formOfRule(rule);
    const kind = free.provider.length > 0 ? 'provider' : 'client';
    return emptyRoutingForm(kind, free[kind][0]?.value ?? '');
  });
  const { form, change } = state;
  const all = routingErrors(form);
  const errors = state.checked ? all : {};
  const name = useTargetName(form.for, form.target);
  const save = useAction(async () => {
    await call('routing.set', ruleOf(form));
    await Promise.all([loadRouting(), loadPoolHealth()]);
    announce(m.routing.saved(name));
    onClose();
  });
  return (
    <FormSheet
      title={rule === null ? m.routing.addTitle : m.routing.editTitle(name)}
      verb={rule === null ? m.routing.saveNew : m.routing.save}
      state={state}
      isRight={Object.keys(all).length === 0}
      save={save}
      leaveText={m.routing.leaveText}
      onClose={onClose}
    >
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
    </FormSheet>
  );
}
