import { useEffect } from 'react';
import { useNow } from '../contract/use-now.ts';
import { m } from '../i18n/messages.ts';
import { loadClients } from '../state/clients.ts';
import { loadQuotas, useQuotas } from '../state/quotas.ts';
import { formatRoute, HOME } from '../state/route.ts';
import { USAGE_HOME, type UsageRoute } from '../state/usage-route.ts';
import head from '../ui/heading.module.css';
import { LoadError } from '../ui/load-error.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { type TileLinks, Tiles } from '../usage/tiles.tsx';
import { useQuestion } from '../usage/use-question.ts';
import { AttentionCard } from './attention-card.tsx';
import { FirstSteps, useHasSteps } from './first-steps.tsx';
import styles from './home.module.css';
import { LastActivity } from './last-activity.tsx';
import { PinnedViews } from './pinned-views.tsx';
import { QuotaCard } from './quota-card.tsx';
import { RecentKeys } from './recent-keys.tsx';
import { SpendChart } from './spend-chart.tsx';

const QUESTION = { from: '30d', by: 'provider', bucket: 'day' } as const;
const usageLink = (usage: Partial<UsageRoute>): string =>
  formatRoute({ ...HOME, screen: 'usage', usage: { ...USAGE_HOME, ...usage } });
const explored = (figure: UsageRoute['explore']['figure']): string =>
  usageLink({ tab: 'explore', explore: { ...USAGE_HOME.explore, figure } });
/** Each leads to where its figure comes from, over the same days. */
const TILE_LINKS = {
  spend: usageLink({}),
  requests: usageLink({ metric: 'requests' }),
  tokens: usageLink({ metric: 'tokens' }),
  errors: explored('failed'),
  latency: usageLink({ tab: 'requests' }),
  saved: explored('cached'),
} as const satisfies TileLinks;

/** Busy tools count many calls a second; the picture of a month does not change with each. */
const EVERY_MS = 5_000;

/** What was spent, what is limited, and what to look at. Before the first call: what to do first. */
export default function HomeScreen() {
  const nowMs = useNow(60_000);
  const { data: overview, error, retry } = useQuestion('usage.overview', QUESTION, { everyMs: EVERY_MS });
  const hasSteps = useHasSteps();
  const hasQuotas = useQuotas((store) => store.list.length > 0);
  useEffect(() => {
    void loadQuotas();
    void loadClients();
  }, []);
  const isReading = overview === null && error === null;
  const hasCalls = overview !== null && overview.totals.requests > 0;
  const hasNone = overview !== null && !hasCalls;
  return (
    <div className={styles.page}>
      <div>
        <h1>{m.home.title}</h1>
        <p className={head.lead}>{!hasNone ? m.home.lead : hasSteps ? m.home.leadEmpty : m.home.leadQuiet}</p>
      </div>
      <LoadError error={error} onRetry={retry} />
      {isReading && <Skeleton />}
      {!hasCalls && !isReading && hasSteps && <FirstSteps />}
      {hasCalls && (
        <>
          <Tiles overview={overview} links={TILE_LINKS} />
          {hasSteps && <FirstSteps />}
          <SpendChart overview={overview} />
          <PinnedViews />
        </>
      )}
      <div className={styles.cards}>
        {hasQuotas && <QuotaCard nowMs={nowMs} />}
        <AttentionCard nowMs={nowMs} />
        <RecentKeys nowMs={nowMs} />
        <LastActivity nowMs={nowMs} />
      </div>
    </div>
  );
}
