import type { VaultBackupSummary } from '../../shared/contract/backups.ts';
import { useState } from 'react';
import { call } from '../contract/client.ts';
import { useAction } from '../contract/use-action.ts';
import { useNow } from '../contract/use-now.ts';
import { formatBytes, formatDateTime, formatRelative } from '../i18n/format.ts';
import { m } from '../i18n/messages.ts';
import { loadBackups } from '../state/backups.ts';
import { Button } from '../ui/button.tsx';
import { StatusDot } from '../ui/status-dot.tsx';
import { announce, announceFailure } from '../ui/toasts.ts';
import styles from './backups.module.css';
import { RestoreDialog } from './restore-dialog.tsx';

const LOOKS = {
  'as-made': { tone: 'quiet', shape: 'check' },
  whole: { tone: 'ok', shape: 'check' },
  damaged: { tone: 'bad', shape: 'cross' },
} as const;

export function BackupList({ backups }: { readonly backups: readonly VaultBackupSummary[] }) {
  const nowMs = useNow(60_000);
  return (
    <ul className={styles.lines}>
      {backups.map((backup) => (
        <BackupLine key={backup.name} backup={backup} nowMs={nowMs} />
      ))}
    </ul>
  );
}

function BackupLine({ backup, nowMs }: { readonly backup: VaultBackupSummary; readonly nowMs: number }) {
  const [asks, setAsks] = useState(false);
  const { name, kind, at, bytes, state } = backup;
  const when = formatDateTime(at);
  const check = useAction(async () => {
    try {
      const found = await call('vault.checkBackup', { name });
      if (found.whole) announce(m.backups.checked(when, found.keys, found.clients), { slot: 'backups', tone: 'ok' });
      else announce(m.backups.checkedBad(when), { slot: 'backups', tone: 'bad' });
    } catch (thrown) {
      announceFailure(thrown);
    }
    await loadBackups();
  });
  return (
    <li className={styles.line}>
      <div className={styles.what}>
        <p className={styles.when}>
          <strong>{when}</strong>
          <span className={styles.muted}>{formatRelative(at, nowMs)}</span>
        </p>
        <div className={styles.facts}>
          <span>{m.backups.kinds[kind]}</span>
          <span>{formatBytes(bytes)}</span>
          {check.pending ? (
            <StatusDot tone="quiet" shape="turning" word={m.backups.states.checking} />
          ) : (
            <StatusDot {...LOOKS[state]} word={m.backups.states[state]} />
          )}
        </div>
      </div>
      <div className={styles.acts}>
        <Button look="ghost" aria-label={m.backups.checkNamed(when)} onClick={() => void check.run()}>
          {m.backups.check}
        </Button>
        <Button aria-label={m.backups.restoreNamed(when)} onClick={() => setAsks(true)}>
          {m.backups.restore}
        </Button>
      </div>
      {asks && <RestoreDialog name={name} title={m.backups.restoreTitle(when)} onClose={() => setAsks(false)} />}
    </li>
  );
}
