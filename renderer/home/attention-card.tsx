import { useMemo } from 'react';
import { m } from '../i18n/messages.ts';
import { useCredentials } from '../state/credentials.ts';
import { useQuotas } from '../state/quotas.ts';
import { navigate } from '../state/route.ts';
import { show } from '../state/view.ts';
import { LoadError } from '../ui/load-error.tsx';
import { StatusDot } from '../ui/status-dot.tsx';
import { type Attention, attentionOf } from './attention.ts';
import { HomeCard } from './home-card.tsx';
import styles from './home.module.css';
import { bothKnown, useKeysKnown, useQuotasKnown } from './what-is-known.ts';

export function AttentionCard({ nowMs }: { readonly nowMs: number }) {
  const keys = useCredentials((store) => store.byId);
  const quotas = useQuotas((store) => store.list);
  const lines = useMemo(() => attentionOf([...keys.values()], quotas, nowMs), [keys, quotas, nowMs]);
  const { isKnown, error, retry } = bothKnown(useKeysKnown(), useQuotasKnown());
  const follow = ({ to, query }: Attention): void => {
    if (query !== undefined) show({ query });
    navigate(to);
  };
  return (
    <HomeCard title={m.home.attention}>
      <LoadError error={error} onRetry={retry} />
      {isKnown && lines.length === 0 && <p className={styles.muted}>{m.home.attentionNone}</p>}
      <ul className={styles.lines}>
        {lines.map((one) => (
          <li key={one.key}>
            <button type="button" className={styles.follow} onClick={() => follow(one)}>
              <StatusDot tone={one.tone} shape={one.tone === 'bad' ? 'cross' : 'alert'} word={one.text} />
            </button>
          </li>
        ))}
      </ul>
    </HomeCard>
  );
}
