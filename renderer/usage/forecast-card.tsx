import { useCallback, useMemo, useState } from 'react';
import type { UsageOverview } from '../../shared/contract/usage.ts';
import { BandChart } from '../charts/band-chart.tsx';
import type { BandPoint } from '../charts/band-point.ts';
import { BandLegend } from '../charts/band-legend.tsx';
import { ChartFrame } from '../charts/chart-frame.tsx';
import { DataTable } from '../charts/data-table.tsx';
import { m } from '../i18n/messages.ts';
import { formatRoute, HOME } from '../state/route.ts';
import type { Metric } from '../state/usage-route.ts';
import { Note } from '../ui/note.tsx';
import { ExportMenu } from './export-menu.tsx';
import { costText, exactText, markText, metricText } from './figures.ts';
import { bandPoints, sayPoint } from './forecast-view.ts';
import type { NamedFilter } from './use-filter.ts';
import { useLimit } from './use-limit.ts';
import { useQuestion } from './use-question.ts';
import styles from './usage.module.css';

const t = m.usage.forecast;
const FIGURES = { spend: 'cost', tokens: 'tokens', requests: 'requests' } as const;
/** A forecast moves slowly, and costs more than a sum. */
const EVERY_MS = 5_000;
const HEIGHT_PX = 190;
const ROOM_PX = 52;

interface Props {
  readonly metric: Metric;
  readonly overview: UsageOverview;
  readonly named: NamedFilter;
}

/** Where this month will end, or the period of the limit on what is shown, and how that is known. */
export function ForecastCard({ metric, overview, named }: Props) {
  const { filter } = named;
  const figure = FIGURES[metric];
  const limit = useLimit(figure, overview, named);
  const plain = filter === undefined ? { figure } : { figure, filter };
  const input = limit?.query ?? plain;
  const { data, error, isStale } = useQuestion('usage.forecast', input, { everyMs: EVERY_MS });
  const [asTable, setAsTable] = useState(false);
  const points = useMemo(() => bandPoints(data?.points ?? []), [data]);
  const formatMark = useCallback((value: number, step: number) => markText(metric, value, step), [metric]);
  if (data === null) {
    return error === null ? null : (
      <Note tone="quiet" role="status" title={error.message}>
        {error.hint}
      </Note>
    );
  }
  // While the answer is still that to another question, no limit is named beside it.
  const quota = isStale || data.limit === null ? null : (limit?.quota ?? null);
  const chart = quota === null ? t.chart : t.chartLimit(quota.definition.name);
  const figureOf = (value: number | null | undefined): string => (value == null ? '–' : exactText(metric, value));
  return (
    <ChartFrame
      title={quota === null ? t.title : t.titleLimit(quota.definition.name)}
      summary={data.sentence}
      tools={<ExportMenu small view={{ kind: 'forecast', ...input }} what={t.export} pictures={null} notes={[]} />}
      asTable={asTable}
      onAsTable={setAsTable}
      table={() => (
        <DataTable
          caption={chart}
          rows={points}
          rowKey={({ key }) => key}
          columns={[
            { key: 'day', title: t.day, cell: ({ title }) => title },
            {
              key: 'actual',
              title: t.actual,
              figure: true,
              cell: ({ actual }) => costText(figureOf(actual), actual === null ? 'known' : data.usedCertainty),
            },
            ...(data.limit === null
              ? []
              : [{ key: 'ideal', title: t.evenly, figure: true, cell: ({ ideal }: BandPoint) => figureOf(ideal) }]),
            { key: 'low', title: t.low, figure: true, cell: ({ band }) => figureOf(band?.low) },
            { key: 'middle', title: t.middle, figure: true, cell: ({ band }) => figureOf(band?.middle) },
            { key: 'high', title: t.high, figure: true, cell: ({ band }) => figureOf(band?.high) },
          ]}
        />
      )}
    >
      <BandChart
        label={chart}
        points={points}
        limit={data.limit}
        formatMark={formatMark}
        said={(point) => sayPoint(metric, point, data.usedCertainty)}
        room={ROOM_PX}
        height={HEIGHT_PX}
      />
      <BandLegend
        actual={t.legendActual}
        projected={points.some(({ band }) => band !== null) ? t.legendBand : null}
        ideal={data.limit === null ? null : t.evenly}
        limit={data.limit === null ? null : t.limit(metricText(metric, data.limit))}
      />
      <p className={styles.method}>
        {t.method(data.method.text)}
        {quota !== null && (
          <>
            {' '}
            {limit?.isWider === true && `${t.below} `}
            <a href={formatRoute({ ...HOME, screen: 'quotas', id: quota.id })}>{t.openLimit}</a>
          </>
        )}
      </p>
    </ChartFrame>
  );
}
