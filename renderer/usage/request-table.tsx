import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { UsageRecord } from '../../shared/contract/usage-records.ts';
import { m } from '../i18n/messages.ts';
import { classes } from '../ui/classes.ts';
import { StatusDot } from '../ui/status-dot.tsx';
import table from '../ui/table.module.css';
import { costText, count, duration, money } from './figures.ts';
import { useLabels } from './labels.ts';
import { minuteIn, momentIn } from './moments.ts';
import styles from './requests.module.css';

const t = m.usage.requests;
const COLUMNS = ['at', 'model', 'who', 'key', 'tokens', 'cost', 'time', 'status'] as const;
const ROW_REM = 3;

interface Props {
  readonly records: readonly UsageRecord[];
  readonly zone: string;
  readonly scroller: () => HTMLElement | null;
  readonly onOpen: (id: number) => void;
  /** Asked for when the last rows come in sight; null: that is all. */
  readonly onEnd: (() => void) | null;
}

/** Many rows: only those in sight are in the document. One is in the tab order; arrows go on from it. */
export function RequestTable({ records, zone, scroller, onOpen, onEnd }: Props) {
  const body = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const [active, setActive] = useState<number | null>(null);
  useLayoutEffect(() => {
    const place = scroller();
    if (body.current === null || place === null) return;
    setTop(body.current.getBoundingClientRect().top - place.getBoundingClientRect().top + place.scrollTop);
  }, [scroller]);
  // eslint-disable-next-line react-hooks/incompatible-library -- its functions are used here only, never handed to memoised rows
  const virtual = useVirtualizer({
    count: records.length,
    getScrollElement: scroller,
    estimateSize: () => parseFloat(getComputedStyle(document.documentElement).fontSize) * ROW_REM,
    getItemKey: (index) => records[index]?.id ?? index,
    overscan: 10,
    scrollMargin: top,
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (last >= records.length - 20) onEnd?.();
  }, [last, records.length, onEnd]);
  const activeId = records.some(({ id }) => id === active) ? active : records[0]?.id;
  const go = (to: number): void => {
    const record = records[Math.min(records.length - 1, Math.max(0, to))];
    if (record === undefined) return;
    setActive(record.id);
    virtual.scrollToIndex(records.indexOf(record), { align: 'auto' });
    requestAnimationFrame(() => body.current?.querySelector<HTMLElement>(`[data-request="${record.id}"]`)?.focus());
  };
  const onKeyDown = (event: KeyboardEvent, index: number, id: number): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const moves: Readonly<Record<string, number>> = {
      ArrowDown: index + 1,
      ArrowUp: index - 1,
      PageDown: index + 10,
      PageUp: index - 10,
      Home: 0,
      End: records.length - 1,
    };
    const to = moves[event.key];
    if (to !== undefined) go(to);
    else if (event.key === 'Enter' || event.key === ' ') onOpen(id);
    else return;
    event.preventDefault();
  };
  return (
    <div
      role="table"
      aria-label={t.title}
      aria-rowcount={records.length + 1}
      className={classes(table.table, table.long)}
    >
      <div role="rowgroup">
        <div role="row" aria-rowindex={1} className={classes(table.header, table.longheader, styles.header)}>
          {COLUMNS.map((column) => (
            <div key={column} role="columnheader" data-column={column}>
              {t.columns[column]}
            </div>
          ))}
        </div>
      </div>
      <div role="rowgroup" ref={body} className={table.body} style={{ blockSize: virtual.getTotalSize() }}>
        {items.map((item) => {
          const record = records[item.index];
          return record === undefined ? null : (
            <div
              key={item.key}
              role="row"
              aria-rowindex={item.index + 2}
              aria-label={t.open(momentIn(zone, record.at))}
              tabIndex={record.id === activeId ? 0 : -1}
              data-request={record.id}
              className={classes(table.longrow, styles.row)}
              style={{ transform: `translateY(${item.start - top}px)` }}
              onFocus={() => setActive(record.id)}
              onClick={() => onOpen(record.id)}
              onKeyDown={(event) => onKeyDown(event, item.index, record.id)}
            >
              <Cells record={record} zone={zone} />
            </div>
          );
        })}
      </div>
    </div>
  );
}

function Cells({ record, zone }: { readonly record: UsageRecord; readonly zone: string }) {
  const label = useLabels();
  const { inputTokens, cacheReadTokens, cacheWriteTokens, cacheWriteLongTokens, outputTokens } = record;
  const cached = cacheReadTokens + cacheWriteTokens + cacheWriteLongTokens;
  return (
    <>
      <div role="cell" data-column="at">
        <time dateTime={record.at}>{momentIn(zone, record.at)}</time>
      </div>
      <div role="cell" data-column="model">
        <bdi className={styles.main}>{record.model === '' ? record.endpoint : record.model}</bdi>
        <span className={styles.sub}>
          <span className={styles.narrowtime}>{minuteIn(zone, record.at)} · </span>
          {label('provider', record.provider)}
        </span>
      </div>
      <div role="cell" data-column="who">
        <bdi>{label('client', record.client)}</bdi>
      </div>
      <div role="cell" data-column="key">
        <bdi>{label('credential', record.credential)}</bdi>
      </div>
      <div role="cell" data-column="tokens">
        <span>
          {count(inputTokens + cached)} / {count(outputTokens)}
        </span>
        {cached > 0 && <span className={styles.sub}>{t.cached(count(cached))}</span>}
      </div>
      <div role="cell" data-column="cost">
        {record.costMicroUsd === null ? (
          <span className={styles.unknown} title={t.unpricedHint}>
            {t.unknownCost}
          </span>
        ) : (
          costText(money(record.costMicroUsd), record.costReason === 'at_least' ? 'at-least' : 'known')
        )}
      </div>
      <div role="cell" data-column="time">
        <span>{duration(record.latencyMs)}</span>
        {record.firstByteMs !== null && (
          <span className={styles.sub} title={t.firstByte}>
            {duration(record.firstByteMs)}
          </span>
        )}
      </div>
      <div role="cell" data-column="status">
        <StatusDot
          tone={record.outcome === 'ok' ? 'ok' : 'bad'}
          shape={record.outcome === 'ok' ? 'check' : 'cross'}
          word={record.status === 0 ? t.noAnswer : String(record.status)}
        />
      </div>
    </>
  );
}
