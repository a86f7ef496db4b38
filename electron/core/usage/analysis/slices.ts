import { SPAN_DAY, SPAN_WEEK } from '../dimensions.ts';
import { stretches } from '../stretches.ts';
import type { Bucket, Buckets } from './buckets.ts';
import type { Calendar } from './calendar.ts';
import { inDays, inHours, type Range } from './range.ts';
import type { Slice } from './source.ts';

/** Whose days the rollups of days are. */
export interface Folded {
  readonly reporting: Calendar;
  /** The first day that is in no week and month yet. */
  readonly foldedTo: number;
  /** false: the zone was changed and they are being summed again; all is read from hours. */
  readonly isReady: boolean;
}

/** A slice whose rows belong to one bucket, or (null) each to the one of its own number. */
export interface Part {
  readonly slice: Slice;
  readonly bucket: number | null;
}

/** The fewest rollups that sum up a range of any zone: hours at its edges, whole days, weeks and months between. */
export function wholeSlices(
  range: Range,
  calendar: Calendar,
  { reporting, foldedTo, isReady }: Folded,
): readonly Slice[] {
  if (!isReady) return [{ span: 'hour', ...hoursIn(range, calendar) }];
  if (range.unit === 'day' && calendar.zone === reporting.zone) {
    return ofDays(range.first, range.last, foldedTo, 'any');
  }
  const { first: firstHour, last: lastHour } = inHours(range, calendar);
  const { first, last } = inDays({ unit: 'hour', first: firstHour, last: lastHour }, reporting);
  const firstWhole = reporting.startHour(first) === firstHour ? first : first + 1;
  const lastWhole = reporting.startHour(last + 1) - 1 === lastHour ? last : last - 1;
  // Where days begin within an hour, the hours at the edges and the days beside them would count some calls twice.
  const areAligned = reporting.startsWithHour(firstWhole) && reporting.startsWithHour(lastWhole + 1);
  if (firstWhole > lastWhole || !areAligned) return [{ span: 'hour', first: firstHour, last: lastHour }];
  const slices: Slice[] = [
    { span: 'hour', first: firstHour, last: reporting.startHour(firstWhole) - 1 },
    ...ofDays(firstWhole, lastWhole, foldedTo, 'any'),
    { span: 'hour', first: reporting.startHour(lastWhole + 1), last: lastHour },
  ];
  return slices.filter(({ first: from, last: to }) => from <= to);
}

const hoursIn = (range: Range, calendar: Calendar): Pick<Slice, 'first' | 'last'> => {
  const { first, last } = inHours(range, calendar);
  return { first, last };
};

/** The rollups that the bars of a range are read from. */
export function partsOf(range: Range, buckets: Buckets, calendar: Calendar, folded: Folded): readonly Part[] {
  const { unit, list } = buckets;
  const hours = inHours(range, calendar);
  if (unit === 'hour') return [{ slice: { span: 'hour', first: hours.first, last: hours.last }, bucket: null }];
  if (folded.isReady && range.unit === 'day' && calendar.zone === folded.reporting.zone) {
    return ofDays(range.first, range.last, folded.foldedTo, unit).flatMap((slice) =>
      slice.span === unit ? [{ slice, bucket: null }] : splitDays(slice, list),
    );
  }
  return list.flatMap((bucket, at) => {
    const first = Math.max(calendar.startHour(bucket.first), hours.first);
    const last = Math.min(calendar.startHour(bucket.last + 1) - 1, hours.last);
    if (first > last) return [];
    return wholeSlices({ unit: 'hour', first, last }, calendar, folded).map((slice) => ({ slice, bucket: at }));
  });
}

function splitDays({ span, first, last }: Slice, list: readonly Bucket[]): Part[] {
  return list.flatMap((bucket, at) => {
    const slice = { span, first: Math.max(first, bucket.first), last: Math.min(last, bucket.last) };
    return slice.first > slice.last ? [] : [{ slice, bucket: at }];
  });
}

function ofDays(first: number, last: number, foldedTo: number, unit: 'day' | 'week' | 'month' | 'any'): Slice[] {
  return stretches(foldedTo, first, last, unit).map((stretch) => ({
    span: stretch.span === SPAN_DAY ? 'day' : stretch.span === SPAN_WEEK ? 'week' : 'month',
    first: stretch.first,
    last: stretch.last,
  }));
}
