import type { UsageHeatMap } from '../../shared/contract/usage.ts';
import { type Cell, heatSteps } from '../charts/heat-steps.ts';
import { m } from '../i18n/messages.ts';
import type { Metric } from '../state/usage-route.ts';
import { certainties, costText, metricText } from './figures.ts';
import type { CostCertainty } from '../../shared/usage-words.ts';
import { dayTitle, monthName, weekdayName } from './moments.ts';
import { dayIn } from './ranges.ts';

export const WEEKDAYS = 7;
const HOURS = 24;
const DAY_MS = 86_400_000;

type Heat = UsageHeatMap['days'];

const NAMES = { spend: 'knownCostMicroUsd', tokens: 'tokens', requests: 'requests' } as const;

export const heatValues = (metric: Metric, heat: Heat): readonly number[] => heat[NAMES[metric]];
export const heatValue = (metric: Metric, sums: Record<keyof Heat, number>): number => sums[NAMES[metric]];

/** How far each value is known; only costs can be unknown. */
export function heatCertainties(metric: Metric, heat: Heat): readonly (CostCertainty | undefined)[] {
  return metric === 'spend' ? certainties(heat) : [];
}

/** All of it together. */
export function heatSums(heat: Heat): Record<keyof Heat, number> {
  const sum = (list: readonly number[]): number => list.reduce((all, one) => all + one, 0);
  return Object.fromEntries(Object.entries(heat).map(([name, list]) => [name, sum(list)])) as Record<
    keyof Heat,
    number
  >;
}

/** The day so many days after `from`. */
export function dayAfter(from: string, days: number): string {
  return new Date(Date.parse(`${from}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

export interface GridView {
  readonly rows: readonly { readonly name: string; readonly short: string; readonly cells: readonly Cell[] }[];
  readonly columns: readonly string[];
}

/** Weeks as columns, weekdays as rows, Monday first. A cell's key is its day. */
export function yearGrid(map: UsageHeatMap, metric: Metric): GridView {
  const values = heatValues(metric, map.days);
  const steps = heatSteps(values);
  const certainty = heatCertainties(metric, map.days);
  const weeks = Math.ceil(values.length / WEEKDAYS);
  const since = map.collectedSince === null ? null : dayIn(map.zone, map.collectedSince);
  const cellOf = (at: number): Cell => {
    const key = dayAfter(map.from, at);
    const value = values[at];
    if (value === undefined) return { key, step: 0, text: '', blank: true };
    const title = dayTitle(key);
    if (since !== null && key < since)
      return { key, step: 0, text: m.usage.calendar.notCollected(title), unknown: true };
    const said = costText(metricText(metric, value), certainty[at]);
    const text = m.usage.calendar.day(title, said, map.days.requests[at] ?? 0);
    return { key, step: steps[at] ?? 0, text, open: certainty[at] === 'unknown' };
  };
  return {
    rows: Array.from({ length: WEEKDAYS }, (_, weekday) => ({
      name: weekdayName(weekday, 'long'),
      short: weekday % 2 === 0 ? weekdayName(weekday, 'short') : '',
      cells: Array.from({ length: weeks }, (__, week) => cellOf(week * WEEKDAYS + weekday)),
    })),
    columns: monthColumns(map.from, weeks),
  };
}

/** The name of a month over the week that holds its first day; not where the next name would run into it. */
function monthColumns(from: string, weeks: number): string[] {
  const months = Array.from({ length: weeks }, (_, week) => dayAfter(from, week * WEEKDAYS + WEEKDAYS - 1).slice(0, 7));
  return months.map((month, week) => {
    const isNew = week === 0 || month !== months[week - 1];
    const isCrowded = months.slice(week + 1, week + 3).some((next) => next !== month);
    return isNew && !isCrowded ? monthName(`${month}-01`) : '';
  });
}

const hourName = (hour: number): string => `${String(hour).padStart(2, '0')}:00`;

/** Hours as columns, weekdays as rows. */
export function weekGrid(heat: Heat, metric: Metric): GridView {
  const values = heatValues(metric, heat);
  const steps = heatSteps(values);
  const certainty = heatCertainties(metric, heat);
  return {
    rows: Array.from({ length: WEEKDAYS }, (_, weekday) => ({
      name: weekdayName(weekday, 'long'),
      short: weekdayName(weekday, 'short'),
      cells: Array.from({ length: HOURS }, (__, hour) => {
        const at = weekday * HOURS + hour;
        const said = costText(metricText(metric, values[at] ?? 0), certainty[at]);
        const text = m.usage.calendar.hour(weekdayName(weekday, 'long'), hourName(hour), hourName(hour + 1), said);
        return { key: String(at), step: steps[at] ?? 0, text, open: certainty[at] === 'unknown' };
      }),
    })),
    columns: Array.from({ length: HOURS }, (_, hour) => (hour % 3 === 0 ? String(hour) : '')),
  };
}

/** The hour of the week with most; null where there is nothing. */
export function busiestHour(values: readonly number[]): { readonly weekday: string; readonly hour: string } | null {
  const most = Math.max(...values, 0);
  if (most === 0) return null;
  const at = values.indexOf(most);
  return { weekday: weekdayName(Math.floor(at / HOURS), 'long'), hour: hourName(at % HOURS) };
}
