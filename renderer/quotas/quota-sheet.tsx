import type { FormEvent } from 'react';
import { useId, useRef, useState } from 'react';
import type { QuotaDefinition } from '../../shared/quotas.ts';
import { QUOTA_COUNTS } from '../../shared/quotas.ts';
import { call } from '../contract/client.ts';
import { useAction } from '../contract/use-action.ts';
import { m } from '../i18n/messages.ts';
import { reloadQuotas } from '../state/quotas.ts';
import { show } from '../state/view.ts';
import { Button } from '../ui/button.tsx';
import { Disclosure } from '../ui/disclosure.tsx';
import { ErrorNote } from '../ui/error-note.tsx';
import { Field } from '../ui/field.tsx';
import { LeaveConfirm } from '../ui/leave-confirm.tsx';
import { Segmented } from '../ui/segmented.tsx';
import { Sheet } from '../ui/sheet.tsx';
import { TextInput } from '../ui/text-input.tsx';
import { announce } from '../ui/toasts.ts';
import layout from '../ui/form-layout.module.css';
import { AdvancedFields } from './advanced-fields.tsx';
import { parseAmount } from './amounts.ts';
import { PeriodFields } from './period-fields.tsx';
import {
  canCountImports,
  definitionOf,
  emptyQuotaForm,
  formOfQuota,
  isAdvanced,
  type QuotaForm,
  quotaErrors,
} from './quota-form.ts';
import { amountWords, limitWords, scopeWords } from './quota-words.ts';
import styles from './quotas.module.css';
import { ScopeFields } from './scope-fields.tsx';
import { useQuotaDefaults } from './use-quota-defaults.ts';
import { useScopeNames } from './use-scope-names.ts';
import { WarningFields } from './warning-fields.tsx';
import { WhatIfNote } from './what-if-note.tsx';

interface Props {
  /** null: a new one. */
  readonly id: string | null;
  /** What it starts from; null: empty. */
  readonly start: QuotaDefinition | null;
}

const close = (): void => show({ sheet: null });
const zoneHere = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Makes or changes a quota. While it is typed, it says what the quota would have meant in the last 30 days. */
export function QuotaSheet({ id: quotaId, start }: Props) {
  const defaults = useQuotaDefaults();
  const [first] = useState<QuotaForm>(() =>
    start === null ? emptyQuotaForm(zoneHere(), defaults.warnAt) : formOfQuota(start, zoneHere(), defaults.warnAt),
  );
  const [form, setForm] = useState(first);
  const [checked, setChecked] = useState(false);
  const [leaving, setLeaving] = useState(false);
  const body = useRef<HTMLFormElement>(null);
  const names = useScopeNames();
  const id = useId();
  const all = quotaErrors(form);
  const errors = checked ? all : {};
  const isRight = Object.keys(all).length === 0;
  const unnamed = definitionOf(form, '-');
  const autoName = isRight ? `${scopeWords(unnamed.scope, names)}: ${limitWords(unnamed)}`.slice(0, 64) : '';
  const definition = isRight ? definitionOf(form, autoName) : null;
  const change = (part: Partial<QuotaForm>): void => setForm((before) => ({ ...before, ...part }));
  const save = useAction(async (wanted: QuotaDefinition) => {
    const { definition: kept } = await call('quotas.set', {
      ...(quotaId === null ? {} : { id: quotaId }),
      definition: wanted,
    });
    await reloadQuotas();
    announce(m.quotas.saved(kept.name));
    close();
  });
  const submit = (event?: FormEvent): void => {
    event?.preventDefault();
    setChecked(true);
    if (definition !== null) void save.run(definition);
    else requestAnimationFrame(() => toFirstError(body.current));
  };
  const leave = (): void => (JSON.stringify(form) === JSON.stringify(first) ? close() : setLeaving(true));
  return (
    <>
      <Sheet
        open
        title={quotaId === null || start === null ? m.quotas.addTitle : m.quotas.editTitle(start.name)}
        onClose={leave}
        onSave={submit}
        foot={
          <>
            <Button onClick={leave}>{m.common.cancel}</Button>
            <Button look="primary" type="submit" form={id} pending={save.pending}>
              {quotaId === null ? m.quotas.saveNew : m.quotas.save}
            </Button>
          </>
        }
      >
        <form id={id} ref={body} className={layout.form} noValidate onSubmit={submit}>
          <fieldset className={layout.fieldset}>
            <legend>{m.quotas.what}</legend>
            <Segmented
              label={m.quotas.what}
              value={form.counts}
              options={QUOTA_COUNTS.map((value) => ({ value, label: m.quotas.counts[value] }))}
              onChange={(counts) => change({ counts })}
            />
            <p className={styles.muted}>{m.quotas.whatHint[form.counts]}</p>
          </fieldset>
          <ScopeFields form={form} errors={errors} change={change} />
          <Field label={m.quotas.limit[form.counts]} hint={limitHint(form)} error={errors.limit} required>
            {(control) => (
              <TextInput
                {...control}
                inputMode="decimal"
                maxLength={32}
                value={form.limit}
                onChange={(limit) => change({ limit })}
              />
            )}
          </Field>
          <PeriodFields form={form} errors={errors} change={change} />
          <fieldset className={layout.fieldset}>
            <legend>{m.quotas.atLimit}</legend>
            <Segmented
              label={m.quotas.atLimit}
              value={form.atLimit}
              options={(['block', 'warn'] as const).map((value) => ({ value, label: m.quotas.atLimits[value] }))}
              onChange={(atLimit) => change({ atLimit })}
            />
            <p className={styles.muted}>{form.atLimit === 'block' ? m.quotas.refuses : m.quotas.onlyWarns}</p>
          </fieldset>
          <WarningFields form={form} errors={errors} defaults={defaults} change={change} />
          <WhatIfNote definition={definition} />
          <Disclosure title={advancedTitle(form)} forced={Object.keys(errors).some(isAdvanced)}>
            <AdvancedFields form={form} errors={errors} defaults={defaults} change={change} />
          </Disclosure>
          <Field label={m.quotas.name} hint={m.quotas.nameHint} optional>
            {(control) => (
              <TextInput
                {...control}
                maxLength={64}
                placeholder={autoName}
                value={form.name}
                onChange={(name) => change({ name })}
              />
            )}
          </Field>
          <ErrorNote error={save.error} />
        </form>
      </Sheet>
      <LeaveConfirm open={leaving} onLeave={close} onStay={() => setLeaving(false)}>
        {m.quotas.leaveText}
      </LeaveConfirm>
    </>
  );
}

/** A field, or the first box of a group in which nothing was chosen. */
function toFirstError(form: HTMLFormElement | null): void {
  const found = form?.querySelector<HTMLElement>('[aria-invalid="true"], [data-invalid]');
  const target = found?.matches('[data-invalid]') === true ? found.closest('fieldset')?.querySelector('input') : found;
  (target ?? found)?.focus();
}

/** Says back what was understood where the typed form is not the written one. */
function limitHint({ counts, limit }: QuotaForm): string {
  const amount = parseAmount(counts, limit);
  return amount === null || limit.trim() === ''
    ? m.quotas.limitHint[counts]
    : m.quotas.limitIs(amountWords(counts, amount));
}

function advancedTitle(form: QuotaForm): string {
  const names = m.quotas.advancedNames;
  const set: string[] = (['throttle', 'rollover', 'buffer', 'adjust'] as const)
    .filter((part) => form[part].on)
    .map((part) => names[part]);
  if (form.countImports && canCountImports(form.scope)) set.push(names.countImports);
  return set.length === 0 ? m.quotas.advanced : m.quotas.advancedSet(set);
}
