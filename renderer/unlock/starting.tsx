import { m } from '../i18n/messages.ts';
import { Skeleton } from '../ui/skeleton.tsx';
import styles from './gate.module.css';

/** Until the core has said whether the vault is open. */
export function Starting() {
  return (
    <main className={styles.page}>
      <h1 className="visually-hidden">{m.common.product}</h1>
      <div className={styles.card}>
        <Skeleton lines count={3} />
      </div>
    </main>
  );
}
