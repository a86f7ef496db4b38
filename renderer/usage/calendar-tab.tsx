import { useMemo, useState } from 'react';
import type { UsageFilter, UsageHeatMap } from '../../shared/contract/usage.ts';
import { certaintyOf } from '../../shared/usage-words.ts';
import { CellGrid } from '../charts/cell-grid.tsx';
import { ChartFrame } from '../charts/chart-frame.tsx';
import { DataTable } from '../charts/data-table.tsx';
import { m } from '../i18n/messages.ts';
import { navigateUsage } from '../state/route.ts';
import { METRICS, type UsageRoute } from '../state/usage-route.ts';
import { LoadError } from '../ui/load-error.tsx';
import { Segmented } from '../ui/segmented.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import {
  busiestHour,
  dayAfter,
  heatCertainties,
  heatSums,
  heatValue,
  heatValues,
  weekGrid,
  yearGrid,
} from './calendar-view.ts';
import { costText, count, exactText, metricText } from './figures.ts';
import { ExportMenu } from './export-menu.tsx';
import { daysTitle, dayTitle, weekdayName } from './moments.ts';
import { Remarks } from './remarks.tsx';
import type { NamedFilter } from './use-filter.ts';
import { useQuestion } from './use-question.ts';

const t = m.usage.calendar;
const EVERY_MS = 2_000;
const LEGEND = { less: t.less, more: t.more } as const;

/** A year of days, and the hours of the week in it. */
export function CalendarTab({ route, named }: { readonly route: UsageRoute; readonly named: NamedFilter }) {
  const input = named.filter === undefined ? {} : { filter: named.filter };
  const { data, error, retry } = useQuestion('usage.heatMap', named.isReading ? null : input, { everyMs: EVERY_MS });
  if (data === null) return error === null ? <Skeleton count={2} /> : <LoadError error={error} onRetry={retry} />;
  return (
    <>
      <Remarks remarks={data.remarks} />
      <Year map={data} route={route} />
      <Week map={data} route={route} filter={named.filter} />
    </>
  );
}

interface Props {
  readonly map: UsageHeatMap;
  readonly route: UsageRoute;
}

function Year({ map, route }: Props) {
  const { metric } = route;
  const grid = useMemo(() => yearGrid(map, metric), [map, metric]);
  const { days } = map;
  const used = days.requests.filter((requests) => requests > 0).length;
  const sums = heatSums(days);
  const certainty = metric === 'spend' ? certaintyOf(sums) : 'known';
  const title = t.title(m.usage.metrics[metric]);
  const open = (day: string): void => navigateUsage({ tab: 'requests', range: 'custom', from: day, to: day });
  return (
    <ChartFrame
      title={title}
      summary={
        certainty === 'unknown'
          ? t.summaryUnknown(used)
          : t.summary(used, costText(metricText(metric, heatValue(metric, sums)), certainty))
      }
      tools={
        <Segmented
          label={m.usage.metric}
          value={metric}
          options={METRICS.map((value) => ({ value, label: m.usage.metrics[value] }))}
          onChange={(picked) => navigateUsage({ metric: picked }, 'replace')}
        />
      }
      picture={{
        range: daysTitle(map.from, map.to),
        legend: [],
        body: { kind: 'cells', ...grid, legend: LEGEND, low: false },
      }}
      asTable={route.table}
      onAsTable={(table) => navigateUsage({ table }, 'replace')}
      table={() => (
        <DataTable
          caption={title}
          rows={days.requests.map((_, at) => at).filter((at) => (days.requests[at] ?? 0) > 0)}
          rowKey={(at) => String(at)}
          columns={[
            { key: 'day', title: t.date, cell: (at) => dayTitle(dayAfter(map.from, at)) },
            ...METRICS.map((one) => ({
              key: one,
              title: m.usage.metrics[one],
              figure: true,
              cell: (at: number) =>
                costText(exactText(one, heatValues(one, days)[at] ?? 0), heatCertainties(one, days)[at]),
            })),
          ]}
        />
      )}
    >
      <CellGrid
        label={title}
        rows={grid.rows}
        columns={grid.columns}
        idle={t.idle}
        legend={LEGEND}
        onPick={({ key }) => open(key)}
      />
    </ChartFrame>
  );
}

function Week({ map, route, filter }: Props & { readonly filter: UsageFilter | undefined }) {
  const view = { kind: 'hours-of-week' as const, ...(filter === undefined ? {} : { filter }) };
  const [asTable, setAsTable] = useState(false);
  const { metric } = route;
  const { hoursOfWeek } = map;
  const grid = useMemo(() => (hoursOfWeek === null ? null : weekGrid(hoursOfWeek, metric)), [hoursOfWeek, metric]);
  if (hoursOfWeek === null || grid === null) return <p>{t.hoursNotKept}</p>;
  const values = heatValues(metric, hoursOfWeek);
  const certainty = heatCertainties(metric, hoursOfWeek);
  const busiest = busiestHour(values);
  const title = t.hours(m.usage.metrics[metric]);
  return (
    <ChartFrame
      title={title}
      summary={
        busiest !== null
          ? t.hoursSummary(busiest.weekday, busiest.hour)
          : certainty.includes('unknown')
            ? t.hoursUnknown
            : t.hoursNone
      }
      picture={{
        range: daysTitle(map.from, map.to),
        legend: [],
        body: { kind: 'cells', ...grid, legend: LEGEND, low: true },
      }}
      tools={<ExportMenu small view={view} what={t.hoursExport} pictures={null} notes={[]} />}
      asTable={asTable}
      onAsTable={setAsTable}
      table={() => (
        <DataTable
          caption={title}
          rows={Array.from({ length: 24 }, (_, hour) => hour)}
          rowKey={String}
          columns={[
            { key: 'hour', title: m.usage.chart.slot, cell: (hour) => `${String(hour).padStart(2, '0')}:00` },
            ...Array.from({ length: 7 }, (_, weekday) => ({
              key: String(weekday),
              title: weekdayName(weekday, 'short'),
              figure: true,
              cell: (hour: number) => {
                const value = values[weekday * 24 + hour] ?? 0;
                return metric === 'spend'
                  ? costText(metricText(metric, value), certainty[weekday * 24 + hour])
                  : count(value);
              },
            })),
          ]}
        />
      )}
    >
      <CellGrid label={title} rows={grid.rows} columns={grid.columns} low idle={t.hoursIdle} legend={LEGEND} />
    </ChartFrame>
  );
}
