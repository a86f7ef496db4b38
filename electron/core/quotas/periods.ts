import { Cron } from 'croner';
import { AppError } from '../../../shared/errors.ts';
import type { QuotaPeriod } from '../../../shared/quotas.ts';
import { HOUR_MS, type ReportingDays, startOfDay } from '../usage/reporting-days.ts';

/** A period of a quota: from its start to before its end, UTC epoch milliseconds. */
export interface Window {
  readonly startMs: number;
  readonly endMs: number;
}

const MINUTE_MS = 60_000;
const DAY_MS = 24 * HOUR_MS;
/** Day 0 was a Thursday: the Monday of its week is three days before. */
const MONDAY = 3;

/**
 * The period that a moment lies in.
 * @param days - the reporting zone, whose days, weeks and months count.
 * @throws AppError `invalid_input` for a cron expression or zone that cannot be read.
 */
export function windowAt(period: QuotaPeriod, days: ReportingDays, atMs: number): Window {
  switch (period.every) {
    case 'minute':
      return aligned(atMs, MINUTE_MS);
    case 'hour':
      return aligned(atMs, HOUR_MS);
    case 'day': {
      const day = days.dayOf(atMs);
      return ofDays(days, day, day + 1);
    }
    case 'week': {
      const day = days.dayOf(atMs);
      const monday = day - ((((day + MONDAY) % 7) + 7) % 7);
      return ofDays(days, monday, monday + 7);
    }
    case 'month':
      return monthAt(days, atMs, period.day);
    case 'cron':
      return cronAt(period.expression, period.zone, atMs);
  }
}

/** The period that ends where this one begins. */
export function windowBefore(period: QuotaPeriod, days: ReportingDays, { startMs }: Window): Window {
  return windowAt(period, days, startMs - 1);
}

function aligned(atMs: number, lengthMs: number): Window {
  const startMs = Math.floor(atMs / lengthMs) * lengthMs;
  return { startMs, endMs: startMs + lengthMs };
}

function ofDays(days: ReportingDays, from: number, to: number): Window {
  return { startMs: startOfDay(days, from), endMs: startOfDay(days, to) };
}

function monthAt(days: ReportingDays, atMs: number, resetDay: number): Window {
  const day = days.dayOf(atMs);
  const date = new Date(day * DAY_MS);
  const month = date.getUTCFullYear() * 12 + date.getUTCMonth();
  const turn = turnOf(month, resetDay);
  return day >= turn
    ? ofDays(days, turn, turnOf(month + 1, resetDay))
    : ofDays(days, turnOf(month - 1, resetDay), turn);
}

/** The day on which a month turns: its last one where it is shorter. @param month - months since year 0. */
function turnOf(month: number, resetDay: number): number {
  const year = Math.floor(month / 12);
  const last = new Date(Date.UTC(year, (month % 12) + 1, 0)).getUTCDate();
  return Date.UTC(year, month % 12, Math.min(resetDay, last)) / DAY_MS;
}

function cronAt(expression: string, zone: string, atMs: number): Window {
  const cron = cronOf(expression, zone);
  // The expression speaks of whole minutes: what fires at `atMs` itself begins its period.
  const [last] = cron.previousRuns(1, new Date(atMs + 1));
  const next = cron.nextRun(new Date(Math.max(atMs, last?.getTime() ?? atMs)));
  if (next === null) throw badCron();
  return { startMs: last?.getTime() ?? 0, endMs: next.getTime() };
}

const MAX_KEPT = 256;
const crons = new Map<string, Cron>();

/** @throws AppError `invalid_input`. */
export function cronOf(expression: string, zone: string): Cron {
  const key = `${zone}\n${expression}`;
  const known = crons.get(key);
  if (known !== undefined) return known;
  try {
    const cron = new Cron(expression, { timezone: zone, mode: '5-part', paused: true });
    if (cron.nextRun() === null) throw badCron();
    if (crons.size >= MAX_KEPT) crons.clear();
    crons.set(key, cron);
    return cron;
  } catch {
    throw badCron();
  }
}

function badCron(): AppError {
  return new AppError(
    'invalid_input',
    'This cron expression or time zone cannot be read. Nothing was changed.',
    'Five fields, as "0 9 * * 1-5", and a zone as "Europe/Berlin".',
  );
}
