import type Database from 'better-sqlite3';
import type { UsageFilter, UsageRemark } from '../../../../shared/contract/usage.ts';
import { type BucketUnit, type Buckets, bucketsOf, unitFor } from './buckets.ts';
import { type Calendar, calendarOf } from './calendar.ts';
import { type NumberedFilter, numbered } from './names.ts';
import { inDays, inHours, type Range, rangeOf, type RangeText } from './range.ts';
import { hasDaysOf, readUsageState } from '../state-table.ts';
import { type Folded, type Part, partsOf, wholeSlices } from './slices.ts';
import {
  areHoursKept,
  areRecordsKept,
  type By,
  firstHour,
  MOST_RECORD_HOURS,
  type Slice,
  type Source,
} from './source.ts';

/** What every question needs beside itself: it asks no clock and no vault. */
export interface Asked {
  /** The reporting zone: whose days the day rollups are (IANA). */
  readonly reportingZone: string;
  readonly nowMs: number;
}

export interface ViewQuery extends RangeText, Asked {
  readonly zone?: string | undefined;
  readonly filter?: UsageFilter | undefined;
}

/** A range, and where its sums are to be read from. */
export interface View {
  readonly calendar: Calendar;
  readonly range: Range;
  readonly unit: BucketUnit;
  readonly buckets: Buckets;
  /** Of the sums of everything. */
  readonly totals: Source;
  /** Of the sums by name; the same calls. */
  readonly series: Source;
  /** What the bars of a range are read from. */
  readonly parts: (range: Range, buckets: Buckets) => readonly Part[];
  /** What a range is read from where bars do not matter. */
  readonly slices: (range: Range) => readonly Slice[];
  readonly firstHour: number | null;
  readonly remarks: readonly UsageRemark[];
}

/** @throws AppError `invalid_input`. @param by - whose names get sums of their own; two dimensions need combinations. */
export function viewOf(
  db: Database.Database,
  query: ViewQuery,
  by: By,
  asked: BucketUnit | 'auto',
  otherwise = '30d',
): View {
  const reporting = calendarOf(query.reportingZone);
  const wanted = calendarOf(query.zone ?? query.reportingZone);
  const { filter, remarks } = numbered(db, query.filter);
  const first = firstHour(db);
  const range = rangeOf(query, { calendar: wanted, nowMs: query.nowMs, firstHour: first }, otherwise);
  const unit = unitFor(asked, range, wanted);
  const source = dimensionOf(filter, by);
  if (source !== null) {
    const foldedTo = readUsageState(db)?.foldedTo ?? 0;
    const folded: Folded = { reporting, foldedTo, isReady: hasDaysOf(db, reporting.zone) };
    return {
      ...source,
      parts: (some, buckets) => partsOf(some, buckets, wanted, folded),
      slices: (some) => wholeSlices(some, wanted, folded),
      ...{ calendar: wanted, range, unit, buckets: bucketsOf(range, unit, wanted), firstHour: first },
      remarks: [...remarks, ...early(range, wanted, first)],
    };
  }
  return combined(db, { firstHour: first, filter, range, unit, wanted, reporting, remarks });
}

/** null where combinations are needed. */
export function dimensionOf(filter: NumberedFilter, by: By): Pick<View, 'totals' | 'series'> | null {
  if (by !== null && typeof by !== 'string') return null;
  const [only, ...more] = filter;
  if (only === undefined) {
    const totals: Source = { kind: 'dimension', dimension: 'all', names: null };
    return { totals, series: by === null ? totals : { kind: 'dimension', dimension: by, names: null } };
  }
  if (more.length > 0 || (by !== null && by !== only[0])) return null;
  const source: Source = { kind: 'dimension', dimension: only[0], names: only[1] };
  return { totals: source, series: source };
}

interface Combined {
  readonly filter: NumberedFilter;
  readonly range: Range;
  readonly unit: BucketUnit;
  readonly wanted: Calendar;
  readonly reporting: Calendar;
  readonly firstHour: number | null;
  readonly remarks: readonly UsageRemark[];
}

/**
 * Several names at once: by hour from single calls where it is a matter of few days, else by the days of the vault, with
 * single calls for the hours beside them. Where those are gone, and where bars or days are not those of the vault, whole days
 * are counted.
 */
function combined(db: Database.Database, { filter, range, unit, wanted, reporting, ...rest }: Combined): View {
  const hours = inHours(range, wanted);
  const isShort = hours.last - hours.first + 1 <= MOST_RECORD_HOURS;
  const wantsHours = unit === 'hour' || range.unit === 'hour' || wanted.zone !== reporting.zone;
  if (wantsHours && isShort && areRecordsKept(db, hours.first, hours.last)) {
    const source: Source = { kind: 'records', filter };
    return {
      ...{ totals: source, series: source, ...onlyHours(wanted) },
      ...{ calendar: wanted, range, unit, buckets: bucketsOf(range, unit, wanted), firstHour: rest.firstHour },
      remarks: [...rest.remarks, ...early(range, wanted, rest.firstHour)],
    };
  }
  const folded: Folded = { reporting, foldedTo: readUsageState(db)?.foldedTo ?? 0, isReady: true };
  const byDays = unit === 'hour' ? 'day' : unit;
  const source: Source = { kind: 'cells', filter };
  const forDays = unit === 'hour' ? [DAYS_ONLY, NO_LATENCY] : [NO_LATENCY];
  if (range.unit === 'hour' && wanted.zone === reporting.zone) {
    const slices = (some: Range): readonly Slice[] => wholeSlices(some, wanted, folded);
    if (areHoursKept(db, slices(range))) {
      return {
        ...{ totals: source, series: source, slices },
        parts: (some, buckets) => partsOf(some, buckets, wanted, folded),
        ...{ calendar: wanted, range, unit: byDays, buckets: bucketsOf(range, byDays, wanted) },
        ...{
          firstHour: rest.firstHour,
          remarks: [...rest.remarks, ...early(range, wanted, rest.firstHour), ...forDays],
        },
      };
    }
  }
  const days = inDays(range, reporting);
  const whole = range.unit === 'day' && wanted.zone !== reporting.zone ? inDays(hours, reporting) : days;
  const remarks = [...rest.remarks, ...early(whole, reporting, rest.firstHour)];
  if (range.unit === 'hour' || wanted.zone !== reporting.zone) remarks.push(WHOLE_DAYS);
  remarks.push(...forDays);
  return {
    ...{ totals: source, series: source, ...wholeDays(reporting, folded) },
    ...{ calendar: reporting, range: whole, unit: byDays, buckets: bucketsOf(whole, byDays, reporting) },
    ...{ firstHour: rest.firstHour, remarks },
  };
}

const DAYS_ONLY: UsageRemark = {
  code: 'days-only',
  text: 'Combinations of names are summed by day only, so the bars are days.',
};
/** For sources without hours. */
function wholeDays(calendar: Calendar, folded: Folded): Pick<View, 'parts' | 'slices'> {
  return {
    parts: (range, buckets) => partsOf(range, buckets, calendar, folded),
    slices: (range) => wholeSlices(inDays(range, calendar), calendar, folded),
  };
}

function onlyHours(calendar: Calendar): Pick<View, 'parts' | 'slices'> {
  const slices = (range: Range): Slice[] => [{ ...inHours(range, calendar), span: 'hour' }];
  return {
    slices,
    parts: (range, buckets) =>
      buckets.unit === 'hour'
        ? slices(range).map((slice) => ({ slice, bucket: null }))
        : buckets.list.flatMap(({ first, last }, at) => {
            const hours = inHours(range, calendar);
            const [from, to] = [calendar.startHour(first), calendar.startHour(last + 1) - 1];
            const slice: Slice = { span: 'hour', first: Math.max(from, hours.first), last: Math.min(to, hours.last) };
            return [{ slice, bucket: at }];
          }),
  };
}

export const WHOLE_DAYS: UsageRemark = {
  code: 'whole-days',
  text: 'Combinations of names are summed by day, and single calls of these hours are not kept or too many, so whole days of the reporting zone are counted.',
};
const NO_LATENCY: UsageRemark = {
  code: 'no-latency',
  text: 'Percentiles of latency and savings are not kept for several filters at once.',
};

function early(range: Range, calendar: Calendar, first: number | null): UsageRemark[] {
  if (first === null || inHours(range, calendar).first >= first) return [];
  return [{ code: 'before-collection', text: 'The range begins before the first call was counted.' }];
}
