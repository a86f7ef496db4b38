export const SNOOZES = ['hour', 'tomorrow', 'week'] as const;
export type Snooze = (typeof SNOOZES)[number];

const MORNING_HOUR = 9;
const HOUR_MS = 3_600_000;

/** When a line that is put off comes back: in an hour, tomorrow at nine, next Monday at nine, on this computer's clock. */
export function snoozedUntil(snooze: Snooze, nowMs: number): string {
  if (snooze === 'hour') return new Date(nowMs + HOUR_MS).toISOString();
  const day = new Date(nowMs);
  const days = snooze === 'tomorrow' ? 1 : 8 - (day.getDay() === 0 ? 7 : day.getDay());
  // Counted in days of the calendar: the day of a clock change has 23 or 25 hours.
  return new Date(day.getFullYear(), day.getMonth(), day.getDate() + days, MORNING_HOUR).toISOString();
}
