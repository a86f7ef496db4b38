import { memo } from 'react';
import type { CredentialSummary } from '../../shared/contract/schemas.ts';
import { formatDate } from '../i18n/format.ts';
import { m } from '../i18n/messages.ts';
import { QuotaStrip } from '../quotas/quota-strip.tsx';
import { useCredentials } from '../state/credentials.ts';
import { classes } from '../ui/classes.ts';
import { displayName } from './arrange.ts';
import styles from './cards.module.css';
import { healthOf } from './health.ts';
import { Highlight } from './highlight.tsx';
import { HealthBadge } from './health-badge.tsx';
import { OpenButton } from './open-button.tsx';
import { RowActions } from './row-actions.tsx';
import { SecretText } from './secret-text.tsx';
import { TestLine, UsedLine } from './test-line.tsx';
import { focusRow, onRowKey, onRowMenu } from './use-row-keys.ts';
import { useReveal } from './use-reveal.ts';

interface Props {
  readonly credential: CredentialSummary;
  readonly nowMs: number;
  readonly selected: boolean;
  readonly active: boolean;
  readonly onActive: (id: string) => void;
}

/** One credential inside its provider's card. */
export const CredentialEntry = memo(function CredentialEntry({ credential, nowMs, selected, active, onActive }: Props) {
  const { id, lastTest } = credential;
  const reveal = useReveal(id);
  const testing = useCredentials((store) => store.testing.has(id));
  const health = healthOf(credential, nowMs);
  const name = displayName(credential);
  const failing = health === 'failing' || health === 'unknown';
  return (
    <li
      className={classes(styles.entry, selected && styles.selected)}
      onFocus={() => onActive(id)}
      onContextMenu={onRowMenu}
      onKeyDown={(event) => onRowKey(event, id, (rows) => focusRow(event.currentTarget, rows))}
    >
      <div className={styles.line}>
        <OpenButton credential={credential} active={active} selected={selected}>
          {credential.name !== '' && (
            <span className={styles.label}>
              <Highlight text={credential.label} />
            </span>
          )}
        </OpenButton>
        <HealthBadge health={testing ? 'testing' : health} />
      </div>
      <div className={styles.line}>
        <div className={styles.secret}>
          <SecretText masked={credential.masked} reveal={reveal} name={name} />
          {reveal.value === null && (
            <span className={styles.print} title={m.providers.detail.fingerprint}>
              <span className="visually-hidden">{m.providers.detail.fingerprint} </span>
              {credential.fingerprint}
            </span>
          )}
        </div>
        <RowActions credential={credential} name={name} reveal={reveal} tabbable={active} />
      </div>
      <p className={styles.facts}>
        <TestLine lastTest={lastTest} nowMs={nowMs} />
        <UsedLine one={credential} nowMs={nowMs} />
        {credential.expiresAt !== null && (
          <span>
            {Date.parse(credential.expiresAt) <= nowMs
              ? m.providers.expiredOn(formatDate(credential.expiresAt))
              : m.providers.expiresOn(formatDate(credential.expiresAt))}
          </span>
        )}
      </p>
      <QuotaStrip kind="credential" id={id} />
      {failing && lastTest !== null && !testing && (
        <p className={classes(styles.trouble, health === 'unknown' && styles.unclear)}>{lastTest.detail}</p>
      )}
    </li>
  );
});
