import type { UsageSums } from '../../shared/usage.ts';
import { USAGE_FIGURES } from '../../shared/usage-words.ts';
import { DataTable } from '../charts/data-table.tsx';
import { m } from '../i18n/messages.ts';
import { exactText, sumsText } from './figures.ts';
import type { RankedName } from './overview-view.ts';

const t = m.explore;

interface Props {
  readonly caption: string;
  readonly ranked: readonly RankedName[];
  readonly nameOf: (key: string) => string;
  readonly totals: UsageSums;
}

/** All figures of the range by name. */
export function SumsTable({ caption, ranked, nameOf, totals }: Props) {
  return (
    <DataTable
      caption={caption}
      rows={ranked}
      rowKey={({ key }) => key}
      columns={[
        { key: 'name', title: m.usage.ranking.name, cell: ({ key }) => nameOf(key) },
        ...USAGE_FIGURES.map((figure) => ({
          key: figure,
          title: t.figures[figure],
          figure: true,
          cell: ({ sums }: RankedName) => sumsText(figure, sums, exactText),
        })),
      ]}
      foot={[m.usage.chart.total, ...USAGE_FIGURES.map((figure) => sumsText(figure, totals, exactText))]}
    />
  );
}
