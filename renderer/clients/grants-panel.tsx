import { SearchX, ShieldCheck } from 'lucide-react';
import { useMemo, useState } from 'react';
import { formatDate } from '../i18n/format.ts';
import { m } from '../i18n/messages.ts';
import { loadClients, useClients } from '../state/clients.ts';
import { loadGrants, useGrants } from '../state/grants.ts';
import { useSession } from '../state/session.ts';
import { Button } from '../ui/button.tsx';
import { Empty } from '../ui/empty.tsx';
import { LoadError } from '../ui/load-error.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { TextInput } from '../ui/text-input.tsx';
import styles from './clients.module.css';
import { grantLines, lineMatches } from './grant-lines.ts';
import { GrantsTable } from './grants-table.tsx';

/** From here on a person wants to search. */
const MANY = 8;

export function GrantsPanel({ nowMs }: { readonly nowMs: number }) {
  const grants = useGrants();
  const clients = useClients();
  const providers = useSession((session) => session.providers);
  const [query, setQuery] = useState('');
  const lines = useMemo(
    () => grantLines(grants.list, clients.list, providers, { formatDate }),
    [grants.list, clients.list, providers],
  );
  const shown = lines.filter((line) => lineMatches(line, query));
  const error = grants.error ?? clients.error;
  const ready = grants.state === 'ready' && clients.state === 'ready';
  const retry = (): void => {
    void loadGrants();
    void loadClients();
  };
  if (error !== null) {
    return <LoadError error={error} onRetry={retry} />;
  }
  if (!ready) return <Skeleton lines count={3} />;
  if (lines.length === 0) {
    return (
      <Empty icon={<ShieldCheck size={28} />} title={m.grants.emptyTitle}>
        <p>{m.grants.emptyText}</p>
      </Empty>
    );
  }
  return (
    <>
      <p className={styles.muted}>{m.grants.lead}</p>
      {lines.length >= MANY && (
        <div className={styles.findline}>
          <TextInput
            data-find
            type="search"
            aria-label={m.grants.filter}
            placeholder={m.grants.filter}
            value={query}
            onChange={setQuery}
          />
          <span role="status" className={styles.muted}>
            {m.grants.count(shown.length)}
          </span>
        </div>
      )}
      {shown.length === 0 ? (
        <Empty
          icon={<SearchX size={28} />}
          title={m.grants.noMatch}
          actions={<Button onClick={() => setQuery('')}>{m.settings.clear}</Button>}
        />
      ) : (
        <GrantsTable lines={shown} nowMs={nowMs} />
      )}
    </>
  );
}
