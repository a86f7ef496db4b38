/** Days as a person in the reporting zone counts them: whole numbers, 0 is 1970-01-01. */
export const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const MINUTE_MS = 60_000;
/** A day begins within this of its midnight in UTC, in every zone there is or was. */
const ZONE_SPAN_MS = 15 * HOUR_MS;
const MAX_KNOWN_HOURS = 4096;

export class ReportingDays {
  readonly zone: string;
  readonly #format: Intl.DateTimeFormat;
  /** Hours that lie in one day as a whole: asking the time zone data costs more than all the rest of a record. */
  readonly #known = new Map<number, number>();

  /** @param zone - IANA name. @throws RangeError where there is no such zone. */
  constructor(zone: string) {
    this.zone = zone;
    this.#format = new Intl.DateTimeFormat('en-CA', {
      timeZone: zone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
    });
  }

  dayOf(atMs: number): number {
    const hour = Math.floor(atMs / HOUR_MS);
    const known = this.#known.get(hour);
    if (known !== undefined) return known;
    const first = this.#ask(hour * HOUR_MS);
    if (first !== this.#ask(hour * HOUR_MS + HOUR_MS - 1)) return this.#ask(atMs); // zones with half hours
    if (this.#known.size >= MAX_KNOWN_HOURS) this.#known.clear();
    this.#known.set(hour, first);
    return first;
  }

  #ask(atMs: number): number {
    return dayNumber(this.#format.format(atMs));
  }
}

/** Weeks begin on Monday; 0 is the one of 1970-01-01. */
export function weekOfDay(day: number): number {
  return Math.floor((day + 3) / 7);
}

export function firstDayOfWeek(week: number): number {
  return week * 7 - 3;
}

/** Whole numbers, 0 is January 1970. */
export function monthOfDay(day: number): number {
  const date = new Date(day * DAY_MS);
  return (date.getUTCFullYear() - 1970) * 12 + date.getUTCMonth();
}

export function firstDayOfMonth(month: number): number {
  return Math.round(Date.UTC(1970, month, 1) / DAY_MS);
}

let latest: ReportingDays | null = null;

/** The one of this zone, kept: making one reads time zone data. @throws RangeError where there is no such zone. */
export function reportingDays(zone: string): ReportingDays {
  if (latest?.zone !== zone) latest = new ReportingDays(zone);
  return latest;
}

/** When a day of the reporting zone begins; where the clock is set back over midnight, the first time. */
export function startOfDay(days: ReportingDays, day: number): number {
  // Zones begin their days at whole minutes: the first minute that belongs to the day, by halving.
  let before = Math.floor((day * DAY_MS - ZONE_SPAN_MS) / MINUTE_MS);
  let within = Math.ceil((day * DAY_MS + ZONE_SPAN_MS) / MINUTE_MS);
  while (within - before > 1) {
    const middle = Math.floor((before + within) / 2);
    if (days.dayOf(middle * MINUTE_MS) >= day) within = middle;
    else before = middle;
  }
  return within * MINUTE_MS;
}

/** The last millisecond of a day in a zone. @param date - as 2026-11-20. @param zone - IANA name. */
export function endOfDay(date: string, zone: string): number {
  return startOfDay(reportingDays(zone), dayNumber(date) + 1) - 1;
}

/** "2026-11-20" as a day number. */
export function dayNumber(date: string): number {
  return Math.round(Date.parse(`${date}T00:00:00Z`) / DAY_MS);
}

export function dateOfDay(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

export function systemZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}
