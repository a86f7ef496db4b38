import type Database from 'better-sqlite3';
import type { UsageFilter, UsageHeatMap } from '../../../../shared/contract/usage.ts';
import { dateOfDay, HOUR_MS } from '../reporting-days.ts';
import { type Calendar, weekday } from './calendar.ts';
import { collect } from './collect.ts';
import { inHours } from './range.ts';
import { readSums, type Slice } from './source.ts';
import { Columns } from './sums.ts';
import { type Asked, type View, viewOf } from './view.ts';

const WEEKS = 53;
const HOURS_A_DAY = 24;
const HOURS_A_WEEK = 7 * HOURS_A_DAY;
const FIGURES_AT = 2; // a row begins with its hour and its name

export interface HeatMapQuery extends Asked {
  readonly zone?: string | undefined;
  readonly filter?: UsageFilter | undefined;
  /** The last day; left out: today. */
  readonly to?: string | undefined;
}

/** 53 weeks of days, and the same time by hour of the week. @throws AppError `invalid_input`. */
export function usageHeatMap(db: Database.Database, query: HeatMapQuery): UsageHeatMap {
  const to = query.to ?? 'today';
  const end = viewOf(db, { ...query, from: to, to }, null, 'day');
  const { calendar } = end;
  const last = end.buckets.list.at(-1)?.first ?? 0;
  const first = last - weekday(last) - (WEEKS - 1) * 7;
  const view = viewOf(db, { ...query, from: dateOfDay(first), to: dateOfDay(last) }, null, 'day');
  const { buckets, range } = view;
  const days =
    collect(db, view.totals, null, buckets, view.parts(range, buckets)).get(0) ?? new Columns(buckets.list.length);
  return {
    zone: view.calendar.zone,
    from: dateOfDay(first),
    to: dateOfDay(last),
    days: heatOf(days),
    hoursOfWeek: view.totals.kind === 'dimension' ? heatOf(byHourOfWeek(db, view, calendar)) : null,
    collectedSince: view.firstHour === null ? null : new Date(view.firstHour * HOUR_MS).toISOString(),
    remarks: view.remarks.filter(({ code }) => code !== 'before-collection'),
  };
}

function byHourOfWeek(db: Database.Database, { totals, range }: View, calendar: Calendar): Columns {
  const hours = new Columns(HOURS_A_WEEK);
  const stretch: Slice = { ...inHours(range, calendar), span: 'hour' };
  const places = placesOf(calendar, stretch);
  for (const row of readSums(db, totals, null, stretch, true)) {
    hours.add(places[(row[0] ?? 0) - stretch.first] ?? 0, row, FIGURES_AT);
  }
  return hours;
}

/** The place in the week of each hour. Asked day by day: asking the time zone data for each hour costs more than all sums. */
function placesOf(calendar: Calendar, { first, last }: Slice): readonly number[] {
  const places: number[] = [];
  for (let hour = first; hour <= last; ) {
    const day = calendar.dayOfHour(hour);
    const next = Math.min(calendar.startHour(day + 1), last + 1);
    const isPlain = calendar.startHour(day + 1) - calendar.startHour(day) === HOURS_A_DAY;
    const midnight = weekday(day) * HOURS_A_DAY - calendar.startHour(day);
    for (; hour < next; hour += 1) places.push(isPlain ? midnight + hour : calendar.hourOfWeek(hour));
  }
  return places;
}

function heatOf(columns: Columns): UsageHeatMap['days'] {
  const { requests, failed, unpriced, incomplete, knownCostMicroUsd, ...tokens } = columns.values();
  const all = requests.map(
    (_, at) =>
      (tokens.inputTokens[at] ?? 0) +
      (tokens.cacheReadTokens[at] ?? 0) +
      (tokens.cacheWriteTokens[at] ?? 0) +
      (tokens.outputTokens[at] ?? 0),
  );
  return { requests, failed, unpriced, incomplete, knownCostMicroUsd, tokens: all };
}
