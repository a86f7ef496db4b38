import { type FormEvent, useState } from 'react';
import type { ReconcileReport, ReconcileRow } from '../../shared/contract/usage-figures.ts';
import { type Column, DataTable } from '../charts/data-table.tsx';
import { call } from '../contract/client.ts';
import { useAction } from '../contract/use-action.ts';
import { m } from '../i18n/messages.ts';
import { useCredentials } from '../state/credentials.ts';
import { useSession } from '../state/session.ts';
import { Button } from '../ui/button.tsx';
import card from '../ui/card.module.css';
import { ErrorNote } from '../ui/error-note.tsx';
import { Field } from '../ui/field.tsx';
import { Note } from '../ui/note.tsx';
import { Select } from '../ui/select.tsx';
import { TextInput } from '../ui/text-input.tsx';
import { ExportMenu } from '../usage/export-menu.tsx';
import { dayTitle } from '../usage/moments.ts';
import { costText, driftText, invoiceOf, lastDays, reasonsText, tokensText, verdict } from './compare-view.ts';
import styles from './sources.module.css';

const t = m.usageSources;

/** The provider's own figures beside ours. It is asked only by the button. */
export function CompareCard() {
  const kept = useCredentials((state) => state.byId);
  const known = useSession((session) => session.providers);
  const nameOf = (id: string): string => known.get(id)?.name ?? id;
  const providers = [...new Set([...kept.values()].map(({ provider }) => provider))].toSorted((one, other) =>
    nameOf(one).localeCompare(nameOf(other)),
  );
  const [chosen, setChosen] = useState('');
  const [period, setPeriod] = useState(() => lastDays(Date.now()));
  const [invoice, setInvoice] = useState('');
  const [report, setReport] = useState<ReconcileReport | null>(null);
  const provider = chosen === '' ? (providers[0] ?? '') : chosen;
  const total = invoiceOf(invoice);
  const ask = useAction(async () => {
    setReport(null);
    const asked = { provider, ...period };
    setReport(
      typeof total === 'number'
        ? await call('usage.compareInvoice', { ...asked, totalMicroUsd: total })
        : await call('usage.reconcile', asked),
    );
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (provider !== '' && total !== null) void ask.run();
  };
  return (
    <section className={card.card} aria-label={t.compareTitle}>
      <div>
        <h2>{t.compareTitle}</h2>
        <p className={styles.muted}>{t.compareLead}</p>
      </div>
      {providers.length === 0 ? (
        <p>{t.noKeys}</p>
      ) : (
        <form className={styles.form} onSubmit={submit}>
          <Field label={t.provider}>
            {(control) => (
              <Select
                {...control}
                value={provider}
                options={providers.map((value) => ({ value, label: nameOf(value) }))}
                onChange={setChosen}
              />
            )}
          </Field>
          {(['from', 'to'] as const).map((end) => (
            <Field key={end} label={t[end]}>
              {(control) => (
                <TextInput
                  {...control}
                  type="date"
                  required
                  value={period[end]}
                  onChange={(day) => setPeriod({ ...period, [end]: day })}
                />
              )}
            </Field>
          ))}
          <Field label={t.invoice} hint={t.invoiceHint} error={total === null ? t.invoiceWrong : null}>
            {(control) => <TextInput {...control} inputMode="decimal" value={invoice} onChange={setInvoice} />}
          </Field>
          <Button type="submit" look="primary" pending={ask.pending}>
            {t.compare}
          </Button>
        </form>
      )}
      <ErrorNote error={ask.error} />
      <div role="status">{report !== null && <Told report={report} />}</div>
    </section>
  );
}

const columns = (first: Column<ReconcileRow>): readonly Column<ReconcileRow>[] => [
  first,
  { key: 'theirs', title: t.columns.theirs, figure: true, cell: ({ theirs }) => costText(theirs) },
  { key: 'ours', title: t.columns.ours, figure: true, cell: ({ ours }) => costText(ours) },
  { key: 'theirTokens', title: t.columns.theirTokens, figure: true, cell: ({ theirs }) => tokensText(theirs) },
  { key: 'ourTokens', title: t.columns.ourTokens, figure: true, cell: ({ ours }) => tokensText(ours) },
  {
    key: 'drift',
    title: t.drift,
    figure: true,
    cell: ({ driftPercent }) => driftText(driftPercent),
    isEmpty: ({ driftPercent }) => driftPercent === null,
  },
  { key: 'why', title: t.columns.why, wraps: true, cell: reasonsText, isEmpty: ({ reasons }) => reasons.length === 0 },
];
const byModel = columns({ key: 'model', title: t.columns.model, wraps: true, cell: ({ model }) => <bdi>{model}</bdi> });
const byDay = columns({
  key: 'day',
  title: t.columns.day,
  cell: ({ day }) => (day === null ? t.total : dayTitle(day)),
});

function Told({ report }: { readonly report: ReconcileReport }) {
  const { total, models, days, account, notes, ref, provider, from, to } = report;
  const { tone, text } = verdict(total);
  return (
    <div className={styles.told}>
      <div>
        <ExportMenu view={{ kind: 'drift', provider, from, to }} what={t.export} pictures={null} notes={[]} />
      </div>
      <Note tone={tone} title={text}>
        {ref !== null && <p>{t.asked(ref)}</p>}
        {notes.map((sentence) => (
          <p key={sentence}>{sentence}</p>
        ))}
      </Note>
      {account.length > 0 && (
        <dl className={styles.account} aria-label={t.account}>
          {account.map(({ name, label, value }) => (
            <div key={`${name} ${label}`}>
              <dt>{label}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      )}
      {models.length > 0 && (
        <DataTable stacks caption={t.byModel} columns={byModel} rows={models} rowKey={({ model }) => model ?? ''} />
      )}
      <DataTable stacks caption={t.byDay} columns={byDay} rows={[...days, total]} rowKey={({ day }) => day ?? ''} />
    </div>
  );
}
