import type { QuotaStatus } from '../../shared/contract/quotas.ts';
import { DataTable } from '../charts/data-table.tsx';
import { m } from '../i18n/messages.ts';
import { QuotaBar } from './quota-bar.tsx';
import { amountWords, type ScopeNames } from './quota-words.ts';
import styles from './quotas.module.css';

interface Props {
  readonly quota: QuotaStatus;
  readonly names: ScopeNames;
}

/** A pool of clients: who used how much of it. */
export function PoolMembers({ quota, names }: Props) {
  const { clients, definition, available } = quota;
  const { counts } = definition;
  return (
    <section className={styles.section}>
      <h2>{m.quotas.members}</h2>
      <DataTable
        caption={m.quotas.members}
        rows={clients}
        rowKey={({ client }) => client}
        columns={[
          { key: 'client', title: m.quotas.member, cell: ({ client }) => names.client(client) ?? client },
          {
            key: 'bar',
            title: m.quotas.historyOf,
            cell: ({ client, used, reserved, share }) => (
              <QuotaBar
                thin
                label={m.quotas.barOf(names.client(client) ?? client)}
                words={amountWords(counts, used)}
                used={used}
                reserved={reserved}
                limit={available}
                levels={share < available && available > 0 ? [(share / available) * 100] : []}
                tone="ok"
              />
            ),
          },
          {
            key: 'used',
            title: m.quotas.historyUsed,
            figure: true,
            cell: ({ used }) => amountWords(counts, used),
          },
          {
            key: 'share',
            title: m.quotas.memberShare,
            figure: true,
            cell: ({ share }) => amountWords(counts, share),
          },
        ]}
      />
    </section>
  );
}
