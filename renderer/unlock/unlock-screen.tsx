import { useState } from 'react';
import { m } from '../i18n/messages.ts';
import { useSession } from '../state/session.ts';
import { Logo } from '../ui/logo.tsx';
import { Note } from '../ui/note.tsx';
import { StatusDot } from '../ui/status-dot.tsx';
import { classes } from '../ui/classes.ts';
import styles from './gate.module.css';
import { lockReason } from './lock-reason.ts';
import { PasswordForm } from './password-form.tsx';
import { RecoveryForm } from './recovery-form.tsx';

/** The vault is locked: nothing of it is shown. */
export function UnlockScreen() {
  const [way, setWay] = useState<'password' | 'recovery'>('password');
  const notices = useSession((session) => session.status?.notices) ?? [];
  const endpoint = useSession((session) => session.endpoint);
  const reason = lockReason();
  return (
    <main className={styles.page}>
      <div className={styles.card}>
        <div className={styles.head}>
          <Logo size={44} />
          <h1>{way === 'password' ? m.unlock.title : m.unlock.recoveryTitle}</h1>
          {way === 'password' ? (
            reason !== null && <p className={styles.lead}>{m.unlock.reasons[reason]}</p>
          ) : (
            <p className={styles.lead}>{m.unlock.recoveryLead}</p>
          )}
        </div>
        {notices.map((notice) => (
          <Note key={notice} tone="warn">
            <p>{notice}</p>
          </Note>
        ))}
        <div className={styles.panel}>
          {way === 'password' ? (
            <PasswordForm onRecovery={() => setWay('recovery')} />
          ) : (
            <RecoveryForm onPassword={() => setWay('password')} />
          )}
        </div>
      </div>
      <p className={classes(styles.foot)}>
        {endpoint?.on === true ? (
          <StatusDot tone="warn" shape="pause" word={m.unlock.endpointPaused(endpoint.port)} />
        ) : (
          <StatusDot tone="quiet" shape="ring" word={m.unlock.endpointOff} />
        )}
      </p>
    </main>
  );
}
