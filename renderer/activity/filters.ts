import type { AuditFilter } from '../../shared/contract/audit.ts';
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

/** A day of the calendar later by `days`, also where a day has 23 or 25 hours. */
function startOfDay(day: string, days: number): string | null {
  const [, year, month, date] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(day) ?? [];
  if (year === undefined) return null;
  return new Date(Number(year), Number(month) - 1, Number(date) + days).toISOString();
}
