import { Ellipsis, Scissors, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { formatDateTime, formatRelative } from '../i18n/format.ts';
import { m } from '../i18n/messages.ts';
import { classes } from '../ui/classes.ts';
import { IconButton } from '../ui/icon-button.tsx';
import { Menu } from '../ui/menu.tsx';
import table from '../ui/table.module.css';
import type { GrantLine } from './grant-lines.ts';
import styles from './grants.module.css';
import { NarrowClient } from './narrow-client.tsx';
import { NarrowGrant } from './narrow-grant.tsx';
import { RevokeGrant } from './revoke-grant.tsx';

const COLUMNS = ['who', 'what', 'form', 'lasts', 'since', 'used', 'acts'] as const;

interface Asked {
  readonly act: 'narrow' | 'revoke';
  readonly line: GrantLine;
}

/** A table where there is room; on a narrow window each row becomes a small list of its own. */
export function GrantsTable({ lines, nowMs }: { readonly lines: readonly GrantLine[]; readonly nowMs: number }) {
  const [asked, setAsked] = useState<Asked | null>(null);
  const close = (): void => setAsked(null);
  return (
    <div role="table" aria-label={m.clients.tabs.grants} className={table.table}>
      <div role="rowgroup">
        <div role="row" className={classes(table.header, styles.header)}>
          {COLUMNS.map((column) => (
            <div key={column} role="columnheader">
              <span className={column === 'acts' ? 'visually-hidden' : undefined}>{m.grants.columns[column]}</span>
            </div>
          ))}
        </div>
      </div>
      <div role="rowgroup">
        {lines.map((line) => (
          <Row key={line.key} line={line} nowMs={nowMs} onAsk={(act) => setAsked({ act, line })} />
        ))}
      </div>
      {asked?.act === 'revoke' && <RevokeGrant line={asked.line} onClose={close} />}
      {asked?.act === 'narrow' &&
        (asked.line.origin.kind === 'token' ? (
          <NarrowClient client={asked.line.origin.client} onClose={close} />
        ) : (
          <NarrowGrant line={asked.line} grant={asked.line.origin.grant} onClose={close} />
        ))}
    </div>
  );
}

interface RowProps {
  readonly line: GrantLine;
  readonly nowMs: number;
  readonly onAsk: (act: Asked['act']) => void;
}

function Row({ line, nowMs, onAsk }: RowProps) {
  const named = m.grants.named(line.who, line.what);
  const { columns } = m.grants;
  return (
    <div role="row" className={classes(table.row, styles.row)}>
      <div role="cell" className={styles.who}>
        <bdi>{line.who}</bdi>
        <span className={styles.small}>{line.whoKind}</span>
      </div>
      <div role="cell" className={styles.what} data-column={columns.what}>
        {line.what}
      </div>
      <div role="cell" data-column={columns.form}>
        {line.form}
      </div>
      <div role="cell" data-column={columns.lasts}>
        {line.lasts}
        {line.folder !== null && <bdi className={styles.folder}>{m.grants.folder(line.folder)}</bdi>}
      </div>
      <div role="cell" data-column={columns.since}>
        <Moment iso={line.since} nowMs={nowMs} />
      </div>
      <div role="cell" data-column={columns.used}>
        {line.lastUsedAt === null ? m.grants.never : <Moment iso={line.lastUsedAt} nowMs={nowMs} />}
      </div>
      <div role="cell" className={styles.acts}>
        <Menu
          trigger={<IconButton label={m.clients.actsOf(named)} icon={<Ellipsis size={17} aria-hidden />} />}
          entries={[
            { label: m.grants.narrow, icon: <Scissors size={15} aria-hidden />, run: () => onAsk('narrow') },
            {
              label: m.grants.revoke,
              icon: <Trash2 size={15} aria-hidden />,
              danger: true,
              run: () => onAsk('revoke'),
            },
          ]}
        />
      </div>
    </div>
  );
}

function Moment({ iso, nowMs }: { readonly iso: string; readonly nowMs: number }) {
  return (
    <time dateTime={iso} title={formatDateTime(iso)}>
      {formatRelative(iso, nowMs)}
    </time>
  );
}
