import { RotateCw } from 'lucide-react';
import { useCallback, useEffect, useState } from 'react';
import type { Delivery, WebhookSummary } from '../../shared/contract/notifications.ts';
import { call } from '../contract/client.ts';
import { useAction } from '../contract/use-action.ts';
import { useNow } from '../contract/use-now.ts';
import { formatDateTime, formatRelative } from '../i18n/format.ts';
import { m } from '../i18n/messages.ts';
import { loadWebhooks, useWebhooks } from '../state/webhooks.ts';
import { Button } from '../ui/button.tsx';
import { ErrorNote } from '../ui/error-note.tsx';
import { IconButton } from '../ui/icon-button.tsx';
import { Segmented } from '../ui/segmented.tsx';
import { Sheet } from '../ui/sheet.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { StatusDot } from '../ui/status-dot.tsx';
import { announce } from '../ui/toasts.ts';
import page from '../ui/page-layout.module.css';
import { deliveryFacts, subjectWords } from './delivery-words.ts';
import styles from './webhooks.module.css';

const LOOKS = {
  waiting: { tone: 'quiet', shape: 'clock' },
  delivered: { tone: 'ok', shape: 'check' },
  dead: { tone: 'bad', shape: 'cross' },
} as const;

interface Props {
  readonly webhook: WebhookSummary;
  readonly onClose: () => void;
}

type Redelivery = { readonly ids: readonly string[] } | 'dead';

/** What was sent to a webhook and what became of it; what was given up can be sent again. */
export function DeliveryLog({ webhook, onClose }: Props) {
  const { id, label } = webhook;
  const nowMs = useNow(10_000);
  const dead = useWebhooks((store) => store.list.find((one) => one.id === id)?.dead ?? 0);
  const current = useWebhooks((store) => store.list); // anew with each event
  const [shown, setShown] = useState<'all' | 'dead'>(webhook.dead > 0 ? 'dead' : 'all');
  const [list, setList] = useState<readonly Delivery[] | null>(null);
  const read = useCallback(
    async () =>
      setList(await call('webhooks.deliveries', { webhook: id, ...(shown === 'dead' ? { state: 'dead' } : {}) })),
    [id, shown],
  );
  const load = useAction(read);
  const { run } = load;
  useEffect(() => {
    void run();
  }, [run, shown, current]);
  const again = useAction(async (which: Redelivery) => {
    const { queued } = await call('webhooks.redeliver', which === 'dead' ? { webhook: id } : { ids: [...which.ids] });
    announce(m.webhooks.queued(queued), { slot: `webhook-${id}` });
    await Promise.all([read(), loadWebhooks()]);
  });
  return (
    <Sheet
      open
      title={m.webhooks.logTitle(label)}
      onClose={onClose}
      foot={
        <>
          {dead > 0 && (
            <Button
              icon={<RotateCw size={15} aria-hidden />}
              pending={again.pending}
              onClick={() => void again.run('dead')}
            >
              {m.webhooks.againAll}
            </Button>
          )}
          <Button onClick={onClose}>{m.common.close}</Button>
        </>
      }
    >
      <div className={styles.log}>
        <Segmented
          label={m.webhooks.logShow}
          value={shown}
          options={[
            { value: 'all', label: m.webhooks.logAll },
            { value: 'dead', label: m.webhooks.logDead(dead) },
          ]}
          onChange={setShown}
        />
        <ErrorNote error={load.error ?? again.error} />
        {list === null && load.error === null && <Skeleton lines count={3} />}
        {list?.length === 0 && (
          <p className={styles.muted}>{shown === 'dead' ? m.webhooks.logNoneDead : m.webhooks.logNone}</p>
        )}
        {list !== null && list.length > 0 && (
          <ul className={page.rows} aria-label={m.webhooks.logList}>
            {list.map((delivery) => (
              <Line key={delivery.id} delivery={delivery} nowMs={nowMs} onAgain={(ids) => void again.run({ ids })} />
            ))}
          </ul>
        )}
      </div>
    </Sheet>
  );
}

interface LineProps {
  readonly delivery: Delivery;
  readonly nowMs: number;
  readonly onAgain: (ids: readonly string[]) => void;
}

function Line({ delivery, nowMs, onAgain }: LineProps) {
  const { id, type, state, createdAt } = delivery;
  const subject = subjectWords(type);
  const isFailedTest = type === 'webhook.test' && state === 'dead';
  return (
    <li className={page.row}>
      <div className={styles.what}>
        <div className={styles.linehead}>
          <StatusDot {...LOOKS[state]} word={isFailedTest ? m.webhooks.testFailedState : m.webhooks.states[state]} />
          <time dateTime={createdAt} title={formatDateTime(createdAt)} className={styles.muted}>
            {formatRelative(createdAt, nowMs)}
          </time>
        </div>
        <p>{subject}</p>
        <p className={styles.muted}>{deliveryFacts(delivery, nowMs).join(' · ')}</p>
      </div>
      {state !== 'waiting' && type !== 'webhook.test' && (
        <IconButton
          label={m.webhooks.againNamed(subject, formatRelative(createdAt, nowMs))}
          tip={m.webhooks.again}
          icon={<RotateCw size={16} aria-hidden />}
          onClick={() => onAgain([id])}
        />
      )}
    </li>
  );
}
