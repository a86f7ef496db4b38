import type { NoticePreferences } from '../../../shared/contract/notifications.ts';

type QuietHours = NoticePreferences['quietHours'];

/**
 * Whether this moment lies in the quiet hours, as a clock in that zone shows it: from the first minute on, up to but not
 * including the last. From 22:00 to 07:00 goes over midnight; from a time to the same one is the whole day.
 */
export function isQuiet(nowMs: number, hours: QuietHours, zone: string): boolean {
  if (hours === null) return false;
  const now = timeOfDay(nowMs, zone);
  const { from, to } = hours;
  return from < to ? now >= from && now < to : now >= from || now < to;
}

/** "07:05"; such texts sort as the times do. */
function timeOfDay(atMs: number, zone: string): string {
  const format = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone: zone } as const;
  return new Intl.DateTimeFormat('en-GB', format).format(atMs);
}

export function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}
