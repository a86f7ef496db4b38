import { SearchX } from 'lucide-react';
import { useState } from 'react';
import type { Output } from '../../shared/contract/methods.ts';
import { m } from '../i18n/messages.ts';
import { NO_FILTERS, type ActivityRoute } from '../state/activity-route.ts';
import { navigate, useRoute } from '../state/route.ts';
import { Button } from '../ui/button.tsx';
import { Empty } from '../ui/empty.tsx';
import { LoadError } from '../ui/load-error.tsx';
import head from '../ui/heading.module.css';
import { Note } from '../ui/note.tsx';
import page from '../ui/page-layout.module.css';
import { Skeleton } from '../ui/skeleton.tsx';
import { ZoneNote } from '../ui/zone-note.tsx';
import { ActivityFilters } from './activity-filters.tsx';
import styles from './activity.module.css';
import { ActivityTable } from './activity-table.tsx';
import { toQuery } from './filters.ts';
import { LogActs } from './log-acts.tsx';
import { useActivity } from './use-activity.ts';

/** A filter that is changed is no place to come back to: the one before is replaced. */
const setFilters = (activity: ActivityRoute): void => navigate({ activity }, 'replace');

/** The audit log: who did what, when, with what result. */
export default function ActivityScreen() {
  const { activity: filters } = useRoute();
  const [verdict, setVerdict] = useState<Output<'audit.verify'> | null>(null);
  const filter = toQuery(filters);
  const { state, error, entries, more, older, retry } = useActivity(filter);
  return (
    <div className={page.page}>
      <div className={head.head}>
        <div>
          <h1>{m.activity.title}</h1>
          <p className={head.lead}>{m.activity.lead}</p>
          <ZoneNote />
        </div>
        <div className={styles.acts}>
          <LogActs filter={filter} onVerdict={setVerdict} onSaved={retry} />
        </div>
      </div>
      <div role="status">{verdict !== null && <Verdict verdict={verdict} />}</div>
      <ActivityFilters filters={filters} onChange={setFilters} />
      {state === 'loading' && <Skeleton lines count={6} />}
      {state === 'failed' && <LoadError error={error} onRetry={retry} />}
      {state === 'ready' && entries.length === 0 && (
        <Empty
          icon={<SearchX size={28} />}
          title={m.activity.none}
          actions={<Button onClick={() => setFilters(NO_FILTERS)}>{m.activity.clear}</Button>}
        />
      )}
      {entries.length > 0 && <ActivityTable entries={entries} />}
      {entries.length > 0 && (
        <div className={styles.foot}>
          <span role="status" className={styles.muted}>
            {m.activity.shown(entries.length)}
          </span>
          {more && <Button onClick={older}>{m.activity.more}</Button>}
        </div>
      )}
    </div>
  );
}

function Verdict({ verdict: { entries, firstBad } }: { readonly verdict: Output<'audit.verify'> }) {
  if (firstBad === null) return <Note tone="ok">{m.activity.whole(entries)}</Note>;
  return (
    <Note tone="bad" title={m.activity.broken(firstBad)}>
      {m.activity.brokenText}
    </Note>
  );
}
