import { TimerReset } from 'lucide-react';
import { call } from '../contract/client.ts';
import { useNow } from '../contract/use-now.ts';
import { m } from '../i18n/messages.ts';
import { useSession } from '../state/session.ts';
import { Button } from '../ui/button.tsx';
import styles from './shell.module.css';

/** The vault is about to lock by itself; any activity calls it off too. */
export function LockWarning() {
  const locksAtMs = useSession((session) => session.locksAtMs);
  return locksAtMs === null ? null : <Warning locksAtMs={locksAtMs} />;
}

function Warning({ locksAtMs }: { readonly locksAtMs: number }) {
  const nowMs = useNow(500);
  const stay = (): void => {
    void call('app.activity', {})
      .then(() => useSession.setState({ locksAtMs: null }))
      .catch(() => undefined); // it stays, and the vault locks
  };
  return (
    <div className={styles.warning}>
      <TimerReset size={20} aria-hidden />
      <div>
        <strong aria-hidden>{m.shell.lockSoon(Math.max(0, Math.ceil((locksAtMs - nowMs) / 1000)))}</strong>
        <span role="alert">
          <span className="visually-hidden">{m.shell.lockSoon(20)}. </span>
          {m.shell.lockSoonText}
        </span>
      </div>
      <Button look="primary" onClick={stay}>
        {m.shell.stay}
      </Button>
    </div>
  );
}
