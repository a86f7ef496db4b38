import type { ReplacedVaultSummary } from '../../shared/contract/backups.ts';
import { useState } from 'react';
import { call } from '../contract/client.ts';
import { useAction } from '../contract/use-action.ts';
import { formatBytes, formatDateTime } from '../i18n/format.ts';
import { m } from '../i18n/messages.ts';
import { loadBackups } from '../state/backups.ts';
import { Button } from '../ui/button.tsx';
import { PasswordDialog } from '../ui/password-dialog.tsx';
import { announce } from '../ui/toasts.ts';
import styles from './backups.module.css';
import { RestoreDialog } from './restore-dialog.tsx';

/** What a restore kept. Only its owner removes it. */
export function ReplacedList({ replaced }: { readonly replaced: readonly ReplacedVaultSummary[] }) {
  return (
    <ul className={styles.lines}>
      {replaced.map((one) => (
        <ReplacedLine key={one.name} replaced={one} />
      ))}
    </ul>
  );
}

function ReplacedLine({ replaced }: { readonly replaced: ReplacedVaultSummary }) {
  const [asks, setAsks] = useState<'restore' | 'remove' | null>(null);
  const { name, at, bytes, complete } = replaced;
  const when = formatDateTime(at);
  const close = (): void => setAsks(null);
  const remove = useAction(async (password: string) => {
    await call('vault.removeReplaced', { name, password });
    await loadBackups();
    announce(m.backups.removed, { slot: 'backups' });
    close();
  });
  return (
    <li className={styles.line}>
      <div className={styles.what}>
        <p className={styles.when}>
          <strong>{m.backups.keptOn(when)}</strong>
        </p>
        <div className={styles.facts}>
          <span>{formatBytes(bytes)}</span>
          <span>{complete ? m.backups.keptWhole : m.backups.keptPart}</span>
        </div>
      </div>
      <div className={styles.acts}>
        <Button look="ghost" aria-label={m.backups.removeNamed(when)} onClick={() => setAsks('remove')}>
          {m.backups.remove}
        </Button>
        {complete && (
          <Button aria-label={m.backups.restoreKeptNamed(when)} onClick={() => setAsks('restore')}>
            {m.backups.restore}
          </Button>
        )}
      </div>
      {asks === 'restore' && <RestoreDialog name={name} title={m.backups.restoreKeptTitle(when)} onClose={close} />}
      {asks === 'remove' && (
        <PasswordDialog
          danger
          title={m.backups.removeTitle(when)}
          text={m.backups.removeText}
          verb={m.backups.removeVerb}
          pending={remove.pending}
          error={remove.error}
          onPassword={(password) => void remove.run(password)}
          onCancel={close}
        />
      )}
    </li>
  );
}
