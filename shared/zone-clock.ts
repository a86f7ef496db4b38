/** Clocks and calendars of zones (IANA names), which the engine only knows from moment to clock. */
const MINUTE_MS = 60_000;
/** Clocks of zones lie within so many minutes of UTC. */
const AWAY_MINUTES = 15 * 60;

/** What a clock there shows: "2026-11-22 09:00". Such texts sort as the times do. */
export function clockIn(zone: string): (atMs: number) => string {
  const format = new Intl.DateTimeFormat('sv-SE', {
    ...{ timeZone: zone, hourCycle: 'h23' },
    ...{ year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' },
  });
  return (atMs) => format.format(atMs);
}

/**
 * The moment at which a clock there comes to a time of a day of the calendar, or passes it where it is set forward.
 * UTC epoch milliseconds.
 * @param day - as 2026-11-22. @param time - as 09:00.
 */
export function momentAt(day: string, time: string, zone: string): number {
  const wanted = `${day} ${time}`;
  const clock = clockIn(zone);
  const utcMs = Date.parse(`${day}T${time}:00Z`);
  let [before, there] = [-AWAY_MINUTES, AWAY_MINUTES];
  while (there - before > 1) {
    const middle = Math.floor((before + there) / 2);
    if (clock(utcMs + middle * MINUTE_MS) < wanted) before = middle;
    else there = middle;
  }
  return utcMs + there * MINUTE_MS;
}

/** A day of the calendar, so many days later. */
export function daysLater(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}
