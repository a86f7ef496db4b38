import { useCallback, useMemo, useState } from 'react';
import type { UsageFilter } from '../../shared/contract/usage.ts';
import { BandChart, type BandPoint } from '../charts/band-chart.tsx';
import { ChartFrame } from '../charts/chart-frame.tsx';
import { DataTable } from '../charts/data-table.tsx';
import { m } from '../i18n/messages.ts';
import type { Metric } from '../state/usage-route.ts';
import { Note } from '../ui/note.tsx';
import { ExportMenu } from './export-menu.tsx';
import { costText, exactText, markText, metricText } from './figures.ts';
import { dayName, dayTitle } from './moments.ts';
import { useQuestion } from './use-question.ts';
import styles from './usage.module.css';

const t = m.usage.forecast;
const FIGURES = { spend: 'cost', tokens: 'tokens', requests: 'requests' } as const;
/** A forecast moves slowly, and costs more than a sum. */
const EVERY_MS = 5_000;
const HEIGHT_PX = 190;
const ROOM_PX = 52;

/** Where this month will end, and how that is known. */
export function ForecastCard({
  metric,
  filter,
}: {
  readonly metric: Metric;
  readonly filter: UsageFilter | undefined;
}) {
  const figure = FIGURES[metric];
  const input = filter === undefined ? { figure } : { figure, filter };
  const { data, error } = useQuestion('usage.forecast', input, { everyMs: EVERY_MS });
  const [asTable, setAsTable] = useState(false);
  const points = useMemo(
    (): readonly BandPoint[] =>
      (data?.points ?? []).map(({ day, ideal, actual, projected }) => {
        return { key: day, name: dayName(day), title: dayTitle(day), ideal, actual, band: projected };
      }),
    [data],
  );
  const formatMark = useCallback((value: number) => markText(metric, value), [metric]);
  if (data === null) {
    return error === null ? null : (
      <Note tone="quiet" role="status" title={error.message}>
        {error.hint}
      </Note>
    );
  }
  const said = ({ title, actual, band }: BandPoint): string => {
    if (actual !== null) return t.saidActual(title, costText(metricText(metric, actual), data.usedCertainty));
    if (band === null) return t.saidNone(title);
    return t.saidBand(
      title,
      metricText(metric, band.middle),
      metricText(metric, band.low),
      metricText(metric, band.high),
    );
  };
  const figureOf = (value: number | null | undefined): string => (value == null ? '–' : exactText(metric, value));
  return (
    <ChartFrame
      title={t.title}
      summary={data.sentence}
      tools={<ExportMenu small view={{ kind: 'forecast', ...input }} what={t.export} pictures={null} notes={[]} />}
      asTable={asTable}
      onAsTable={setAsTable}
      table={() => (
        <DataTable
          caption={t.chart}
          rows={points}
          rowKey={({ key }) => key}
          columns={[
            { key: 'day', title: t.day, cell: ({ title }) => title },
            {
              key: 'actual',
              title: t.actual,
              figure: true,
              cell: ({ actual }) => (actual === null ? '–' : costText(exactText(metric, actual), data.usedCertainty)),
            },
            { key: 'low', title: t.low, figure: true, cell: ({ band }) => figureOf(band?.low) },
            { key: 'middle', title: t.middle, figure: true, cell: ({ band }) => figureOf(band?.middle) },
            { key: 'high', title: t.high, figure: true, cell: ({ band }) => figureOf(band?.high) },
          ]}
        />
      )}
    >
      <BandChart
        label={t.chart}
        points={points}
        limit={data.limit}
        formatMark={formatMark}
        said={said}
        room={ROOM_PX}
        height={HEIGHT_PX}
      />
      <p className={styles.method}>{t.method(data.method.text)}</p>
    </ChartFrame>
  );
}
