import { useId } from 'react';
import type { UsageOverview } from '../../shared/contract/usage.ts';
import { Swatch } from '../charts/swatch.tsx';
import { m } from '../i18n/messages.ts';
import { navigateUsage } from '../state/route.ts';
import { GROUPINGS, type Grouping, type UsageRoute } from '../state/usage-route.ts';
import card from '../ui/card.module.css';
import head from '../ui/heading.module.css';
import { Select } from '../ui/select.tsx';
import { exactText, metricOf, metricText, percent, shortCount } from './figures.ts';
import { useLabels } from './labels.ts';
import { OTHER, type RankedName } from './overview-view.ts';
import { routeName } from './use-filter.ts';
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
  const { metric } = route;
  const label = useLabels();
  const heading = useId();
  const by = route.by;
  const narrow = (key: string): void => navigateUsage({ filter: { ...route.filter, [by]: routeName(by, key) } });
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
      <table className={styles.ranks}>
        <thead>
          <tr>
            <th scope="col">{t.name}</th>
            <th scope="col">{m.usage.metrics[metric]}</th>
            <th scope="col" className={styles.wide}>
              {metric === 'requests' ? m.usage.metrics.spend : t.requests}
            </th>
          </tr>
        </thead>
        <tbody onPointerLeave={() => onLit(null)}>
          {ranked.map(({ key, color, sums, share }) => {
            const name = key === OTHER ? m.usage.other(overview.other?.names ?? 0) : label(overview.by, key);
            const value = metricOf(metric, sums);
            return (
              <tr key={key} data-lit={lit === key ? '' : undefined} onPointerEnter={() => onLit(key)}>
                <th scope="row">
                  <span className={styles.rankname}>
                    <Swatch color={color} />
                    {key === OTHER || key === '' ? (
                      <span className={styles.ellipsis}>{name}</span>
                    ) : (
                      <button
                        type="button"
                        className={styles.ranklink}
                        title={m.usage.narrowTo(name)}
                        onFocus={() => onLit(key)}
                        onBlur={() => onLit(null)}
                        onClick={() => narrow(key)}
                      >
                        <bdi>{name}</bdi>
                      </button>
                    )}
                  </span>
                  <span className={styles.bar} aria-hidden>
                    <span
                      style={{
                        inlineSize: `${share * 100}%`,
                        background: `var(--chart-${color === 'other' ? 'other' : color + 1})`,
                      }}
                    />
                  </span>
                </th>
                <td title={exactText(metric, value)}>
                  {metric === 'spend' && sums.unpriced > 0 && value === 0
                    ? m.usage.requests.unknownCost
                    : metricText(metric, value)}
                  <span className={styles.quiet}>{percent(share)}</span>
                </td>
                <td className={styles.wide}>
                  {metric === 'requests' ? metricText('spend', sums.knownCostMicroUsd) : shortCount(sums.requests)}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}
