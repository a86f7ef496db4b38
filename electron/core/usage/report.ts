import type Database from 'better-sqlite3';
import type { UsageBy, UsageRow } from '../../../shared/usage.ts';
import type { UsageFilter, UsageRemark } from '../../../shared/contract/usage.ts';
import { calendarOf, LAST_DAY } from './analysis/calendar.ts';
import { numbered, shownNames } from './analysis/names.ts';
import { inDays, type Range, rangeOf } from './analysis/range.ts';
import { wholeSlices } from './analysis/slices.ts';
import { areHoursKept, lastHour, readSums, type Slice, type Source } from './analysis/source.ts';

import { addFigures, type Figures, noFigures, usageRowOf } from './analysis/sums.ts';
import { dimensionOf, WHOLE_DAYS } from './analysis/view.ts';
import { NAME_KINDS, type NameKind, numberOf } from './dimensions.ts';
import { dateOfDay, HOUR_MS } from './reporting-days.ts';
import { hasDaysOf, readUsageState } from './state-table.ts';

export interface ReportQuery {
  readonly by: UsageBy;
  /** A day of the reporting zone, a time (its hour) or a word for one; left out: from the beginning. */
  readonly from?: string | undefined;
  /** A day, which is included, a time (up to its hour) or a word; left out: all there is. */
  readonly to?: string | undefined;
  readonly filter?: UsageFilter | undefined;
  /** Only what this client's token was used for. */
  readonly clientId?: string | undefined;
}
export interface UsageReport {
  readonly by: UsageBy;
  readonly zone: string;
  readonly rows: readonly UsageRow[];
  readonly remarks: readonly UsageRemark[];
}
/** The reporting zone (IANA), and the time that words are meant from. */
export interface ReportContext {
  readonly zone: string;
  readonly nowMs: number;
}

/**
 * Sums rollups. Whole days come from the days of the reporting zone, times from the hours; several filters at once, and one
 * client's own use, from the combinations, which are kept by whole days. Only the hours beside whole days are then summed
 * from single calls; where those are no longer kept, whole days are counted, and a remark says so.
 * @throws AppError `invalid_input` where `from` or `to` is no day or time, or they are the wrong way round.
 */
export function usageReport(db: Database.Database, query: ReportQuery, { zone, nowMs }: ReportContext): UsageReport {
  const calendar = calendarOf(zone);
  const range = reportRange(db, query, zone, nowMs);
  const { filter: asked, remarks } = numbered(db, query.filter);
  const filter = query.clientId === undefined ? asked : new Map(asked).set('client', clientNumber(db, query.clientId));
  const by: NameKind | null = query.by === 'day' ? null : query.by;
  // All that one client asks for is read from the combinations, so that its answers agree whatever they are summed by.
  const single = query.clientId === undefined ? dimensionOf(filter, by) : null;
  const source: Source = single?.series ?? { kind: 'cells', filter };
  const foldedTo = readUsageState(db)?.foldedTo ?? 0;
  // Nothing is folded where each day has a row of its own.
  const isReady = source.kind === 'cells' || hasDaysOf(db, zone);
  const folded = { reporting: calendar, foldedTo: by === null ? 0 : foldedTo, isReady };
  const exact: readonly Slice[] = wholeSlices(range, calendar, folded);
  const isWidened = source.kind === 'cells' && !areHoursKept(db, exact);
  const slices = isWidened ? wholeSlices(inDays(range, calendar), calendar, folded) : exact;
  const sums = new Map<number, Figures>();
  for (const slice of slices) {
    for (const [bucket = 0, name = 0, ...figures] of readSums(db, source, by, slice, by === null)) {
      const key = by === null ? (slice.span === 'hour' ? calendar.dayOfHour(bucket) : bucket) : name;
      const known = sums.get(key);
      if (known === undefined) sums.set(key, figures);
      else addFigures(known, figures);
    }
  }
  const rows =
    by === null
      ? [...sums].map(([day, figures]) => usageRowOf(dateOfDay(day), figures)).toSorted(byKey)
      : byShownName(db, sums).toSorted(dearestFirst);
  const refused = query.clientId === undefined ? refusedIn(db, query, { zone, nowMs }) : [];
  return { by: query.by, zone, rows, remarks: [...remarks, ...(isWidened ? [WHOLE_DAYS] : []), ...refused] };
}

const grouped = new Intl.NumberFormat('en');

/** A quota beside it counts fewer: what was refused before it was sent is a request here, and in no quota. */
function refusedIn(db: Database.Database, query: ReportQuery, context: ReportContext): UsageRemark[] {
  if (query.filter?.outcome !== undefined) return []; // asked for by name
  const filter = { ...query.filter, outcome: ['refused'] };
  const { rows } = usageReport(db, { ...query, by: 'day', filter }, context);
  const count = rows.reduce((so, { requests }) => so + requests, 0);
  if (count === 0) return [];
  const calls = count === 1 ? '1 of the requests was' : `${grouped.format(count)} of the requests were`;
  return [{ code: 'refused', text: `${calls} refused before being sent, and no quota counts that.` }];
}

/** What is left out reaches to all there is, also where a clock was ahead. */
function reportRange(db: Database.Database, { from, to }: ReportQuery, zone: string, nowMs: number): Range {
  const range = rangeOf(
    { from, to: to ?? '9999-12-30' },
    { calendar: calendarOf(zone), nowMs, firstHour: 0 },
    '1970-01-01',
  );
  if (range.unit === 'day') return range;
  const end = to === undefined ? Math.max(Math.floor(nowMs / HOUR_MS), lastHour(db) ?? 0, range.first) : LAST_DAY * 24;
  return { ...range, last: Math.min(range.last, end) };
}

function clientNumber(db: Database.Database, clientId: string): readonly number[] {
  const id: unknown = db
    .prepare('SELECT id FROM usage_name WHERE kind = ? AND name = ?')
    .pluck()
    .get(numberOf(NAME_KINDS, 'client'), clientId);
  return typeof id === 'number' ? [id] : [];
}

/** Two things may be known by one name: a key that was deleted and its successor. */
function byShownName(db: Database.Database, sums: ReadonlyMap<number, Figures>): UsageRow[] {
  const shown = shownNames(db, sums.keys());
  const merged = new Map<string, Figures>();
  for (const [number, figures] of sums) {
    const key = shown.get(number) ?? '';
    const known = merged.get(key) ?? noFigures();
    addFigures(known, figures);
    merged.set(key, known);
  }
  return [...merged].map(([key, figures]) => usageRowOf(key, figures));
}

function byKey(one: UsageRow, other: UsageRow): number {
  return one.key < other.key ? -1 : 1;
}

function dearestFirst(one: UsageRow, other: UsageRow): number {
  return other.knownCostMicroUsd - one.knownCostMicroUsd || other.requests - one.requests || byKey(one, other);
}
