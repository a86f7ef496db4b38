import type { UsageFigure } from '../../shared/usage-words.ts';
import { Sparkline } from '../charts/sparkline.tsx';
import { m } from '../i18n/messages.ts';
import styles from './explore.module.css';
import { exactText, figureCertainty, shareText, sumsText } from './figures.ts';
import { barLengths, OTHER, type RankedName } from './overview-view.ts';
import { RankName } from './rank-table.tsx';

const t = m.explore;
const NOTHING = (): void => undefined;

interface Props {
  readonly title: string;
  readonly figure: UsageFigure;
  readonly ranked: readonly RankedName[];
  readonly nameOf: (key: string) => string;
  readonly narrow: (key: string) => (() => void) | null;
}

/** Names by what they come to, the most first; bars are measured by the longest. A table, so readers need no other. */
export function RankingBars({ title, figure, ranked, nameOf, narrow }: Props) {
  const lengths = barLengths(ranked);
  return (
    <div className={styles.rankingbox}>
      <table className={styles.ranking}>
        <caption className="visually-hidden">{title}</caption>
        <thead>
          <tr>
            <th scope="col">{m.usage.ranking.name}</th>
            <th scope="col" data-figure>
              {t.figures[figure]}
            </th>
            <th scope="col" data-figure>
              {t.share}
            </th>
            <th scope="col" className={styles.trend}>
              {t.trend}
            </th>
          </tr>
        </thead>
        <tbody>
          {ranked.map(({ key, sums, share, values }, at) => {
            const name = nameOf(key);
            const isUnknown = figureCertainty(figure, sums) === 'unknown';
            return (
              <tr key={key}>
                <th scope="row">
                  <RankName name={name} narrow={narrow(key)} onLit={NOTHING} />
                  {key !== OTHER && (
                    <span aria-hidden className={styles.rankbar}>
                      <span style={{ inlineSize: `${(lengths[at] ?? 0) * 100}%` }} />
                    </span>
                  )}
                </th>
                <td data-figure title={sumsText(figure, sums, exactText)}>
                  {sumsText(figure, sums)}
                </td>
                <td data-figure>{isUnknown ? '–' : shareText(share)}</td>
                <td className={styles.trend}>
                  {isUnknown ? '–' : <Sparkline values={values} label={t.trendOf(name)} />}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
