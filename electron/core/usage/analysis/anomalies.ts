import type Database from 'better-sqlite3';
import type { UsageAnomaly } from '../../../../shared/contract/usage-forecast.ts';
import type { UsageFilter, UsageRemark } from '../../../../shared/contract/usage.ts';
import { isLentName } from '../../../../shared/lent-name.ts';
import { dayInWords } from '../../../../shared/moment-words.ts';
import { amountInWords, roundAmountInWords } from '../../../../shared/quota-words.ts';
import type { NameKind } from '../dimensions.ts';
import { dateOfDay, HOUR_MS } from '../reporting-days.ts';
import { fitting } from './anomalies-filter.ts';
import { type Calendar, calendarOf, weekday } from './calendar.ts';
import { errorBursts } from './error-bursts.ts';
import { importClients } from '../imports/imported-call.ts';
import { hasDaysOf } from '../state-table.ts';
import { numbered, type NumberedFilter, shownNames } from './names.ts';
import { inDays, rangeOf, type RangeText } from './range.ts';
import { firstHour, readSums, type Source, type SumRow } from './source.ts';
import { unusualHours } from './unusual-hours.ts';
import { type Asked, dimensionOf } from './view.ts';

/** A spend is sudden from so many times the usual on. */
const TIMES_THE_USUAL = 3;
/** Less than that is no matter, whatever the usual is: micro-USD. */
const LEAST_SPEND = 500_000;
const WEEKS_BACK = 8;
/** Fewer days of the same weekday say nothing about what is usual. */
const LEAST_WEEKS = 2;
const COST_AT = 2 + 9; // bucket, name, then the figures of ROLLUP_SUMS
const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];

export interface AnomaliesQuery extends RangeText, Asked {
  readonly filter?: UsageFilter | undefined;
}

export interface Anomalies {
  readonly zone: string;
  readonly anomalies: UsageAnomaly[];
  readonly remarks: UsageRemark[];
}

/**
 * What is out of the usual in a range of days, latest first; each with an id that stays. The last piece has it; before it
 * come pieces of nothing, so that what somebody waits for has its turn in between: all of it takes longer than any report.
 * @throws AppError `invalid_input`.
 */
export function* usageAnomalies(
  db: Database.Database,
  query: AnomaliesQuery,
): Generator<Anomalies | null, undefined, undefined> {
  const calendar = calendarOf(query.reportingZone);
  const since = firstHour(db);
  const range = rangeOf(query, { calendar, nowMs: query.nowMs, firstHour: since }, '30d');
  const { filter, remarks } = numbered(db, query.filter);
  if (since === null) {
    yield { zone: calendar.zone, anomalies: [], remarks: [...remarks] };
    return;
  }
  const { first, last: asked } = inDays(range, calendar);
  const last = Math.min(asked, calendar.dayOfMs(query.nowMs));
  const begun = calendar.dayOfHour(since);
  const days = { calendar, first: Math.max(first, begun), last, begun };
  const anomalies: UsageAnomaly[] = [];
  for (const look of [newClients, errorBursts]) {
    anomalies.push(...look(db, days));
    yield null;
  }
  anomalies.push(...(yield* unusualHours(db, days)));
  const fit = fitting(db, filter, anomalies);
  fit.push(...suddenSpends(db, days, filter));
  yield {
    zone: calendar.zone,
    anomalies: fit.toSorted((one, other) => (one.at === other.at ? 0 : one.at < other.at ? 1 : -1)),
    remarks: [...remarks],
  };
}

export interface Days {
  readonly calendar: Calendar;
  readonly first: number;
  readonly last: number;
  /** The day of the first call that was ever counted. */
  readonly begun: number;
}

const startOf = (day: number, calendar: Calendar): string => new Date(calendar.startMs(day)).toISOString();

/**
 * A day above three times the median of the same weekdays before it, with the key that most of the rise is of. With a
 * filter: of the calls that pass it.
 */
function suddenSpends(db: Database.Database, days: Days, filter: NumberedFilter): UsageAnomaly[] {
  const { calendar, first, last, begun } = days;
  const from = first - WEEKS_BACK * 7;
  const all = costs(db, null, { calendar, first: from, last, filter }).get(0) ?? new Map<number, number>();
  // What began lately has no usual yet: the weeks before it are no weeks of nothing.
  const since = filter.size === 0 ? begun : Math.max(begun, Math.min(...all.keys()));
  const chosen = [...filter].map(([kind, names]) => `:${kind}=${names.join('+')}`).join('');
  const found: UsageAnomaly[] = [];
  for (let day = first; day <= last; day += 1) {
    const value = all.get(day) ?? 0;
    const usual = usualOf(all, day, since);
    if (usual === null || value < LEAST_SPEND || value <= TIMES_THE_USUAL * usual) continue;
    const culprit = culpritOf(db, day, begun, { calendar, filter });
    const date = dateOfDay(day);
    const cost = filter.size === 0 ? `${dayInWords(date)} cost` : `On ${dayInWords(date)} the calls looked at cost`;
    const most =
      culprit === null ? '' : ` Most of the rise, ${dollars(culprit.rise)}, is of ${culprit.subject}${culprit.model}.`;
    found.push({
      id: `spend:${date}${chosen}`,
      kind: 'spend',
      at: startOf(day, calendar),
      day: date,
      subject: culprit?.subject ?? 'all',
      dimension: 'credential',
      key: culprit?.key ?? null,
      ...{ from: date, to: date },
      value,
      usual,
      text: `${cost} ${dollars(value)}; on a ${WEEKDAYS[weekday(day)]} ${dollars(usual)} is usual.${most}`,
    });
  }
  return found;
}

const dollars = (microUsd: number): string => roundAmountInWords(microUsd, 'cost');

/** The median of the same weekdays of the weeks before; null where there are too few. */
function usualOf(byDay: ReadonlyMap<number, number>, day: number, begun: number): number | null {
  const before: number[] = [];
  // The day on which counting began is no whole one.
  for (let week = 1; week <= WEEKS_BACK && day - week * 7 > begun; week += 1)
    before.push(byDay.get(day - week * 7) ?? 0);
  if (before.length < LEAST_WEEKS) return null;
  const sorted = before.toSorted((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  const [one, other] = [sorted[middle] ?? 0, sorted[sorted.length % 2 === 1 ? middle : middle - 1] ?? 0];
  return Math.round((one + other) / 2);
}

function culpritOf(
  db: Database.Database,
  day: number,
  begun: number,
  given: Pick<Stretch, 'calendar'> & { readonly filter: NumberedFilter },
) {
  const rises = (dimension: 'credential' | 'model') => {
    const byName = costs(db, dimension, { ...given, first: day - WEEKS_BACK * 7, last: day });
    return [...byName]
      .map(([name, byDay]) => ({ name, rise: (byDay.get(day) ?? 0) - (usualOf(byDay, day, begun) ?? 0) }))
      .toSorted((one, other) => other.rise - one.rise)[0];
  };
  const key = rises('credential');
  const model = rises('model');
  if (key === undefined || key.rise <= 0) return null;
  const shown = shownNames(db, [key.name, ...(model === undefined ? [] : [model.name])]);
  const named = model === undefined ? '' : (shown.get(model.name) ?? '');
  const name = shown.get(key.name) ?? '';
  return {
    key: name,
    subject: name === '' ? 'no key of the vault' : name,
    rise: key.rise,
    model: named === '' ? '' : `, and the model that rose most is ${named}`,
  };
}

/** By name, then by day. */
function costs(
  db: Database.Database,
  by: NameKind | null,
  { filter, ...days }: Stretch & { readonly filter: NumberedFilter },
): Map<number, Map<number, number>> {
  const all = new Map<number, Map<number, number>>();
  const source = dimensionOf(filter, by)?.series ?? { kind: 'cells', filter };
  for (const row of byDay(db, source, by, days)) {
    const [day = 0, name = 0] = row;
    let ofName = all.get(name);
    if (ofName === undefined) all.set(name, (ofName = new Map<number, number>()));
    ofName.set(day, (ofName.get(day) ?? 0) + (row[COST_AT] ?? 0));
  }
  return all;
}

type Stretch = Pick<Days, 'calendar' | 'first' | 'last'>;

/** Day, name, then the figures. Several rows for a day and name where the days are being summed again in another zone. */
function byDay(db: Database.Database, source: Source, by: NameKind | null, stretch: Stretch): SumRow[] {
  const { calendar, first, last } = stretch;
  if (hasDaysOf(db, calendar.zone)) return readSums(db, source, by, { span: 'day', first, last }, true);
  // Combinations have no hours: until the days are summed again there is nothing to go by.
  if (source.kind === 'cells') return [];
  const hours = { span: 'hour', first: calendar.startHour(first), last: calendar.startHour(last + 1) - 1 } as const;
  return readSums(db, source, by, hours, true).map(([hour = 0, ...rest]) => [calendar.dayOfHour(hour), ...rest]);
}

interface Appearance {
  readonly subject: string;
  readonly ids: Set<number>;
  day: number;
  requests: number;
}

/**
 * Clients that were never counted before, from the day after counting began on: then every one is new. One that was made
 * anew under an old name is another one; programs that `keyharbor run` lends a token to are told apart by their names alone.
 * The anomaly has the number of the first of them, which stays.
 */
function newClients(db: Database.Database, { calendar, first, last, begun }: Days): UsageAnomaly[] {
  const source: Source = { kind: 'dimension', dimension: 'client', names: null };
  const rows = byDay(db, source, 'client', { calendar, first: begun, last });
  const imported = new Set(importClients(db));
  const shown = shownNames(db, new Set(rows.map(([, name = 0]) => name)));
  const since = new Map<string | number, Appearance>();
  const nameBefore = new Map<string, number>();
  for (const [day = 0, name = 0, requests = 0] of rows) {
    const subject = shown.get(name) ?? '';
    if (subject === '' || imported.has(name)) continue;
    nameBefore.set(subject, Math.min(nameBefore.get(subject) ?? day, day));
    const client = isLentName(subject) ? subject : name;
    const known = since.get(client);
    if (known === undefined || known.day > day) since.set(client, { subject, ids: new Set([name]), day, requests });
    else if (known.day === day) {
      known.ids.add(name);
      known.requests += requests;
    }
  }
  const recent = [...since.values()].filter(({ day }) => day >= first && day > begun);
  return recent.map(({ subject, ids, day, requests }) => {
    const another = (nameBefore.get(subject) ?? day) < day ? ' An earlier client had the same name.' : '';
    const start = calendar.startHour(day);
    const hours = { span: 'hour', first: start, last: calendar.startHour(day + 1) - 1 } as const;
    const found = readSums(db, { ...source, names: [...ids] }, 'client', hours, true).map(([hour = start]) => hour);
    return {
      id: `new-client:${Math.min(...ids)}`,
      kind: 'new-client' as const,
      at: new Date((found.length === 0 ? start : Math.min(...found)) * HOUR_MS).toISOString(),
      day: dateOfDay(day),
      subject,
      ...{ dimension: 'client' as const, key: subject, from: dateOfDay(day), to: dateOfDay(day) },
      value: requests,
      usual: null,
      text: `${subject} made calls for the first time, ${amountInWords(requests, 'requests')} on ${dayInWords(dateOfDay(day))}.${another}`,
    };
  });
}
