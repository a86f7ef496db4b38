import { useId, useState } from 'react';
import { m } from '../i18n/messages.ts';
import { loadClients, useClients } from '../state/clients.ts';
import card from '../ui/card.module.css';
import { classes } from '../ui/classes.ts';
import { Field } from '../ui/field.tsx';
import { LoadError } from '../ui/load-error.tsx';
import { Select } from '../ui/select.tsx';
import { StatusDot } from '../ui/status-dot.tsx';
import styles from './clients.module.css';

/** Ticks off the first request of a client since this was opened; the core tells of it within a second. */
export function WatchRequests() {
  const { state, error, list: all } = useClients();
  const [since] = useState(() => new Date().toISOString());
  const [picked, setPicked] = useState<string | null>(null);
  const heading = useId();
  const active = all.filter((client) => client.state === 'active');
  const client = active.find((one) => one.id === picked) ?? active[0];
  const seen = client?.lastUsedAt != null && client.lastUsedAt > since;
  return (
    <section className={classes(card.card, card.roomy)} aria-labelledby={heading}>
      <div>
        <h2 id={heading}>{m.connectTool.watchTitle}</h2>
        {(client !== undefined || state === 'ready') && (
          <p className={styles.muted}>{client === undefined ? m.connectTool.watchNone : m.connectTool.watchText}</p>
        )}
      </div>
      <LoadError error={error} onRetry={() => void loadClients()} />
      {client !== undefined && (
        <>
          <Field label={m.connectTool.watchClient}>
            {(control) => (
              <Select
                {...control}
                value={client.id}
                options={active.map(({ id, name }) => ({ value: id, label: name }))}
                onChange={setPicked}
              />
            )}
          </Field>
          <div role="status">
            {seen ? (
              <StatusDot tone="ok" shape="check" word={m.connectTool.seen(client.name)} />
            ) : (
              <StatusDot tone="quiet" shape="turning" word={m.connectTool.waiting(client.name)} />
            )}
          </div>
        </>
      )}
    </section>
  );
}
