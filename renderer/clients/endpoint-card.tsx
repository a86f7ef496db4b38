import { useId } from 'react';
import { m } from '../i18n/messages.ts';
import card from '../ui/card.module.css';
import { classes } from '../ui/classes.ts';
import { ErrorNote } from '../ui/error-note.tsx';
import { Note } from '../ui/note.tsx';
import { Snippet } from '../ui/snippet.tsx';
import { StatusDot } from '../ui/status-dot.tsx';
import { Switch } from '../ui/switch.tsx';
import styles from './clients.module.css';
import { PortForm } from './port-form.tsx';
import { baseUrlOf } from './snippets.ts';
import { useEndpoint } from './use-endpoint.ts';

/** Whether the endpoint listens, where, and how a tool reaches it. */
export function EndpointCard() {
  const { endpoint, turn } = useEndpoint();
  const heading = useId();
  const on = endpoint?.on === true;
  const baseUrl = baseUrlOf(endpoint);
  return (
    <section className={classes(card.card, card.roomy)} aria-labelledby={heading}>
      <div className={styles.cardhead}>
        <div>
          <h2 id={heading}>{m.clients.endpoint}</h2>
          <p className={styles.muted}>{m.clients.endpointLead}</p>
        </div>
        <Switch
          label={m.clients.turnOn}
          checked={on}
          disabled={turn.pending}
          onChange={(wanted) => void turn.run(wanted)}
        />
      </div>
      {on ? (
        <StatusDot tone="ok" shape="check" word={m.clients.on} />
      ) : (
        <StatusDot tone="quiet" shape="ring" word={m.clients.off} />
      )}
      {endpoint?.problem != null && (
        <Note tone="bad" title={m.clients.problemTitle} role="alert">
          <p>{endpoint.problem}</p>
        </Note>
      )}
      <ErrorNote error={turn.error} />
      {baseUrl !== null && (
        <div className={styles.facts}>
          <Snippet label={m.clients.baseUrl} text={baseUrl} />
        </div>
      )}
      {(endpoint?.problem != null || turn.error !== null) && <PortForm />}
    </section>
  );
}
