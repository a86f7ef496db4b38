/**
 * Days and times in sentences: "19 November 2026", "19 November 2026, 11:00". So they read the same in the window and on the
 * command line, and in no country as another day. Tables and lists have forms of their own.
 */
const LONG = { day: 'numeric', month: 'long', year: 'numeric' } as const;
const CLOCK = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
const ofDays = new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', ...LONG });

/** @param day - as 2026-11-19, which is the same in every zone. */
export const dayInWords = (day: string): string => ofDays.format(Date.parse(`${day}T00:00:00Z`));

/** The day that it is in a zone (IANA name). @param atMs - UTC epoch milliseconds, as below. */
export const dayInWordsThere = (zone: string, atMs: number): string =>
  new Intl.DateTimeFormat('en-GB', { timeZone: zone, ...LONG }).format(atMs);

export const momentInWords = (zone: string, atMs: number): string =>
  `${dayInWordsThere(zone, atMs)}, ${new Intl.DateTimeFormat('en-GB', { timeZone: zone, ...CLOCK }).format(atMs)}`;
