import type { QuotaStatus } from '../../shared/contract/quotas.ts';
import { formatDay } from '../i18n/format.ts';
import { m } from '../i18n/messages.ts';
import styles from './quotas.module.css';
import { useForecast } from './use-forecast.ts';

/** The day on which a quota will be used up, where the use of the last weeks tells one. */
export function RunOut({ quota }: { readonly quota: QuotaStatus }) {
  const forecast = useForecast(quota);
  const exhausted = forecast?.exhausted ?? null;
  if (exhausted === null || forecast?.end === null) return null;
  if (exhausted.since !== null)
    return <span className={styles.bad}>{m.quotas.ranOut(formatDay(exhausted.since))}</span>;
  if (exhausted.middle !== null)
    return <span className={styles.warn}>{m.quotas.runsOut(formatDay(exhausted.middle))}</span>;
  return <span>{m.quotas.lasts}</span>;
}
