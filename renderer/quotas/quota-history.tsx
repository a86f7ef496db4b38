import { useEffect, useState } from 'react';
import type { QuotaPeriodUse, QuotaStatus } from '../../shared/contract/quotas.ts';
import type { AppError } from '../../shared/errors.ts';
import { DataTable } from '../charts/data-table.tsx';
import { asAppError, call } from '../contract/client.ts';
import { formatDateTime, formatDay, formatMonth, formatNumber } from '../i18n/format.ts';
import { m } from '../i18n/messages.ts';
import { ErrorNote } from '../ui/error-note.tsx';
import { dayIn } from '../usage/ranges.ts';
import { QuotaBar } from './quota-bar.tsx';
import { amountWords } from './quota-words.ts';
import styles from './quotas.module.css';
import { usePeriodZone } from './use-zone.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** The periods before this one, measured against the limit as it is now. */
export function QuotaHistory({ quota }: { readonly quota: QuotaStatus }) {
  const { id, definition, updatedAt } = quota;
  const { counts, limit } = definition;
  const zone = usePeriodZone(definition.period);
  const [periods, setPeriods] = useState<readonly QuotaPeriodUse[] | null>(null);
  const [error, setError] = useState<AppError | null>(null);
  useEffect(() => {
    let wanted = true;
    call('quotas.history', { id })
      .then((history) => wanted && setPeriods(history.periods))
      .catch((thrown: unknown) => wanted && setError(asAppError(thrown)));
    return () => {
      wanted = false;
    };
  }, [id, limit, updatedAt]);
  if (error !== null) return <ErrorNote error={error} />;
  if (periods === null) return null;
  const shown = fromFirstUse(periods);
  const earlier = shown.filter((one) => !one.current);
  return (
    <section className={styles.section}>
      <div>
        <h2>{m.quotas.history}</h2>
        <p className={styles.muted}>
          {earlier.length === 0 ? m.quotas.historyNone : m.quotas.historyLimit(amountWords(counts, limit))}
        </p>
      </div>
      {earlier.length > 0 && (
        <DataTable
          caption={m.quotas.history}
          rows={shown}
          stacks
          rowKey={({ startsAt }) => startsAt}
          columns={[
            { key: 'period', title: m.quotas.historyPeriod, cell: (one) => periodName(one, zone) },
            {
              key: 'bar',
              title: m.quotas.historyOf,
              cell: (one) => (
                <span className={styles.share}>
                  <QuotaBar
                    thin
                    label={m.quotas.barOf(periodName(one, zone))}
                    words={amountWords(counts, one.used)}
                    used={one.used}
                    reserved={0}
                    limit={limit}
                    levels={[]}
                    tone={one.used >= limit ? 'bad' : 'ok'}
                  />
                  <span>{formatNumber(Math.floor(one.percent))} %</span>
                </span>
              ),
            },
            { key: 'used', title: m.quotas.historyUsed, figure: true, cell: ({ used }) => amountWords(counts, used) },
            {
              key: 'requests',
              title: m.quotas.historyRequests,
              figure: true,
              cell: ({ requests }) => formatNumber(requests),
            },
          ]}
        />
      )}
    </section>
  );
}

/** The newest first, without those before anything was counted. */
function fromFirstUse(periods: readonly QuotaPeriodUse[]): readonly QuotaPeriodUse[] {
  const newest = periods.toSorted((a, b) => b.startsAt.localeCompare(a.startsAt));
  return newest.slice(0, newest.findLastIndex((one) => one.requests > 0) + 1);
}

/** A month by its name, days by their date, shorter periods by their time. */
function periodName({ startsAt, endsAt, current }: QuotaPeriodUse, zone: string): string {
  const name = spanName(startsAt, endsAt, zone);
  return current ? m.quotas.historyCurrent(name) : name;
}

function spanName(startsAt: string, endsAt: string, zone: string): string {
  const lastMs = Date.parse(endsAt) - 1;
  // A day has 23 hours where the clock is set forward.
  if (lastMs - Date.parse(startsAt) < DAY_MS - 2 * HOUR_MS) return formatDateTime(startsAt, zone);
  const first = dayIn(zone, startsAt);
  const last = dayIn(zone, new Date(lastMs).toISOString());
  if (first === last) return formatDay(first);
  const isMonth =
    first.endsWith('-01') && dayIn(zone, endsAt).endsWith('-01') && first.slice(0, 7) === last.slice(0, 7);
  return isMonth ? formatMonth(first) : m.quotas.historySpan(formatDay(first), formatDay(last));
}
