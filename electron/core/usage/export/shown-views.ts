import type Database from 'better-sqlite3';
import type { ExportView } from '../../../../shared/contract/usage-records.ts';
import type { UsageHeatMap, UsageTotals } from '../../../../shared/contract/usage.ts';
import { certaintyOf, SUM_NAMES, type UsageSums } from '../../../../shared/usage.ts';
import { usageAnomalies } from '../analysis/anomalies.ts';
import { calendarOf } from '../analysis/calendar.ts';
import { usageForecast } from '../analysis/forecast.ts';
import { usageHeatMap } from '../analysis/heat-map.ts';
import { usageOverview } from '../analysis/overview.ts';
import type { Asked } from '../analysis/view.ts';
import { dateOfDay, dayNumber } from '../reporting-days.ts';
import type { ExportRow } from './format.ts';
import { type ExportTable, int, number, table, text, time } from './table.ts';

type ViewOf<K extends ExportView['kind']> = Extract<ExportView, { readonly kind: K }>;

const HOURS_A_DAY = 24;
const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const;
const HEAT_NAMES = ['requests', 'failed', 'incomplete', 'unpriced', 'tokens', 'knownCostMicroUsd'] as const;
const HEAT_COLUMNS = [...HEAT_NAMES.map(int), text('costCertainty')];

/** A row for each day of the grid. A day before anything was collected has no figures: that is not the same as none. */
export function calendarTable(db: Database.Database, view: ViewOf<'calendar'>, asked: Asked): ExportTable {
  const { zone, from, days, collectedSince, remarks } = usageHeatMap(db, { ...view, ...asked });
  const first = dayNumber(from);
  const since =
    collectedSince === null ? Number.POSITIVE_INFINITY : calendarOf(zone).dayOfMs(Date.parse(collectedSince));
  const rows = days.requests.map((_, at): ExportRow => {
    const figures = first + at < since ? HEAT_COLUMNS.map(() => null) : heatRow(days, at);
    return [dateOfDay(first + at), ...figures];
  });
  return table([text('day'), ...HEAT_COLUMNS], rows, remarks);
}

/** A row for each hour of the week, Monday 0:00 first. None where several filters hold at once: no hours are kept of that. */
export function hoursTable(db: Database.Database, view: ViewOf<'hours-of-week'>, asked: Asked): ExportTable {
  const { hoursOfWeek, remarks } = usageHeatMap(db, { ...view, ...asked });
  const rows = (hoursOfWeek?.requests ?? []).map((_, at): ExportRow => {
    const figures = hoursOfWeek === null ? [] : heatRow(hoursOfWeek, at);
    return [WEEKDAYS[Math.floor(at / HOURS_A_DAY)] ?? '', at % HOURS_A_DAY, ...figures];
  });
  return table([text('weekday'), int('hour'), ...HEAT_COLUMNS], rows, [
    ...remarks,
    ...(hoursOfWeek === null ? [NO_HOURS] : []),
  ]);
}

const NO_HOURS = {
  code: 'days-only',
  text: 'Hours of the week are not kept for several filters at once, so there are no rows.',
} as const;

function heatRow(heat: UsageHeatMap['days'], at: number): ExportRow {
  const figures = HEAT_NAMES.map((name) => heat[name][at] ?? 0);
  const [requests = 0, , incomplete = 0, unpriced = 0, , knownCostMicroUsd = 0] = figures;
  const known = { requests, incomplete, unpriced, knownCostMicroUsd };
  return [...figures, certaintyOf(known)];
}

/** The course: what was counted until the end of each day, and the band of the days to come. */
export function forecastTable(db: Database.Database, view: ViewOf<'forecast'>, asked: Asked): ExportTable {
  const { figure, points, remarks } = usageForecast(db, { ...view, ...asked });
  const rows = points.map(({ day, ideal, actual, projected }): ExportRow => {
    return [day, figure, ideal, actual, projected?.low ?? null, projected?.middle ?? null, projected?.high ?? null];
  });
  const columns = [text('day'), text('figure'), ...['ideal', 'actual', 'low', 'middle', 'high'].map(int)];
  return table(columns, rows, remarks);
}

/** Latest first, as they are listed; all of them. */
export function anomaliesTable(db: Database.Database, view: ViewOf<'anomalies'>, asked: Asked): ExportTable {
  const found = [...usageAnomalies(db, { ...view, ...asked })].at(-1)?.anomalies ?? [];
  const rows = found.map(({ at, day, kind, dimension, subject, value, usual, text: said }): ExportRow => {
    return [at, day, kind, dimension, subject, value, usual, said];
  });
  const names = ['day', 'kind', 'dimension', 'subject'].map(text);
  return table([time('at'), ...names, int('value'), int('usual'), text('text')], rows);
}

/** The range as a whole, the period before it, and each name of the range: with percentiles and what caches saved. */
export function totalsTable(db: Database.Database, view: ViewOf<'totals'>, asked: Asked): ExportTable {
  const { from, to, totals, previous, series, other, remarks } = usageOverview(db, {
    ...{ ...view, ...asked },
    ...{ bucket: 'auto', compare: true },
  });
  const rows: ExportRow[] = [['all', null, from, to, ...totalsRow(totals)]];
  if (previous !== null) rows.push(['all-before', null, previous.from, previous.to, ...totalsRow(previous.totals)]);
  for (const { key, totals: own } of series) rows.push([view.by, key, from, to, ...totalsRow(own)]);
  if (other !== null) {
    rows.push([
      'other',
      null,
      from,
      to,
      ...totalsRow({ ...other.totals, ...NOT_KEPT, errorRate: rateOf(other.totals) }),
    ]);
  }
  const columns = [
    ...['of', 'key', 'from', 'to'].map(text),
    ...SUM_NAMES.map(int),
    ...[int('costMicroUsd'), text('costCertainty'), number('errorRate')],
    ...['p50Ms', 'p95Ms', 'p99Ms'].map(number),
    int('cacheSavedMicroUsd'),
  ];
  return table(columns, rows, remarks);
}

const NOT_KEPT = { latency: null, cacheSavedMicroUsd: null };
const rateOf = ({ requests, failed }: UsageSums): number | null => (requests === 0 ? null : failed / requests);

function totalsRow({ latency, errorRate, cacheSavedMicroUsd, ...sums }: UsageTotals): ExportRow {
  return [
    ...SUM_NAMES.map((name) => sums[name]),
    ...[sums.unpriced > 0 ? null : sums.knownCostMicroUsd, certaintyOf(sums), errorRate],
    ...[latency?.p50Ms ?? null, latency?.p95Ms ?? null, latency?.p99Ms ?? null],
    cacheSavedMicroUsd,
  ];
}
