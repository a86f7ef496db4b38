import { useState } from 'react';
import { RestoreForm } from '../backups/restore-form.tsx';
import { RestoredNote } from '../backups/restored-note.tsx';
import { m } from '../i18n/messages.ts';
import { refreshStatus, useSession } from '../state/session.ts';
import { Button } from '../ui/button.tsx';
import { Logo } from '../ui/logo.tsx';
import { Note } from '../ui/note.tsx';
import { StatusDot } from '../ui/status-dot.tsx';
import { classes } from '../ui/classes.ts';
import styles from './gate.module.css';
import { lockReason } from './lock-reason.ts';
import { PasswordForm } from './password-form.tsx';
import { RecoveryForm } from './recovery-form.tsx';

type Way = 'password' | 'recovery' | 'restore';

/** The vault is locked: nothing of it is shown. Where it is damaged, the way back is the first thing that is offered. */
export function UnlockScreen() {
  const [chosen, setChosen] = useState<Way | null>(null);
  const status = useSession((session) => session.status);
  const endpoint = useSession((session) => session.endpoint);
  const { damage = null, restored = null } = status ?? {};
  const way = chosen ?? (damage === null ? 'password' : 'restore');
  const notices = (status?.notices ?? []).filter((notice) => damage === null || !notice.startsWith(damage));
  return (
    <main className={styles.page}>
      <div className={styles.card}>
        <Head way={way} damage={damage} />
        {restored !== null && way === 'password' && <RestoredNote restored={restored} />}
        {notices.map((notice) => (
          <Note key={notice} tone="warn">
            <p>{notice}</p>
          </Note>
        ))}
        {damage !== null && (
          <Note tone="bad">
            <p>{damage}</p>
          </Note>
        )}
        <div className={styles.panel}>
          {way === 'password' && (
            <PasswordForm onRecovery={() => setChosen('recovery')} onRestore={() => setChosen('restore')} />
          )}
          {way === 'recovery' && <RecoveryForm onPassword={() => setChosen('password')} />}
          {way === 'restore' && (
            <RestoreForm
              onDone={() => void refreshStatus().then(() => setChosen(null))}
              onPassword={() => setChosen('password')}
            />
          )}
        </div>
        {way === 'password' && (
          <p className={styles.foot}>
            <Button look="link" onClick={() => setChosen('restore')}>
              {m.backups.lost}
            </Button>
          </p>
        )}
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

function Head({ way, damage }: { readonly way: Way; readonly damage: string | null }) {
  const reason = lockReason();
  const titles: Readonly<Record<Way, string>> = {
    password: m.unlock.title,
    recovery: m.unlock.recoveryTitle,
    restore: damage === null ? m.backups.lost : m.backups.brokenTitle,
  };
  const leads: Readonly<Record<Way, string | null>> = {
    password: reason === null ? null : m.unlock.reasons[reason],
    recovery: m.unlock.recoveryLead,
    restore: damage === null ? m.backups.lostLead : m.backups.brokenLead,
  };
  const lead = leads[way];
  return (
    <div className={styles.head}>
      <Logo size={44} />
      <h1>{titles[way]}</h1>
      {lead !== null && <p className={styles.lead}>{lead}</p>}
    </div>
  );
}
