import { Pencil, PlugZap, Trash2 } from 'lucide-react';
import type { RoutingRule } from '../../shared/contract/routing.ts';
import { m } from '../i18n/messages.ts';
import { useClients } from '../state/clients.ts';
import { useSession } from '../state/session.ts';
import { IconButton } from '../ui/icon-button.tsx';
import { ProviderTile } from '../ui/provider-tile.tsx';
import { StatusDot } from '../ui/status-dot.tsx';
import page from '../ui/page-layout.module.css';
import { PoolHealth } from './pool-health.tsx';
import styles from './routing.module.css';
import { ruleSentences } from './rule-sentences.ts';
import { targetOf, useTargetName } from './use-targets.ts';

interface Props {
  readonly rule: RoutingRule;
  /** What it says cannot be read; only whom it is for. */
  readonly isUnreadable?: boolean;
  readonly onAsk: (act: 'edit' | 'remove') => void;
}

/** One rule, in sentences. */
export function RuleRow({ rule, isUnreadable = false, onAsk }: Props) {
  const target = targetOf(rule);
  const name = useTargetName(rule.for, target);
  const provider = useSession((session) => session.providers.get(target));
  const former = useClients(({ state, list }) => {
    if (rule.for === 'provider' || state !== 'ready') return false;
    return list.find(({ id }) => id === target)?.state !== 'active';
  });
  return (
    <li className={page.row}>
      <div className={page.what}>
        <div className={styles.name}>
          {rule.for === 'provider' ? <ProviderTile provider={provider} small /> : <PlugZap size={18} aria-hidden />}
          <h3>{name}</h3>
          <span className={styles.kind}>{m.routing.kinds[rule.for]}</span>
        </div>
        {former && <p className={styles.muted}>{m.routing.formerClient}</p>}
        {isUnreadable && <StatusDot tone="bad" shape="cross" word={m.routing.unreadable} />}
        <ul className={styles.sentences}>
          {ruleSentences(rule).map((sentence) => (
            <li key={sentence}>{sentence}</li>
          ))}
          {rule.for === 'provider' && rule.pool !== null && (
            <li>
              <p>{m.routing.sentences.pool[rule.pool.strategy]}</p>
              <PoolHealth provider={rule.provider} pool={rule.pool} />
            </li>
          )}
        </ul>
      </div>
      <div className={styles.acts}>
        <IconButton
          label={isUnreadable ? m.routing.anewNamed(name) : m.routing.editNamed(name)}
          tip={isUnreadable ? m.routing.anew : m.routing.edit}
          icon={<Pencil size={16} aria-hidden />}
          onClick={() => onAsk('edit')}
        />
        <IconButton
          label={m.routing.removeNamed(name)}
          tip={m.routing.removeVerb}
          icon={<Trash2 size={16} aria-hidden />}
          onClick={() => onAsk('remove')}
        />
      </div>
    </li>
  );
}
