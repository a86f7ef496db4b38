import type { QuotaStatus } from '../../shared/contract/quotas.ts';
import { formatDateTime, formatRelative } from '../i18n/format.ts';
import { m } from '../i18n/messages.ts';
import { QuotaBar } from './quota-bar.tsx';
import { amountWords, barTone, figuresWords } from './quota-words.ts';
import styles from './quotas.module.css';
import { RunOut } from './run-out.tsx';
import { usePeriodZone } from './use-zone.ts';

/** The bar of a quota with everything that it shows in words. */
export function QuotaFigures({ quota, nowMs }: { readonly quota: QuotaStatus; readonly nowMs: number }) {
  const {
    definition,
    inForce,
    state,
    used,
    reserved,
    available,
    kept,
    carriedOver,
    refused,
    unpriced,
    resetsAt,
    imported,
  } = quota;
  const { name, counts, enabled, countImports, period } = definition;
  const zone = usePeriodZone(period);
  return (
    <div className={styles.figures}>
      <QuotaBar
        label={m.quotas.barOf(name)}
        words={figuresWords(quota)}
        used={used}
        reserved={reserved}
        limit={available}
        kept={kept}
        levels={inForce.warnAt}
        tone={barTone(state)}
      />
      <p className={styles.facts}>
        <span className={styles.main}>{figuresWords(quota)}</span>
        {carriedOver > 0 && <span>{m.quotas.carried(amountWords(counts, carriedOver))}</span>}
        {imported > 0 && <span>{m.quotas.imported(amountWords(counts, imported), countImports)}</span>}
        {refused > 0 && <span className={styles.bad}>{m.quotas.refused(refused)}</span>}
        {unpriced > 0 && <span>{m.quotas.unpriced(unpriced)}</span>}
        {enabled && (
          <span>
            {m.quotas.resets(formatRelative(resetsAt, nowMs, m.quotas.withinMinute), formatDateTime(resetsAt, zone))}
          </span>
        )}
        {enabled && <RunOut quota={quota} />}
      </p>
    </div>
  );
}
