import type { QuotaDefinition } from '../../shared/quotas.ts';
import { QUOTA_COUNTS } from '../../shared/quotas.ts';
import { call } from '../contract/client.ts';
import { useAction } from '../contract/use-action.ts';
import { m } from '../i18n/messages.ts';
import { zoneHere } from '../i18n/zone.ts';
import { reloadQuotas } from '../state/quotas.ts';
import { show } from '../state/view.ts';
import { Disclosure } from '../ui/disclosure.tsx';
import { Field } from '../ui/field.tsx';
import { FormSheet } from '../ui/form-sheet.tsx';
import { Segmented } from '../ui/segmented.tsx';
import { TextInput } from '../ui/text-input.tsx';
import { announce } from '../ui/toasts.ts';
import { useSheetForm } from '../ui/use-sheet-form.ts';
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

/** Makes or changes a quota. While it is typed, it says what the quota would have meant in the last 30 days. */
export function QuotaSheet({ id: quotaId, start }: Props) {
  const defaults = useQuotaDefaults();
  const state = useSheetForm<QuotaForm>(() =>
    start === null ? emptyQuotaForm(zoneHere(), defaults.warnAt) : formOfQuota(start, zoneHere(), defaults.warnAt),
  );
  const { form, change } = state;
  const names = useScopeNames();
  const all = quotaErrors(form);
  const errors = state.checked ? all : {};
  const isRight = Object.keys(all).length === 0;
  const unnamed = definitionOf(form, '-');
  const autoName = isRight ? `${scopeWords(unnamed.scope, names)}: ${limitWords(unnamed)}`.slice(0, 64) : '';
  const definition = isRight ? definitionOf(form, autoName) : null;
  const save = useAction(async () => {
    if (definition === null) return;
    const { definition: kept } = await call('quotas.set', {
      ...(quotaId === null ? {} : { id: quotaId }),
      definition,
    });
    await reloadQuotas();
    announce(m.quotas.saved(kept.name));
    close();
  });
  return (
    <FormSheet
      title={quotaId === null || start === null ? m.quotas.addTitle : m.quotas.editTitle(start.name)}
      verb={quotaId === null ? m.quotas.saveNew : m.quotas.save}
      state={state}
      isRight={isRight}
      save={save}
      leaveText={m.quotas.leaveText}
      onClose={close}
    >
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
    </FormSheet>
  );
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
