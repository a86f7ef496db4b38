import type { PoolMember, PoolRule } from '../../shared/contract/routing.ts';
import { formatMoment } from '../i18n/format.ts';
import { m } from '../i18n/messages.ts';
import { useCredentials } from '../state/credentials.ts';
import { usePoolHealth } from '../state/routing.ts';
import { StatusDot } from '../ui/status-dot.tsx';
import styles from './routing.module.css';
import { useLabels } from './use-targets.ts';

interface Props {
  readonly provider: string;
  readonly pool: PoolRule;
}

/** The credentials of a pool, first choice first, each with how it does. */
export function PoolHealth({ provider, pool }: Props) {
  const health = usePoolHealth((store) => store.list);
  const known = useCredentials((store) => store.state === 'ready');
  const served = useLabels().get(provider) ?? [];
  return (
    <ol className={styles.pool}>
      {pool.members.map(({ label, cost }) => (
        <li key={label}>
          <span className={styles.poolmember}>
            <span className={styles.label}>{label}</span>
            {pool.strategy === 'cheapest' && <span className={styles.muted}>{m.routing.cost(cost)}</span>}
            {known && !served.includes(label) ? (
              <StatusDot tone="warn" shape="minus" word={m.routing.health.missing} />
            ) : (
              <Health member={health.find((one) => one.provider === provider && one.label === label)} />
            )}
          </span>
        </li>
      ))}
    </ol>
  );
}

function Health({ member }: { readonly member: PoolMember | undefined }) {
  if (member === undefined) return null;
  const { state, until } = member;
  if (state === 'missing') return <StatusDot tone="warn" shape="minus" word={m.routing.health.missing} />;
  if (state === 'healthy') return <StatusDot tone="ok" shape="check" word={m.routing.health.healthy} />;
  if (state === 'probing') return <StatusDot tone="quiet" shape="ring" word={m.routing.health.probing} />;
  const word = until === null ? m.routing.health.resting : m.routing.restsUntil(formatMoment(until), member);
  return <StatusDot tone="warn" shape="pause" word={word} />;
}
