import type { QuotaStatus } from '../../shared/contract/quotas.ts';
import { m } from '../i18n/messages.ts';
import { useQuotas } from '../state/quotas.ts';
import { formatRoute, HOME } from '../state/route.ts';
import { StatusDot } from '../ui/status-dot.tsx';
import { QuotaBar } from './quota-bar.tsx';
import { amountWords, barTone, figuresWords, periodWords, QUOTA_LOOKS } from './quota-words.ts';
import styles from './quota-strip.module.css';

interface Props {
  readonly kind: 'provider' | 'credential';
  readonly id: string;
}

/** The quotas of one provider or key, small: for its card. Nothing where there is none. */
export function QuotaStrip({ kind, id }: Props) {
  const list = useQuotas((store) => store.list);
  const own = list.filter(({ definition }) => definition.enabled && isFor(definition.scope, kind, id));
  if (own.length === 0) return null;
  return (
    <ul className={styles.strip}>
      {own.map((quota) => (
        <Line key={quota.id} quota={quota} />
      ))}
    </ul>
  );
}

function isFor(scope: QuotaStatus['definition']['scope'], kind: Props['kind'], id: string): boolean {
  if (kind === 'provider') return scope.kind === 'provider' && scope.provider === id;
  return scope.kind === 'credential' && scope.credential === id;
}

function Line({ quota }: { readonly quota: QuotaStatus }) {
  const { id, definition, inForce, state, used, reserved, available, kept, percent } = quota;
  const { name, counts, period } = definition;
  return (
    <li>
      <a href={formatRoute({ ...HOME, screen: 'quotas', id })} title={name} className={styles.line}>
        <QuotaBar
          thin
          label={m.quotas.barOf(name)}
          words={figuresWords(quota)}
          used={used}
          reserved={reserved}
          limit={available}
          kept={kept}
          levels={inForce.warnAt}
          tone={barTone(state)}
        />
        <span className={styles.words}>
          {m.quotas.onCard(percent, amountWords(counts, available - kept), periodWords(period))}
          {state !== 'ok' && <StatusDot {...QUOTA_LOOKS[state]} word={m.quotas.states[state]} />}
        </span>
      </a>
    </li>
  );
}
