import { SearchX } from 'lucide-react';
import { useId, useState } from 'react';
import type { ExploredView, UsageBreakdown } from '../../shared/contract/usage-explore.ts';
import { m } from '../i18n/messages.ts';
import { navigateUsage } from '../state/route.ts';
import { FILTER_DIMENSIONS, type RouteFilter, type UsageRoute } from '../state/usage-route.ts';
import { Button } from '../ui/button.tsx';
import card from '../ui/card.module.css';
import { classes } from '../ui/classes.ts';
import { Empty } from '../ui/empty.tsx';
import { LoadError } from '../ui/load-error.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import explore from './explore.module.css';
import { ExploreControls, PictureChoice } from './explore-controls.tsx';
import { namesOfKey, questionOf, viewOfRoute } from './explore-view.ts';
import { ExploredPicture, useExplored } from './explored.tsx';
import { exactText, figureCertainty, shortCount, sumsText } from './figures.ts';
import { rangeTitle } from './moments.ts';
import { OTHER } from './overview-view.ts';
import { type Rank, RankTable } from './rank-table.tsx';
import { Remarks } from './remarks.tsx';
import { SavedViews } from './saved-views.tsx';
import { canNarrow, type NamedFilter, routeName } from './use-filter.ts';
import { useQuestion } from './use-question.ts';
import styles from './usage.module.css';

const t = m.explore;
const HEIGHT_PX = 340;

/** Any figure by any names over any bars, as the owner puts it together; kept under a name where it is worth it. */
export function ExploreTab({ route, named }: { readonly route: UsageRoute; readonly named: NamedFilter }) {
  const view = viewOfRoute(route, named.filter);
  const { data, error, retry } = useQuestion('usage.breakdown', named.isReading ? null : questionOf(view));
  return (
    <>
      <section aria-label={t.label} className={card.card}>
        <ExploreControls route={route} />
        <div className={explore.foot}>
          <PictureChoice explore={route.explore} />
          <SavedViews saved={route.explore.saved} view={view} isReading={named.isReading} />
        </div>
      </section>
      {error !== null && <LoadError error={error} onRetry={retry} />}
      {data === null && error === null && <Skeleton count={2} />}
      {data !== null && error === null && <Answer data={data} view={view} route={route} />}
    </>
  );
}

interface Props {
  readonly data: UsageBreakdown;
  readonly view: ExploredView;
  readonly route: UsageRoute;
}

function Answer({ data, view, route }: Props) {
  const [lit, setLit] = useState<string | null>(null);
  const explored = useExplored(data, view);
  const heading = useId();
  const { figure, picture } = view;
  const { ranked, nameOf } = explored;
  if (data.totals.requests === 0) {
    return (
      <Empty
        icon={<SearchX size={28} />}
        title={t.empty(rangeTitle(data.from, data.to, data.zone))}
        actions={
          Object.keys(route.filter).length > 0 && (
            <Button onClick={() => navigateUsage({ filter: {} })}>{m.usage.clearFilters}</Button>
          )
        }
      >
        {t.emptyText}
      </Empty>
    );
  }
  const narrow = (key: string): (() => void) | null => narrowing(route, data, key);
  const shown = (
    <ExploredPicture
      view={view}
      explored={explored}
      asTable={route.table}
      onAsTable={(table) => navigateUsage({ table }, 'replace')}
      height={HEIGHT_PX}
      lit={lit}
      onLit={setLit}
      narrow={narrow}
      onPick={({ from, to }, key) => {
        const filter = (key === null ? null : narrowed(route, data, key)) ?? route.filter;
        navigateUsage({ tab: 'requests', range: 'custom', from, to, filter });
      }}
    />
  );
  const ranks = ranked.map(({ key, color, sums, share }): Rank => {
    return {
      ...{ key, share },
      // A line of all the rest would make the others flat.
      color: picture === 'lines' && key === OTHER ? null : color,
      name: nameOf(key),
      value: sumsText(figure, sums),
      exact: sumsText(figure, sums, exactText),
      isUnknown: figureCertainty(figure, sums) === 'unknown',
      second: figure === 'requests' ? sumsText('spend', sums) : shortCount(sums.requests),
      narrow: narrow(key),
    };
  });
  return (
    <>
      <Remarks remarks={data.remarks} />
      {picture === 'ranking' ? (
        shown
      ) : (
        <div className={classes(styles.split, explore.split)}>
          {shown}
          <section className={card.card} aria-labelledby={heading}>
            <h2 id={heading}>{t.legend}</h2>
            <RankTable
              titles={{
                name: m.usage.ranking.name,
                value: t.figures[figure],
                second: figure === 'requests' ? t.figures.spend : t.figures.requests,
              }}
              ranks={ranks}
              isLines={picture === 'lines'}
              lit={lit}
              onLit={setLit}
            />
          </section>
        </div>
      )}
    </>
  );
}

function narrowing(route: UsageRoute, data: UsageBreakdown, key: string): (() => void) | null {
  const filter = narrowed(route, data, key);
  return filter === null ? null : () => navigateUsage({ filter });
}

/** What is chosen, narrowed to the names of a series; null where none can be narrowed to, or it is the rest. */
function narrowed({ filter }: UsageRoute, { by, then }: UsageBreakdown, key: string): RouteFilter | null {
  if (key === OTHER) return null;
  const names = namesOfKey(key) ?? [];
  const parts = [by, then].flatMap((dimension, at) => {
    const known = FILTER_DIMENSIONS.find((one) => one === dimension);
    const name = names[at];
    if (known === undefined || name == null || !canNarrow(known, name)) return [];
    return [[known, routeName(known, name)] as const];
  });
  return parts.length === 0 ? null : { ...filter, ...Object.fromEntries(parts) };
}
