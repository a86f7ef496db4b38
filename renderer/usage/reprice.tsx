import { useEffect, useState } from 'react';
import type { RepriceReport } from '../../shared/contract/prices.ts';
import { certaintyOf } from '../../shared/usage-words.ts';
import { DataTable } from '../charts/data-table.tsx';
import { call } from '../contract/client.ts';
import { useAction } from '../contract/use-action.ts';
import { m } from '../i18n/messages.ts';
import { noteUsage } from '../state/usage.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { ErrorNote } from '../ui/error-note.tsx';
import { announce } from '../ui/toasts.ts';
import { costText, count, exactMoney } from './figures.ts';
import { useLabels } from './labels.ts';
import styles from './prices.module.css';

const t = m.usage.prices;

/** What would change, then the change: the past is only priced again when the owner says so. */
export function Reprice({ onClose }: { readonly onClose: () => void }) {
  const [report, setReport] = useState<RepriceReport | null>(null);
  const look = useAction(async () => setReport(await call('usage.reprice', { apply: false })));
  const apply = useAction(async () => {
    const { changed } = await call('usage.reprice', { apply: true });
    announce(t.repriced(changed));
    noteUsage();
    onClose();
  });
  const { run } = look;
  useEffect(() => {
    void run();
  }, [run]);
  return (
    <Dialog
      open
      wide
      title={t.repriceTitle}
      description={t.repriceLead}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{report?.changed === 0 ? m.common.close : m.common.cancel}</Button>
          {report !== null && report.changed > 0 && (
            <Button look="primary" pending={apply.pending} onClick={() => void apply.run()}>
              {t.repriceVerb}
            </Button>
          )}
        </>
      }
    >
      <div role="status">{look.pending && t.repriceLoading}</div>
      <ErrorNote error={look.error ?? apply.error} />
      {report !== null && (report.changed === 0 ? <p>{t.repriceNone}</p> : <Change report={report} />)}
    </Dialog>
  );
}

const known = (knownCostMicroUsd: number, unpriced: number): string =>
  costText(exactMoney(knownCostMicroUsd), certaintyOf({ knownCostMicroUsd, unpriced, incomplete: 0 }));

function Change({ report }: { readonly report: RepriceReport }) {
  const label = useLabels();
  return (
    <div className={styles.change}>
      <p>{t.repriceSum(report.changed, report.records)}</p>
      <dl className={styles.sums}>
        {[
          [t.repriceOld, known(report.oldMicroUsd, report.oldUnpriced)],
          [t.repriceNew, known(report.newMicroUsd, report.newUnpriced)],
          [t.repriceUnknownOld, count(report.oldUnpriced)],
          [t.repriceUnknownNew, count(report.newUnpriced)],
        ].map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <DataTable
        caption={t.repriceTitle}
        rows={report.models}
        rowKey={({ provider, model }) => `${provider} ${model}`}
        columns={[
          { key: 'model', title: t.columns.model, cell: ({ model }) => label('model', model) },
          { key: 'calls', title: m.usage.metrics.requests, figure: true, cell: ({ changed }) => count(changed) },
          {
            key: 'old',
            title: t.repriceOld,
            figure: true,
            cell: ({ oldMicroUsd, oldUnpriced }) => known(oldMicroUsd, oldUnpriced),
          },
          {
            key: 'new',
            title: t.repriceNew,
            figure: true,
            cell: ({ newMicroUsd, newUnpriced }) => known(newMicroUsd, newUnpriced),
          },
        ]}
      />
      {report.beyond > 0 && <p className={styles.muted}>{t.repriceBeyond(report.beyond)}</p>}
    </div>
  );
}
