import type { QuotaPeriod } from '../../shared/quotas.ts';
import { zoneHere } from '../i18n/zone.ts';
import { useSession } from '../state/session.ts';

/** The zone whose days, weeks and months count: of reports, or of the cron expression itself. */
export function usePeriodZone(period: QuotaPeriod): string {
  const reporting = useSession((session) => session.settings?.vault?.reportingZone ?? '');
  if (period.every === 'cron') return period.zone;
  return reporting === '' ? zoneHere() : reporting;
}
