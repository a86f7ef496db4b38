import { TriangleAlert } from 'lucide-react';
import { m } from '../i18n/messages.ts';
import { loadSession, useSession } from '../state/session.ts';
import { Button } from '../ui/button.tsx';
import { Empty } from '../ui/empty.tsx';
import { ErrorNote } from '../ui/error-note.tsx';
import styles from './gate.module.css';

/** The core did not answer at the start. */
export function Broken() {
  const error = useSession((session) => session.error);
  return (
    <main className={styles.page}>
      <h1 className="visually-hidden">{m.common.product}</h1>
      <div className={styles.card}>
        <Empty
          icon={<TriangleAlert size={28} />}
          title={m.common.brokenTitle}
          actions={
            <Button look="primary" onClick={() => void loadSession()}>
              {m.common.retry}
            </Button>
          }
        >
          <p>{m.common.brokenText}</p>
          <ErrorNote error={error} />
        </Empty>
      </div>
    </main>
  );
}
