import { Plus, Route } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { RoutingRule } from '../../shared/contract/routing.ts';
import { useNow } from '../contract/use-now.ts';
import { m } from '../i18n/messages.ts';
import { loadPoolHealth, loadRouting, useRouting } from '../state/routing.ts';
import { Button } from '../ui/button.tsx';
import { Empty } from '../ui/empty.tsx';
import head from '../ui/heading.module.css';
import { Skeleton } from '../ui/skeleton.tsx';
import page from '../ui/page-layout.module.css';
import { RemoveRule } from './remove-rule.tsx';
import { RoutingSheet } from './routing-sheet.tsx';
import styles from './routing.module.css';
import { RuleRow } from './rule-row.tsx';
import { UnreadableRules } from './unreadable-rules.tsx';
import { targetOf, useFreeTargets } from './use-targets.ts';

/** How often the health of pools is read again while it is on the screen. */
const HEALTH_EVERY_MS = 5_000;

interface Asked {
  readonly act: 'edit' | 'remove';
  readonly rule: RoutingRule | null;
}

/** The owner's rules for the way of proxied calls. */
export function RoutingPanel() {
  const { state, error, list } = useRouting();
  const [asked, setAsked] = useState<Asked | null>(null);
  const free = useFreeTargets();
  const hasPool = list.some((rule) => rule.for === 'provider' && rule.pool !== null);
  const beat = useNow(hasPool ? HEALTH_EVERY_MS : 0);
  useEffect(() => {
    void loadRouting();
  }, []);
  useEffect(() => {
    if (hasPool) void loadPoolHealth();
  }, [hasPool, beat]);
  const none = free.provider.length + free.client.length === 0;
  const close = (): void => setAsked(null);
  const add = (
    <Button
      look={list.length === 0 ? 'primary' : 'secondary'}
      icon={<Plus size={16} aria-hidden />}
      disabled={none}
      onClick={() => setAsked({ act: 'edit', rule: null })}
    >
      {m.routing.add}
    </Button>
  );
  return (
    <>
      {(state === 'idle' || state === 'loading') && <Skeleton lines count={3} />}
      {state === 'failed' && <UnreadableRules error={error} onAsk={(act, rule) => setAsked({ act, rule })} />}
      {state === 'ready' && list.length === 0 && (
        <Empty icon={<Route size={28} />} title={m.routing.emptyTitle} actions={add}>
          <p>{m.routing.emptyText}</p>
          {none && <p>{m.routing.emptyNothing}</p>}
        </Empty>
      )}
      {state !== 'failed' && list.length > 0 && (
        <section className={styles.section}>
          <p className={styles.muted}>{m.routing.lead}</p>
          <div className={head.line}>
            <h2>{m.routing.listTitle}</h2>
            {add}
          </div>
          {none && <p className={styles.muted}>{m.routing.allHaveRules}</p>}
          <ul className={page.rows}>
            {list.map((rule) => (
              <RuleRow key={`${rule.for} ${targetOf(rule)}`} rule={rule} onAsk={(act) => setAsked({ act, rule })} />
            ))}
          </ul>
        </section>
      )}
      {asked?.act === 'edit' && <RoutingSheet rule={asked.rule} onClose={close} />}
      {asked?.act === 'remove' && asked.rule !== null && <RemoveRule rule={asked.rule} onClose={close} />}
    </>
  );
}
