import type Database from 'better-sqlite3';
import type { RestOfToday } from '../../../../shared/contract/usage-forecast.ts';
import type { UsageFilter } from '../../../../shared/contract/usage.ts';
import type { UsageSums } from '../../../../shared/usage.ts';
import { dateOfDay, HOUR_MS } from '../reporting-days.ts';
import { type Calendar, isWeekend } from './calendar.ts';
import { collect } from './collect.ts';
import { Columns } from './sums.ts';
import { type Asked, type View, viewOf } from './view.ts';

const HOURS_A_DAY = 24;

export interface RestQuery extends Asked {
  readonly zone?: string | undefined;
  readonly filter?: UsageFilter | undefined;
}

/** How much of a day is left at this hour, by days that were: one of these is drawn for each course. */
export interface RestOfDay {
  readonly by: RestOfToday;
  /** Each from 0 to 1. None: nothing was used on any of these days. */
  readonly shares: readonly number[];
}

interface Wanted {
  /** Calls that do not count. */
  readonly less: readonly UsageFilter[];
  /** Days to go by, first and last included, all of them whole. */
  readonly first: number;
  readonly last: number;
  readonly figureOf: (values: Readonly<Record<keyof UsageSums, readonly number[]>>) => readonly number[];
}

/**
 * What of a day came after this hour on the wall, on the days given: those of the same kind as today (working days, weekends)
 * on which anything was used, else any. Hours are kept for one name only: for several at once the hours of the one with the
 * least use are taken, which come nearest to theirs.
 */
export function restOfDay(db: Database.Database, query: RestQuery, wanted: Wanted, calendar: Calendar): RestOfDay {
  const today = calendar.dayOfMs(query.nowMs);
  const asked = { ...query, zone: calendar.zone };
  const own = sharesBy(db, asked, wanted, calendar);
  const found = own ?? nearest(db, asked, wanted, calendar);
  const days = found?.shares ?? new Map<number, number>();
  const alike = [...days].filter(([day]) => isWeekend(day) === isWeekend(today));
  const shares = (alike.length > 0 ? alike : [...days]).map(([, share]) => share);
  return { by: own?.isExact === true ? 'hours' : 'hours-of-more', shares };
}

interface Shares {
  /** Nothing is in them that was not asked for. */
  readonly isExact: boolean;
  readonly used: number;
  /** By day; none of those on which nothing was used. */
  readonly shares: ReadonlyMap<number, number>;
}

function nearest(db: Database.Database, query: RestQuery, wanted: Wanted, calendar: Calendar): Shares | null {
  const each = Object.entries(query.filter ?? {}).flatMap(([kind, names]) => {
    const found = sharesBy(db, { ...query, filter: { [kind]: names } }, wanted, calendar);
    return found === null || found.used === 0 ? [] : [found];
  });
  return each.toSorted((one, other) => one.used - other.used)[0] ?? null;
}

/** null where no hours are kept of what is asked. */
function sharesBy(db: Database.Database, query: RestQuery, wanted: Wanted, calendar: Calendar): Shares | null {
  const { less, figureOf } = wanted;
  const viewed = (filter: UsageFilter | undefined): View | null => {
    const range = { from: dateOfDay(wanted.first), to: dateOfDay(wanted.last) };
    const view = viewOf(db, { ...query, ...range, filter }, null, 'hour');
    return view.unit === 'hour' ? view : null;
  };
  const view = viewed(query.filter);
  if (view === null) return null;
  const taken = less.flatMap((filter) => viewed({ ...query.filter, ...filter }) ?? []);
  const columns = byHour(db, view).without(taken.map((some) => byHour(db, some)));
  const figures = figureOf(columns.values());
  const after = restOfHours(calendar, query.nowMs);
  const days = new Map<number, { all: number; left: number }>();
  let used = 0;
  for (const [at, { first: hour }] of view.buckets.list.entries()) {
    const figure = figures[at] ?? 0;
    if (figure <= 0) continue;
    used += figure;
    const day = calendar.dayOfHour(hour);
    const so = days.get(day) ?? { all: 0, left: 0 };
    days.set(day, { all: so.all + figure, left: so.left + figure * after(hour) });
  }
  const shares = new Map([...days].map(([day, { all, left }]) => [day, left / all] as const));
  return { used, shares, isExact: taken.length === less.length };
}

/** By the clock on the wall: 0 for the hours before this one, 1 for those after it, of this one the part that is left. */
function restOfHours(calendar: Calendar, nowMs: number): (hour: number) => number {
  const now = Math.floor(nowMs / HOUR_MS);
  const onTheWall = calendar.hourOfWeek(now) % HOURS_A_DAY;
  const left = 1 - (nowMs - now * HOUR_MS) / HOUR_MS;
  return (hour) => {
    const since = (calendar.hourOfWeek(hour) % HOURS_A_DAY) - onTheWall;
    if (since === 0) return left;
    return since > 0 ? 1 : 0;
  };
}

function byHour(db: Database.Database, { totals, range, buckets, parts }: View): Columns {
  return collect(db, totals, null, buckets, parts(range, buckets)).get(0) ?? new Columns(buckets.list.length);
}
