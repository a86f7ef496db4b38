import { clockIn, daysLater, momentAt } from '../../shared/zone-clock.ts';
import { windowZone } from '../i18n/zone.ts';

export const SNOOZES = ['hour', 'tomorrow', 'week'] as const;
export type Snooze = (typeof SNOOZES)[number];

const MORNING = '09:00';
const HOUR_MS = 3_600_000;

/** When a line that is put off comes back: in an hour, tomorrow at nine, next Monday at nine, as the window shows times. */
export function snoozedUntil(snooze: Snooze, nowMs: number, zone = windowZone()): string {
  if (snooze === 'hour') return new Date(nowMs + HOUR_MS).toISOString();
  const today = clockIn(zone)(nowMs).slice(0, 10);
  const weekday = new Date(`${today}T00:00:00Z`).getUTCDay();
  const days = snooze === 'tomorrow' ? 1 : 8 - (weekday === 0 ? 7 : weekday);
  return new Date(momentAt(daysLater(today, days), MORNING, zone)).toISOString();
}
