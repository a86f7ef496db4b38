import type Database from 'better-sqlite3';
import type { FORECAST_FIGURES, UsageForecast } from '../../../../shared/contract/usage-forecast.ts';
import type { UsageFilter } from '../../../../shared/contract/usage.ts';
import { AppError } from '../../../../shared/errors.ts';
import { certaintyOf, type UsageSums } from '../../../../shared/usage.ts';
import { isUnsent, OUTCOMES } from '../dimensions.ts';
import { IMPORT_CLIENTS, importClients } from '../imports/imported-call.ts';
import { dateOfDay } from '../reporting-days.ts';
import { collect } from './collect.ts';
import { bandOf, type Courses, coursesOf, HISTORY_DAYS, methodFor, threeOf } from './courses.ts';
import { daysOfData, methodInWords, sentenceOf } from './forecast-words.ts';
import { restOfDay } from './rest-of-day.ts';
import { inDays, rangeOf, type RangeText } from './range.ts';
import { Columns } from './sums.ts';
import { type Asked, type View, viewOf } from './view.ts';

export type ForecastFigure = (typeof FORECAST_FIGURES)[number];

export interface ForecastQuery extends RangeText, Asked {
  readonly figure: ForecastFigure;
  readonly zone?: string | undefined;
  readonly filter?: UsageFilter | undefined;
  readonly limit?: number | undefined;
  /** Whether imported calls count; left out: they do. */
  readonly imports?: boolean | undefined;
  /** Only calls that went to a provider; left out: all. */
  readonly sentOnly?: boolean | undefined;
}

const MOST_DAYS = 400;
const ENOUGH_DAYS = 7;

/**
 * What a period will come to by its end, as a band; and when a budget is used up. Never a single number. Method: courses.ts.
 * @throws AppError `invalid_input`.
 */
export function usageForecast(db: Database.Database, query: ForecastQuery): UsageForecast {
  const { calendar, view, range, first, last, today } = periodOf(db, query);
  const values = valuesOf(db, { ...query, ...range }, view);
  const start = view.range.first;
  const figures = figureOf(query.figure, values);
  const of = (day: number) => figures[day - start] ?? 0;
  const [from, to] = [Math.max(0, today - HISTORY_DAYS - start), today - start];
  const counted = historyOf(figures.slice(from, to), values.requests.slice(from, to));
  const actual = cumulated(first, Math.min(last, today), of);
  const used = actual.at(-1) ?? 0;
  const startsAt = Math.max(first, today);
  const ahead = Math.max(0, last - startsAt + 1);
  const isCost = query.figure === 'cost';
  const drawn = sumsBetween(values, Math.min(first, today - counted.length) - start, today - start);
  const isUnknown = isCost && ahead > 0 && counted.length > 0 && isMostlyUnknown(drawn);
  const method = isUnknown ? 'unknown-cost' : methodFor(counted.length);
  const isDrawn = method !== 'none' && method !== 'unknown-cost';
  const hasRest = isDrawn && first <= today && today <= last;
  const drawnOn = { first: today - counted.length, last: today - 1 };
  const rest = hasRest
    ? restOfDay(
        db,
        query,
        { ...drawnOn, less: uncounted(db, query), figureOf: (some) => figureOf(query.figure, some) },
        calendar,
      )
    : null;
  const courses = isDrawn ? coursesOf(counted, ahead, today, of(today), rest?.shares ?? [], startsAt) : null;
  const before = used - (today >= first && today <= last ? of(today) : 0);
  const projected = courses === null ? [] : sumsOfCourses(courses, before);
  const bands = projected.map(bandOf);
  const limit = query.limit ?? null;
  const length = last - first + 1;
  const forecast: Omit<UsageForecast, 'sentence'> = {
    figure: query.figure,
    zone: calendar.zone,
    from: dateOfDay(first),
    to: dateOfDay(last),
    asOf: new Date(query.nowMs).toISOString(),
    method: {
      name: method,
      restOfToday: rest?.by ?? null,
      text: methodInWords(method, rest?.by ?? null),
      daysOfData: counted.length,
    },
    used,
    usedCertainty: isCost ? certaintyOf(sumsBetween(values, first - start, Math.min(last, today) - start)) : 'known',
    unpriced: isCost ? drawn.unpriced : 0,
    end: ahead === 0 ? null : (bands.at(-1) ?? null),
    limit,
    exhausted: limit === null ? null : exhaustionOf(limit, { first, startsAt, actual, projected, isOver: ahead === 0 }),
    points: Array.from({ length }, (_, at) => ({
      day: dateOfDay(first + at),
      ideal: limit === null ? null : Math.round((limit * (at + 1)) / length),
      actual: actual[at] ?? null,
      projected: bands[first + at - startsAt] ?? null,
    })),
    remarks: [
      ...view.remarks.filter(({ code }) => code === 'unknown-name'),
      ...(counted.length < ENOUGH_DAYS
        ? [{ code: 'few-days' as const, text: `${daysOfData(counted.length)} to go by.` }]
        : []),
    ],
  };
  return { ...forecast, sentence: sentenceOf(forecast) };
}

function periodOf(db: Database.Database, query: ForecastQuery) {
  const from = query.from ?? 'this-month';
  const given = { ...query, from, to: query.to ?? (query.from === undefined ? 'this-month' : undefined) };
  const zone = viewOf(db, { ...query, from: 'today', to: 'today' }, null, 'day');
  const { calendar, firstHour } = zone;
  const { first, last } = inDays(rangeOf(given, { calendar, nowMs: query.nowMs, firstHour }), calendar);
  if (last - first >= MOST_DAYS) {
    throw new AppError(
      'invalid_input',
      'The period is longer than can be forecast. Nothing was summed.',
      `Ask for at most ${MOST_DAYS} days.`,
    );
  }
  const today = calendar.dayOfMs(query.nowMs);
  const begin = Math.max(0, Math.min(first, today - HISTORY_DAYS));
  const range = { from: dateOfDay(begin), to: dateOfDay(Math.max(today, begin)) };
  return { calendar, range, first, last, today, view: viewOf(db, { ...query, ...range }, null, 'day') };
}

type Values = Readonly<Record<keyof UsageSums, readonly number[]>>;

/** By day of the view, less what does not count. */
function valuesOf(db: Database.Database, query: ForecastQuery, view: View): Values {
  let values = summed(db, view);
  for (const filter of uncounted(db, query)) {
    const taken = summed(db, viewOf(db, { ...query, filter: { ...query.filter, ...filter } }, null, 'day'));
    const rest = Object.entries(values).map(([name, figures]) => {
      const off = taken[name as keyof UsageSums];
      return [name, figures.map((figure, at) => figure - (off[at] ?? 0))];
    });
    values = Object.fromEntries(rest) as Values;
  }
  return values;
}

/** No call is in two of them: what is imported was sent. */
function uncounted(db: Database.Database, { imports, sentOnly, figure, filter }: ForecastQuery): UsageFilter[] {
  // A filter by client names the calls of that client, and no import.
  const hasImports = imports === false && filter?.client === undefined && importClients(db).length > 0;
  // Calls that were not sent cost nothing and take no tokens.
  const hasUnsent = sentOnly === true && figure === 'requests' && filter?.outcome === undefined;
  return [
    ...(hasImports ? [{ client: Object.values(IMPORT_CLIENTS).map(({ id }) => id) }] : []),
    ...(hasUnsent ? [{ outcome: OUTCOMES.filter(isUnsent) }] : []),
  ];
}

function summed(db: Database.Database, view: View): Values {
  const columns = collect(db, view.totals, null, view.buckets, view.parts(view.range, view.buckets)).get(0);
  return (columns ?? new Columns(view.buckets.list.length)).values();
}

function figureOf(figure: ForecastFigure, values: Values): number[] {
  if (figure === 'requests') return [...values.requests];
  if (figure === 'cost') return [...values.knownCostMicroUsd];
  return values.inputTokens.map(
    (input, at) =>
      input + (values.cacheReadTokens[at] ?? 0) + (values.cacheWriteTokens[at] ?? 0) + (values.outputTokens[at] ?? 0),
  );
}

/**
 * Whole days since there is something to go by: those before the first call say nothing, and that one is a part of a day. A
 * day with calls is a day of data, also where what they cost is not known.
 */
function historyOf(days: readonly number[], requests: readonly number[]): readonly number[] {
  const begun = requests.findIndex((calls) => calls > 0);
  return begun === -1 ? [] : days.slice(begun === 0 ? 0 : begun + 1);
}

const SUMMED = ['requests', 'unpriced', 'incomplete', 'knownCostMicroUsd'] as const;
type Summed = Readonly<Record<(typeof SUMMED)[number], number>>;

/** Days by their place in the values, first and last included. */
function sumsBetween(values: Values, first: number, last: number): Summed {
  const sum = (list: readonly number[]): number =>
    list.slice(Math.max(0, first), last + 1).reduce((all, one) => all + one, 0);
  return Object.fromEntries(SUMMED.map((name) => [name, sum(values[name])])) as Summed;
}

/** Where most calls have no price, what is known of their cost is no ground for a forecast. */
const isMostlyUnknown = (sums: Summed): boolean => certaintyOf(sums) === 'unknown' || sums.unpriced * 2 > sums.requests;

function cumulated(first: number, last: number, of: (day: number) => number): number[] {
  const all: number[] = [];
  for (let day = first; day <= last; day += 1) all.push((all.at(-1) ?? 0) + of(day));
  return all;
}

/** What each course has come to by the end of each day. */
function sumsOfCourses({ days, count }: Courses, before: number): Float64Array[] {
  const so = new Float64Array(count).fill(before);
  return days.map((day) => {
    for (let course = 0; course < count; course += 1) so[course] = (so[course] ?? 0) + (day[course] ?? 0);
    return so.slice();
  });
}

interface Progress {
  readonly first: number;
  readonly startsAt: number;
  readonly actual: readonly number[];
  readonly projected: readonly Float64Array[];
  readonly isOver: boolean;
}

function exhaustionOf(
  limit: number,
  { first, startsAt, actual, projected, isOver }: Progress,
): UsageForecast['exhausted'] {
  const since = actual.findIndex((so) => so >= limit);
  if (since !== -1) {
    const day = dateOfDay(first + since);
    return { since: day, chance: 1, early: day, middle: day, late: day };
  }
  const none = { since: null, early: null, middle: null, late: null };
  if (isOver) return { ...none, chance: 0 };
  const count = projected[0]?.length ?? 0;
  if (count === 0) return { ...none, chance: null };
  const days = Array.from({ length: count }, (_, course) => {
    const at = projected.findIndex((so) => (so[course] ?? 0) >= limit);
    return at === -1 ? Number.POSITIVE_INFINITY : startsAt + at;
  }).toSorted((one, other) => one - other);
  const shown = (day: number | undefined) => (day === undefined || !Number.isFinite(day) ? null : dateOfDay(day));
  const [early, middle, late] = threeOf(days);
  const chance = days.filter((day) => Number.isFinite(day)).length / count;
  return { since: null, chance, early: shown(early), middle: shown(middle), late: shown(late) };
}
