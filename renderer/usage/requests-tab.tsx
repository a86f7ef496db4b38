import { ArrowUp, SearchX } from 'lucide-react';
import { useState } from 'react';
import { formatDate } from '../i18n/format.ts';
import { m } from '../i18n/messages.ts';
import { navigateUsage } from '../state/route.ts';
import type { UsageRoute } from '../state/usage-route.ts';
import { Button } from '../ui/button.tsx';
import { Empty } from '../ui/empty.tsx';
import { LoadError } from '../ui/load-error.tsx';
import { Select } from '../ui/select.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import type { Span } from './ranges.ts';
import { Remarks } from './remarks.tsx';
import { RequestSheet } from './request-sheet.tsx';
import { RequestTable } from './request-table.tsx';
import type { NamedFilter } from './use-filter.ts';
import { useRequests } from './use-requests.ts';
import styles from './requests.module.css';

const t = m.usage.requests;
const ANY = 'any';
const OUTCOMES = [ANY, ...Object.keys(t.outcomes)] as const;
/** Of the page's scroll: so near to its top new rows may come in. */
const TOP_PX = 120;

const scroller = (): HTMLElement | null => document.getElementById('content');
const isAtTop = (): boolean => (scroller()?.scrollTop ?? 0) < TOP_PX;

interface Props {
  readonly route: UsageRoute;
  readonly span: Span;
  readonly named: NamedFilter;
}

/** Single calls: when, who, with which key, what for how much. */
export function RequestsTab({ route, span, named }: Props) {
  const { list, error, retry, loadMore, takeNewer } = useRequests(span, named.filter, isAtTop);
  const [open, setOpen] = useState<number | null>(null);
  const { outcome: _, ...rest } = route.filter;
  const pickOutcome = (outcome: string): void =>
    navigateUsage({ filter: outcome === ANY ? rest : { ...rest, outcome } }, 'replace');
  const toTop = (): void => {
    takeNewer();
    scroller()?.scrollTo({ top: 0 });
  };
  return (
    <>
      <div className={styles.bar}>
        <div className={styles.outcome}>
          <Select
            aria-label={t.outcome}
            value={route.filter.outcome ?? ANY}
            options={OUTCOMES.map((value) => ({ value, label: t.outcomes[value] ?? t.anyOutcome }))}
            onChange={pickOutcome}
          />
        </div>
        <p className={styles.muted} role="status">
          {list !== null && t.count(list.records.length, list.hasMore)}
        </p>
        {list !== null && list.newer.length > 0 && (
          <Button icon={<ArrowUp size={15} aria-hidden />} onClick={toTop}>
            {t.newer(list.newer.length)}
          </Button>
        )}
      </div>
      <LoadError error={error} onRetry={retry} />
      {list === null && error === null && <Skeleton lines count={8} />}
      {list !== null && <Remarks remarks={list.remarks} />}
      {list !== null && list.records.length === 0 && (
        <Empty icon={<SearchX size={28} />} title={t.none}>
          <p>{t.noneText}</p>
        </Empty>
      )}
      {list !== null && list.records.length > 0 && (
        <RequestTable
          records={list.records}
          zone={list.zone}
          scroller={scroller}
          onOpen={setOpen}
          onEnd={list.hasMore ? loadMore : null}
        />
      )}
      {list !== null && !list.hasMore && list.keptSince !== null && (
        <p className={styles.muted}>{t.keptSince(formatDate(list.keptSince, list.zone))}</p>
      )}
      {open !== null && <RequestSheet id={open} zone={list?.zone ?? 'UTC'} onClose={() => setOpen(null)} />}
    </>
  );
}
