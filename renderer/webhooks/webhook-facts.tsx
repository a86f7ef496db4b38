import type { WebhookSummary } from '../../shared/contract/notifications.ts';
import { useNow } from '../contract/use-now.ts';
import { formatDateTime, formatRelative } from '../i18n/format.ts';
import { m } from '../i18n/messages.ts';
import { Note } from '../ui/note.tsx';
import styles from './webhooks.module.css';

/** How it goes with one webhook. */
export function WebhookFacts({ webhook }: { readonly webhook: WebhookSummary }) {
  const nowMs = useNow(60_000);
  const { events, waiting, dead, lastDeliveredAt, oldSecretUntil, offBecause } = webhook;
  return (
    <>
      <p className={styles.facts}>
        <span>{m.webhooks.events(events.length)}</span>
        <span>
          {lastDeliveredAt === null
            ? m.webhooks.neverDelivered
            : m.webhooks.lastDelivered(formatRelative(lastDeliveredAt, nowMs))}
        </span>
        {waiting > 0 && <span>{m.webhooks.waiting(waiting)}</span>}
        {dead > 0 && <span className={styles.bad}>{m.webhooks.dead(dead)}</span>}
        {oldSecretUntil !== null && <span>{m.webhooks.oldSecret(formatDateTime(oldSecretUntil))}</span>}
      </p>
      {offBecause !== null && (
        <Note tone="warn">
          <p>{m.webhooks.offBecause[offBecause]}</p>
        </Note>
      )}
    </>
  );
}
