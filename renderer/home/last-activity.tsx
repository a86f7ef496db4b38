import { actorWords, auditWords } from '../../shared/audit-words.ts';
import { useActivity } from '../activity/use-activity.ts';
import { formatDateTime, formatRelative } from '../i18n/format.ts';
import { m } from '../i18n/messages.ts';
import { formatRoute, HOME } from '../state/route.ts';
import { LoadError } from '../ui/load-error.tsx';
import { HomeCard } from './home-card.tsx';
import styles from './home.module.css';

const SHOWN = 6;
const ALL = {};

/** The newest lines of the audit log. */
export function LastActivity({ nowMs }: { readonly nowMs: number }) {
  const { entries, error, retry } = useActivity(ALL);
  return (
    <HomeCard
      title={m.home.activity}
      link={{ href: formatRoute({ ...HOME, screen: 'activity' }), text: m.home.openActivity }}
    >
      <LoadError error={error} onRetry={retry} />
      <ul className={styles.lines}>
        {entries.slice(0, SHOWN).map((entry) => (
          <li key={entry.seq} className={styles.entry}>
            <bdi>{m.home.who(auditWords(entry.action), actorWords(entry))}</bdi>
            <time dateTime={entry.at} title={formatDateTime(entry.at)} className={styles.muted}>
              {formatRelative(entry.at, nowMs)}
            </time>
          </li>
        ))}
      </ul>
    </HomeCard>
  );
}
