import { PlugZap, Plus } from 'lucide-react';
import { useState } from 'react';
import { m } from '../i18n/messages.ts';
import { loadClients, useClients } from '../state/clients.ts';
import { show } from '../state/view.ts';
import { Button } from '../ui/button.tsx';
import { Empty } from '../ui/empty.tsx';
import { LoadError } from '../ui/load-error.tsx';
import head from '../ui/heading.module.css';
import { Skeleton } from '../ui/skeleton.tsx';
import { ClientRow } from './client-row.tsx';
import page from '../ui/page-layout.module.css';
import styles from './clients.module.css';

export function ClientList({ nowMs }: { readonly nowMs: number }) {
  const { state, error, list } = useClients();
  const [former, setFormer] = useState(false);
  const active = list.filter((client) => client.state === 'active');
  const gone = list.filter((client) => client.state !== 'active');
  const add = (
    <Button
      look={active.length === 0 ? 'primary' : 'secondary'}
      icon={<Plus size={16} aria-hidden />}
      onClick={() => show({ sheet: { kind: 'client' } })}
    >
      {m.clients.add}
    </Button>
  );
  return (
    <>
      {state === 'loading' && <Skeleton lines count={3} />}
      {state === 'failed' && <LoadError error={error} onRetry={() => void loadClients()} />}
      {state === 'ready' && active.length === 0 && (
        <Empty icon={<PlugZap size={28} />} title={m.clients.emptyTitle} actions={add}>
          <p>{m.clients.emptyText}</p>
        </Empty>
      )}
      {active.length > 0 && (
        <section className={styles.section}>
          <div className={head.line}>
            <h2>{m.clients.listTitle}</h2>
            {add}
          </div>
          <ul className={page.rows}>
            {active.map((client) => (
              <ClientRow key={client.id} client={client} nowMs={nowMs} />
            ))}
          </ul>
        </section>
      )}
      {gone.length > 0 && (
        <section className={styles.section}>
          <div>
            <Button look="link" aria-expanded={former} onClick={() => setFormer(!former)}>
              {m.clients.showRevoked(gone.length)}
            </Button>
          </div>
          {former && (
            <ul className={page.rows}>
              {gone.map((client) => (
                <ClientRow key={client.id} client={client} nowMs={nowMs} />
              ))}
            </ul>
          )}
        </section>
      )}
    </>
  );
}
