import { memo } from 'react';
import type { CredentialSummary } from '../../shared/contract/schemas.ts';
import { formatDate } from '../i18n/format.ts';
import { m } from '../i18n/messages.ts';
import { useCredentials } from '../state/credentials.ts';
import { useSession } from '../state/session.ts';
import { classes } from '../ui/classes.ts';
import { ProviderTile } from '../ui/provider-tile.tsx';
import table from '../ui/table.module.css';
import { displayName } from './arrange.ts';
import { healthOf } from './health.ts';
import { HealthBadge } from './health-badge.tsx';
import { OpenButton } from './open-button.tsx';
import { RowActions } from './row-actions.tsx';
import { SecretText } from './secret-text.tsx';
import styles from './table.module.css';
import { TestLine, UsedLine } from './test-line.tsx';
import { onRowKey, onRowMenu } from './use-row-keys.ts';
import { useReveal } from './use-reveal.ts';

interface Props {
  readonly credential: CredentialSummary;
  readonly index: number;
  readonly offsetPx: number;
  readonly nowMs: number;
  readonly selected: boolean;
  readonly active: boolean;
  readonly onActive: (id: string) => void;
  readonly onGo: (from: number, rows: number) => void;
}

/** One credential as a row of the virtual list. */
export const CredentialRow = memo(function CredentialRow(props: Props) {
  const { credential, index, offsetPx, nowMs, selected, active, onActive, onGo } = props;
  const { id } = credential;
  const provider = useSession((session) => session.providers.get(credential.provider));
  const testing = useCredentials((store) => store.testing.has(id));
  const reveal = useReveal(id);
  const name = displayName(credential);
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      data-index={index}
      className={classes(table.longrow, styles.row, selected && styles.selected)}
      style={{ transform: `translateY(${offsetPx}px)` }}
      onFocus={() => onActive(id)}
      onContextMenu={onRowMenu}
      onKeyDown={(event) => onRowKey(event, id, (rows) => onGo(index, rows))}
    >
      <div role="cell" className={styles.namecell}>
        <ProviderTile provider={provider} small />
        <OpenButton stacked credential={credential} active={active} selected={selected}>
          <span className={styles.sub}>
            {provider?.name ?? credential.provider} / {credential.label}
          </span>
        </OpenButton>
      </div>
      <div role="cell" className={styles.wide}>
        <SecretText oneLine masked={credential.masked} reveal={reveal} name={name} />
      </div>
      <div role="cell">
        <HealthBadge health={testing ? 'testing' : healthOf(credential, nowMs)} />
      </div>
      <div role="cell" className={classes(styles.wide, styles.quiet)}>
        <TestLine lastTest={credential.lastTest} nowMs={nowMs} />
      </div>
      <div role="cell" className={classes(styles.wide, styles.quiet)}>
        <UsedLine one={credential} nowMs={nowMs} />
      </div>
      <div role="cell" className={classes(styles.wide, styles.quiet)}>
        {credential.expiresAt === null ? (
          <span aria-label={m.providers.form.expiryNone}>–</span>
        ) : (
          formatDate(credential.expiresAt)
        )}
      </div>
      <div role="cell">
        <RowActions credential={credential} name={name} reveal={reveal} tabbable={active} />
      </div>
    </div>
  );
});
