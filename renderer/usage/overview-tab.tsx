import { useDeferredValue, useMemo, useState } from 'react';
import type { UsageOverview } from '../../shared/contract/usage.ts';
import type { UsageRoute } from '../state/usage-route.ts';
import { AnomalyList } from './anomaly-list.tsx';
import { CheapestCard } from './cheapest-card.tsx';
import { ForecastCard } from './forecast-card.tsx';
import { OverviewChart } from './overview-chart.tsx';
import { rankedNames } from './overview-view.ts';
import { Ranking } from './ranking.tsx';
import { Remarks } from './remarks.tsx';
import { Tiles } from './tiles.tsx';
import type { NamedFilter } from './use-filter.ts';
import { useQuestion } from './use-question.ts';
import styles from './usage.module.css';

interface Props {
  readonly route: UsageRoute;
  readonly overview: UsageOverview;
  readonly named: NamedFilter;
}

const ANOMALIES_EVERY_MS = 10_000;
const NONE = [] as const;

/** The range at a glance. */
export function OverviewTab({ route, overview, named }: Props) {
  const [lit, setLit] = useState<string | null>(null);
  const ranked = useMemo(() => rankedNames(overview, route.metric), [overview, route.metric]);
  const { from, to } = overview;
  const { filter, isReading } = named;
  const asked = filter === undefined ? { from, to } : { from, to, filter };
  const found = useQuestion('usage.anomalies', isReading ? null : asked, { everyMs: ANOMALIES_EVERY_MS });
  // What answers an earlier question may be of other names.
  const fresh = found.isStale ? null : found.data;
  const anomalies = useDeferredValue(fresh?.anomalies ?? NONE);
  return (
    <>
      <Tiles overview={overview} />
      <Remarks remarks={overview.remarks} />
      <div className={styles.split}>
        <OverviewChart
          route={route}
          overview={overview}
          ranked={ranked}
          anomalies={anomalies}
          lit={lit}
          onLit={setLit}
        />
        <Ranking route={route} overview={overview} ranked={ranked} lit={lit} onLit={setLit} />
      </div>
      <div className={styles.pairs}>
        <ForecastCard metric={route.metric} overview={overview} named={named} />
        <div className={styles.stack}>
          <AnomalyList found={fresh} error={found.error} view={asked} given={route.filter} />
          <CheapestCard />
        </div>
      </div>
    </>
  );
}
