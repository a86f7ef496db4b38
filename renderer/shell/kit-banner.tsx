import { m } from '../i18n/messages.ts';
import { navigate, useRoute } from '../state/route.ts';
import { useSession } from '../state/session.ts';
import { Button } from '../ui/button.tsx';
import { Note } from '../ui/note.tsx';
import styles from './shell.module.css';

/** What the core wants to be seen, and the missing recovery kit. Settings say the same in their own place. */
export function KitBanner() {
  const status = useSession((session) => session.status);
  const { screen } = useRoute();
  if (status === null || screen === 'settings') return null;
  const { notices, protection, backupProblem } = status;
  if (notices.length === 0 && protection.recoveryConfirmed) return null;
  return (
    <div className={styles.banner}>
      {notices.map((notice) => (
        <Note key={notice} tone="warn">
          <p>{notice}</p>
          {notice === backupProblem && (
            <Button look="link" onClick={() => navigate({ screen: 'settings', section: 'backups' })}>
              {m.backups.show}
            </Button>
          )}
        </Note>
      ))}
      {!protection.recoveryConfirmed && (
        <Note tone="warn">
          <p>{m.shell.kitMissing}</p>
          <Button look="link" onClick={() => navigate({ screen: 'settings' })}>
            {m.shell.kitMake}
          </Button>
        </Note>
      )}
    </div>
  );
}
