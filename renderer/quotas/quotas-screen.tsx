import { Gauge, Plus } from 'lucide-react';
import { useEffect } from 'react';
import { useNow } from '../contract/use-now.ts';
import { m } from '../i18n/messages.ts';
import { loadClients } from '../state/clients.ts';
import { loadProposals, loadQuotas, useQuotas } from '../state/quotas.ts';
import { useRoute } from '../state/route.ts';
import { show } from '../state/view.ts';
import { Button } from '../ui/button.tsx';
import { Empty } from '../ui/empty.tsx';
import { LoadError } from '../ui/load-error.tsx';
import head from '../ui/heading.module.css';
import { Skeleton } from '../ui/skeleton.tsx';
import { ZoneNote } from '../ui/zone-note.tsx';
import page from '../ui/page-layout.module.css';
import { Proposals } from './proposals.tsx';
import { QuotaDetail } from './quota-detail.tsx';
import { QuotaRow } from './quota-row.tsx';

/** All limits with how far they are used; one of them at length where the address names it. */
export default function QuotasScreen() {
  const { id } = useRoute();
  useEffect(() => {
    void loadQuotas();
    void loadProposals();
    void loadClients();
  }, []);
  return <div className={page.page}>{id === null ? <List /> : <QuotaDetail key={id} id={id} />}</div>;
}

function List() {
  const { state, error, list } = useQuotas();
  const nowMs = useNow(60_000);
  useEffect(() => {
    // The link that led back from one quota is gone with it.
    if (document.activeElement === document.body) document.getElementById('content')?.focus({ preventScroll: true });
  }, []);
  const add = (
    <Button
      look="primary"
      icon={<Plus size={16} aria-hidden />}
      onClick={() => show({ sheet: { kind: 'quota', id: null, start: null } })}
    >
      {m.quotas.add}
    </Button>
  );
  return (
    <>
      <div className={head.head}>
        <div>
          <h1>{m.quotas.title}</h1>
          <p className={head.lead}>{m.quotas.lead}</p>
          <ZoneNote />
        </div>
        {list.length > 0 && add}
      </div>
      {(state === 'idle' || state === 'loading') && <Skeleton lines count={3} />}
      {state === 'failed' && <LoadError error={error} onRetry={() => void loadQuotas()} />}
      {state === 'ready' && list.length === 0 && (
        <Empty icon={<Gauge size={28} />} title={m.quotas.emptyTitle} actions={add}>
          <p>{m.quotas.emptyText}</p>
        </Empty>
      )}
      {list.length > 0 && (
        <ul className={page.rows} aria-label={m.quotas.list}>
          {list.map((quota) => (
            <QuotaRow key={quota.id} quota={quota} nowMs={nowMs} />
          ))}
        </ul>
      )}
      <Proposals />
    </>
  );
}
