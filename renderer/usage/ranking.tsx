import { useId } from 'react';
import type { UsageOverview } from '../../shared/contract/usage.ts';
import { m } from '../i18n/messages.ts';
import { navigateUsage } from '../state/route.ts';
import { GROUPINGS, type Grouping, type UsageRoute } from '../state/usage-route.ts';
import card from '../ui/card.module.css';
import head from '../ui/heading.module.css';
import { Select } from '../ui/select.tsx';
import { exactText, figureCertainty, shortCount, sumsText } from './figures.ts';
import { useLabels } from './labels.ts';
import { OTHER, type RankedName } from './overview-view.ts';
import { type Rank, RankTable } from './rank-table.tsx';
import { canNarrow, routeName } from './use-filter.ts';
import styles from './usage.module.css';

const t = m.usage.ranking;

interface Props {
  readonly route: UsageRoute;
  readonly overview: UsageOverview;
  readonly ranked: readonly RankedName[];
  readonly lit: string | null;
  readonly onLit: (key: string | null) => void;
}

/** The names behind the series: legend, ranking and way to narrow, in one. */
export function Ranking({ route, overview, ranked, lit, onLit }: Props) {
  const { metric, by } = route;
  const label = useLabels();
  const heading = useId();
  const ranks = ranked.map(({ key, color, sums, share }): Rank => {
    return {
      ...{ key, color, share },
      name: key === OTHER ? m.usage.other(overview.other?.names ?? 0) : label(overview.by, key),
      value: sumsText(metric, sums),
      exact: sumsText(metric, sums, exactText),
      isUnknown: figureCertainty(metric, sums) === 'unknown',
      second: metric === 'requests' ? sumsText('spend', sums) : shortCount(sums.requests),
      narrow:
        key === OTHER || !canNarrow(by, key)
          ? null
          : () => navigateUsage({ filter: { ...route.filter, [by]: routeName(by, key) } }),
    };
  });
  return (
    <section className={card.card} aria-labelledby={heading}>
      <div className={head.line}>
        <h2 id={heading}>{t.title(m.usage.groupings[by])}</h2>
        <div className={styles.select}>
          <Select<Grouping>
            aria-label={m.usage.by}
            value={by}
            options={GROUPINGS.map((value) => ({ value, label: m.usage.groupings[value] }))}
            onChange={(picked) => navigateUsage({ by: picked }, 'replace')}
          />
        </div>
      </div>
      <RankTable
        titles={{
          name: t.name,
          value: m.usage.metrics[metric],
          second: metric === 'requests' ? m.usage.metrics.spend : t.requests,
        }}
        ranks={ranks}
        lit={lit}
        onLit={onLit}
      />
    </section>
  );
}
