import { useVirtualizer } from '@tanstack/react-virtual';
import type { RefObject } from 'react';
import { memo, useLayoutEffect, useRef, useState } from 'react';
import { m } from '../i18n/messages.ts';
import type { Sort } from '../state/route.ts';
import { navigate } from '../state/route.ts';
import { classes } from '../ui/classes.ts';
import table from '../ui/table.module.css';
import type { CollectionProps } from './credential-grid.tsx';
import { CredentialRow } from './credential-row.tsx';
import styles from './table.module.css';

interface Props extends CollectionProps {
  readonly sort: Sort;
  readonly scroller: RefObject<HTMLElement | null>;
}

const COLUMNS: readonly { readonly sort: Sort | null; readonly title: string; readonly wide?: boolean }[] = [
  { sort: 'name', title: m.providers.sorts.name },
  { sort: null, title: m.providers.key, wide: true },
  { sort: 'state', title: m.providers.sorts.state },
  { sort: 'tested', title: m.providers.sorts.tested, wide: true },
  { sort: 'used', title: m.providers.sorts.used, wide: true },
  { sort: 'expires', title: m.providers.sorts.expires, wide: true },
];

/** Thousands of rows: only those in sight are in the document. Drawn again as the grid is. */
export const CredentialTable = memo(function CredentialTable({ credentials, sort, scroller, ...shared }: Props) {
  const body = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  useLayoutEffect(() => setTop(body.current?.offsetTop ?? 0), []);
  // eslint-disable-next-line react-hooks/incompatible-library -- its functions are used here only, never handed to memoised rows
  const virtual = useVirtualizer({
    count: credentials.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => parseFloat(getComputedStyle(document.documentElement).fontSize) * rowRem(),
    getItemKey: (index) => credentials[index]?.id ?? index,
    overscan: 8,
    scrollMargin: top,
  });
  const go = (from: number, rows: number): void => {
    const to = Math.min(credentials.length - 1, Math.max(0, from + rows));
    virtual.scrollToIndex(to, { align: 'auto' });
    requestAnimationFrame(() => body.current?.querySelector<HTMLElement>(`[data-index="${to}"] [data-row]`)?.focus());
  };
  return (
    <div
      role="table"
      aria-label={m.providers.title}
      aria-rowcount={credentials.length + 1}
      className={classes(table.table, table.long)}
    >
      <div role="rowgroup">
        <div role="row" aria-rowindex={1} className={classes(table.header, table.longheader, styles.header)}>
          {COLUMNS.map(({ sort: by, title, wide }) => (
            <div
              key={title}
              role="columnheader"
              aria-sort={by === sort ? 'ascending' : undefined}
              className={wide === true ? styles.wide : undefined}
            >
              {by === null ? (
                title
              ) : (
                <SortButton title={title} on={by === sort} onClick={() => navigate({ sort: by }, 'replace')} />
              )}
            </div>
          ))}
          <div role="columnheader">
            <span className="visually-hidden">{m.providers.acts}</span>
          </div>
        </div>
      </div>
      <div role="rowgroup" ref={body} className={table.body} style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map((item) => {
          const credential = credentials[item.index];
          return credential === undefined ? null : (
            <CredentialRow
              key={item.key}
              credential={credential}
              index={item.index}
              offsetPx={item.start - top}
              nowMs={shared.nowMs}
              selected={credential.id === shared.selectedId}
              active={credential.id === shared.activeId}
              onActive={shared.onActive}
              onGo={go}
            />
          );
        })}
      </div>
    </div>
  );
});

/** The row height token, in rem. */
function rowRem(): number {
  return parseFloat(getComputedStyle(document.documentElement).getPropertyValue('--row')) || 3.25;
}

function SortButton(props: { readonly title: string; readonly on: boolean; readonly onClick: () => void }) {
  return (
    <button type="button" className={styles.sort} data-on={props.on || undefined} onClick={props.onClick}>
      {props.title}
    </button>
  );
}
