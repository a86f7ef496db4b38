import { formatRelative } from '../i18n/format.ts';
import { m } from '../i18n/messages.ts';
import { displayName } from '../providers/arrange.ts';
import { useCredentials } from '../state/credentials.ts';
import { formatRoute, HOME } from '../state/route.ts';
import { useSession } from '../state/session.ts';
import { LoadError } from '../ui/load-error.tsx';
import { ProviderTile } from '../ui/provider-tile.tsx';
import { HomeCard } from './home-card.tsx';
import styles from './home.module.css';
import { useKeysKnown } from './what-is-known.ts';

const SHOWN = 5;

/** The keys that were used last. */
export function RecentKeys({ nowMs }: { readonly nowMs: number }) {
  const keys = useCredentials((store) => store.byId);
  const providers = useSession((session) => session.providers);
  const { isKnown, error, retry } = useKeysKnown();
  const recent = [...keys.values()]
    .flatMap((one) => (one.lastUsedAt === null || one.state !== 'active' ? [] : [{ one, at: one.lastUsedAt }]))
    .sort((a, b) => b.at.localeCompare(a.at))
    .slice(0, SHOWN);
  return (
    <HomeCard
      title={m.home.recent}
      link={{ href: formatRoute({ ...HOME, screen: 'providers' }), text: m.shell.providers }}
    >
      <LoadError error={error} onRetry={retry} />
      {isKnown && recent.length === 0 && <p className={styles.muted}>{m.home.recentNone}</p>}
      <ul className={styles.lines}>
        {recent.map(({ one, at }) => (
          <li key={one.id} className={styles.key}>
            <ProviderTile provider={providers.get(one.provider)} small />
            <a href={formatRoute({ ...HOME, screen: 'providers', id: one.id })}>
              {providers.get(one.provider)?.name ?? one.provider}: {displayName(one)}
            </a>
            <span className={styles.muted}>{m.home.used(formatRelative(at, nowMs))}</span>
          </li>
        ))}
      </ul>
    </HomeCard>
  );
}
