import type { AuditFilter } from '../../shared/contract/audit.ts';
import { daysLater, momentAt } from '../../shared/zone-clock.ts';
import { windowZone } from '../i18n/zone.ts';
import type { ActivityRoute } from '../state/activity-route.ts';

/** As the core asks for it: times, and `to` with the whole of its day. A day that is half typed does not filter. */
export function toQuery({ area, actor, result, from, to }: ActivityRoute): AuditFilter {
  const begin = startOfDay(from, 0);
  const end = startOfDay(to, 1);
  return {
    ...(area === '' ? {} : { area }),
    ...(actor === '' ? {} : { actor }),
    ...(result === '' ? {} : { result }),
    ...(begin === null ? {} : { from: begin }),
    ...(end === null ? {} : { to: end }),
  };
}

/** Of the window's zone, a day of the calendar later by `days`, also where a day has 23 or 25 hours. */
function startOfDay(day: string, days: number): string | null {
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(day) && !Number.isNaN(Date.parse(day));
  return isDay ? new Date(momentAt(daysLater(day, days), '00:00', windowZone())).toISOString() : null;
}
