import { AppError } from '../../../../shared/errors.ts';
import { dateOfDay, dayNumber, firstDayOfMonth, HOUR_MS, monthOfDay, ReportingDays } from '../reporting-days.ts';

const HOURS_A_DAY = 24;
const MAX_KNOWN_ZONES = 8;
/** Later than any record, and a day that every calendar can name. */
export const LAST_DAY = dayNumber('9999-12-30');

/**
 * Days, weeks and months of one time zone over hours of UTC. Days are numbers (0 is 1970-01-01), hours too. An hour belongs
 * to the day in which it begins, also where days begin at half an hour.
 */
export class Calendar {
  readonly zone: string;
  readonly #days: ReportingDays;
  readonly #starts = new Map<number, number>();
  #wall: Intl.DateTimeFormat | null = null;

  /** @throws RangeError where there is no such zone. */
  constructor(zone: string) {
    this.#days = new ReportingDays(zone);
    this.zone = zone;
  }

  dayOfHour(hour: number): number {
    return this.#days.dayOf(hour * HOUR_MS);
  }

  dayOfMs(atMs: number): number {
    return this.#days.dayOf(atMs);
  }

  /** The first hour that begins in this day. A day that a zone leaves out begins with the next one. */
  startHour(day: number): number {
    const known = this.#starts.get(day);
    if (known !== undefined) return known;
    const hour = this.#find(day);
    this.#starts.set(day, hour);
    return hour;
  }

  /** The first millisecond of this day, also where it is not that of an hour. */
  startMs(day: number): number {
    const hour = this.startHour(day) * HOUR_MS;
    for (const minutes of [15, 30, 45]) {
      const atMs = hour - HOUR_MS + minutes * 60_000;
      if (this.#days.dayOf(atMs) >= day) return atMs;
    }
    return hour;
  }

  /** Whether the day begins with a whole hour of UTC, so that its hours and the day itself sum the same calls. */
  startsWithHour(day: number): boolean {
    return this.#days.dayOf(this.startHour(day) * HOUR_MS - 1) < day;
  }

  /** Hour of the week by the clock on the wall, Monday 0:00 is 0. */
  hourOfWeek(hour: number): number {
    const day = this.dayOfHour(hour);
    const start = this.startHour(day);
    const length = this.startHour(day + 1) - start;
    const since = hour - start;
    const ofDay = length === HOURS_A_DAY ? since : this.#hourOnTheWall(hour);
    return weekday(day) * HOURS_A_DAY + Math.min(ofDay, HOURS_A_DAY - 1);
  }

  #find(day: number): number {
    const before = this.#starts.get(day - 1);
    const guess = before === undefined ? day * HOURS_A_DAY - 14 : before + 23;
    for (let hour = guess; hour <= day * HOURS_A_DAY + 13; hour += 1) {
      if (this.dayOfHour(hour) >= day) return hour;
    }
    return day * HOURS_A_DAY;
  }

  #hourOnTheWall(hour: number): number {
    this.#wall ??= new Intl.DateTimeFormat('en-GB', { timeZone: this.zone, hour: '2-digit', hourCycle: 'h23' });
    return Number(this.#wall.format(hour * HOUR_MS));
  }
}

const known = new Map<string, Calendar>();

/** The one of this zone, kept: making one reads time zone data. @throws AppError `invalid_input`. */
export function calendarOf(zone: string): Calendar {
  const found = known.get(zone);
  if (found !== undefined) return found;
  let made: Calendar;
  try {
    made = new Calendar(zone);
  } catch {
    throw new AppError(
      'invalid_input',
      'There is no time zone of this name. Nothing was summed.',
      'Write it as Europe/Berlin or UTC.',
    );
  }
  if (known.size >= MAX_KNOWN_ZONES) known.clear();
  known.set(zone, made);
  return made;
}

/** 0 is Monday. */
export function weekday(day: number): number {
  return (((day + 3) % 7) + 7) % 7;
}

export function isWeekend(day: number): boolean {
  return weekday(day) >= 5;
}

export function monthStart(day: number): number {
  return firstDayOfMonth(monthOfDay(day));
}

/** @param months - may be negative. */
export function addMonths(firstOfMonth: number, months: number): number {
  return firstDayOfMonth(monthOfDay(firstOfMonth) + months);
}

export function yearStart(day: number): number {
  return dayNumber(`${dateOfDay(day).slice(0, 4)}-01-01`);
}

export function hourText(hour: number): string {
  return new Date(hour * HOUR_MS).toISOString().replace('.000Z', 'Z');
}
