import { m } from '../i18n/messages.ts';
import { QuotaFigures } from '../quotas/quota-figures.tsx';
import { useQuotas } from '../state/quotas.ts';
import { formatRoute, HOME } from '../state/route.ts';
import { HomeCard } from './home-card.tsx';
import styles from './home.module.css';

/** So many fit without scrolling; the fullest say most. */
const SHOWN = 4;

export function QuotaCard({ nowMs }: { readonly nowMs: number }) {
  const list = useQuotas((store) => store.list);
  const fullest = list
    .filter(({ definition }) => definition.enabled)
    .toSorted((a, b) => b.percent - a.percent)
    .slice(0, SHOWN);
  return (
    <HomeCard
      title={m.home.quotas}
      link={{ href: formatRoute({ ...HOME, screen: 'quotas' }), text: m.home.openQuotas }}
      wide
    >
      <ul className={styles.quotas}>
        {fullest.map((quota) => (
          <li key={quota.id}>
            <a href={formatRoute({ ...HOME, screen: 'quotas', id: quota.id })}>{quota.definition.name}</a>
            <QuotaFigures quota={quota} nowMs={nowMs} />
          </li>
        ))}
      </ul>
    </HomeCard>
  );
}
