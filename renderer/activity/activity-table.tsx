import { factsInWords } from '../../shared/audit-facts.ts';
import { actorWords, auditWords } from '../../shared/audit-words.ts';
import type { AuditEntry } from '../../shared/contract/audit.ts';
import { formatDateTime, formatMoment } from '../i18n/format.ts';
import { m } from '../i18n/messages.ts';
import { useSession } from '../state/session.ts';
import { classes } from '../ui/classes.ts';
import { StatusDot } from '../ui/status-dot.tsx';
import table from '../ui/table.module.css';
import styles from './activity.module.css';

const COLUMNS = ['time', 'who', 'what', 'on', 'result'] as const;

/** A table where there is room; on a narrow window each entry becomes a few lines of its own. */
export function ActivityTable({ entries }: { readonly entries: readonly AuditEntry[] }) {
  return (
    <div role="table" aria-label={m.activity.list} className={table.table}>
      <div role="rowgroup">
        <div role="row" className={classes(table.header, styles.header)}>
          {COLUMNS.map((column) => (
            <div key={column} role="columnheader">
              {m.activity.columns[column]}
            </div>
          ))}
        </div>
      </div>
      <div role="rowgroup">
        {entries.map((entry) => (
          <Row key={entry.seq} entry={entry} />
        ))}
      </div>
    </div>
  );
}

function Row({ entry }: { readonly entry: AuditEntry }) {
  const { seq, at, action, target, targetName, meta } = entry;
  const providers = useSession((session) => session.providers);
  const name = targetName ?? providers.get(target)?.name ?? null;
  const facts = factsInWords(meta, name, formatDateTime);
  return (
    <div role="row" className={classes(table.row, styles.row)} data-seq={seq}>
      <div role="cell" className={styles.time}>
        <time dateTime={at} title={formatDateTime(at)}>
          {formatMoment(at)}
        </time>
      </div>
      <div role="cell" className={styles.who}>
        <bdi>{actorWords(entry)}</bdi>
      </div>
      <div role="cell" className={styles.what}>
        {auditWords(action)}
        {facts !== '' && <bdi className={styles.facts}>{facts}</bdi>}
      </div>
      <div role="cell" className={styles.on}>
        {target !== '' && (
          <bdi data-plain={name === null || name.startsWith('kh://') ? undefined : ''}>{name ?? target}</bdi>
        )}
      </div>
      <div role="cell" className={styles.result}>
        <Result result={entry.result} />
      </div>
    </div>
  );
}

function Result({ result }: { readonly result: AuditEntry['result'] }) {
  const word = m.activity.results[result];
  if (result === 'ok') return <StatusDot tone="ok" shape="check" word={word} />;
  return (
    <StatusDot
      tone={result === 'refused' ? 'warn' : 'bad'}
      shape={result === 'refused' ? 'minus' : 'cross'}
      word={word}
    />
  );
}
