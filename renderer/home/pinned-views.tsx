import { useState } from 'react';
import type { SavedView, UsageBreakdown } from '../../shared/contract/usage-explore.ts';
import { Swatch } from '../charts/swatch.tsx';
import { m } from '../i18n/messages.ts';
import { formatRoute, HOME, navigateUsage } from '../state/route.ts';
import { USAGE_HOME } from '../state/usage-route.ts';
import card from '../ui/card.module.css';
import { LoadError } from '../ui/load-error.tsx';
import { questionOf, routeOfView } from '../usage/explore-view.ts';
import { ExploredPicture, useExplored } from '../usage/explored.tsx';
import explore from '../usage/explore.module.css';
import { sumsText } from '../usage/figures.ts';
import { OTHER } from '../usage/overview-view.ts';
import { useQuestion } from '../usage/use-question.ts';
import { useViews } from '../usage/use-views.ts';
import styles from './home.module.css';

const t = m.explore;
const EVERY_MS = 5_000;
const HEIGHT_PX = 200;
/** What a legend below a small picture can hold. */
const NAMED = 6;

/** Views of usage that the owner put here. */
export function PinnedViews() {
  const { views } = useViews();
  const pinned = views.filter((view) => view.pinned);
  if (pinned.length === 0) return null;
  return (
    <div className={styles.pinned}>
      {pinned.map((view) => (
        <Pinned key={view.id} saved={view} />
      ))}
    </div>
  );
}

function Pinned({ saved }: { readonly saved: SavedView }) {
  const { data, error, retry } = useQuestion('usage.breakdown', questionOf(saved.view), { everyMs: EVERY_MS });
  if (data !== null) return <Picture saved={saved} data={data} />;
  return (
    <section className={card.card} aria-label={saved.name}>
      <h2>{saved.name}</h2>
      <LoadError error={error} onRetry={retry} />
    </section>
  );
}

function Picture({ saved, data }: { readonly saved: SavedView; readonly data: UsageBreakdown }) {
  const [asTable, setAsTable] = useState(false);
  const [lit, setLit] = useState<string | null>(null);
  const { view, name, id } = saved;
  const explored = useExplored(data, view);
  const { nameOf } = explored;
  const ranked = explored.ranked.filter(({ key }) => view.picture !== 'lines' || key !== OTHER);
  const href = formatRoute({ ...HOME, screen: 'usage', usage: { ...USAGE_HOME, ...routeOfView(view, id) } });
  return (
    <ExploredPicture
      view={view}
      explored={view.picture === 'ranking' ? { ...explored, ranked: ranked.slice(0, NAMED) } : explored}
      title={name}
      tools={
        <a href={href} aria-label={t.openNamed(name)} className={styles.open}>
          {t.openInUsage}
        </a>
      }
      asTable={asTable}
      onAsTable={setAsTable}
      height={HEIGHT_PX}
      lit={lit}
      onLit={setLit}
      narrow={() => null}
      onPick={({ from, to }) =>
        navigateUsage({ ...routeOfView(view, null), tab: 'requests', range: 'custom', from, to })
      }
    >
      {view.picture === 'ranking' && ranked.length > NAMED && (
        <p className={styles.muted}>{t.more(ranked.length - NAMED)}</p>
      )}
      {view.picture !== 'ranking' && (
        <ul aria-label={t.legend} className={explore.legend}>
          {ranked.slice(0, NAMED).map(({ key, color, sums }) => (
            <li key={key}>
              <Swatch color={color} line={view.picture === 'lines'} />
              <span>{nameOf(key)}</span>
              <b>{sumsText(view.figure, sums)}</b>
            </li>
          ))}
          {ranked.length > NAMED && <li>{t.more(ranked.length - NAMED)}</li>}
        </ul>
      )}
    </ExploredPicture>
  );
}
