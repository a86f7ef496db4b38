import type { ReactNode } from 'react';
import styles from './empty.module.css';

interface Props {
  readonly icon: ReactNode;
  readonly title: string;
  readonly children?: ReactNode;
  readonly actions?: ReactNode;
}

/** A screen without content says what to do next. */
export function Empty({ icon, title, children, actions }: Props) {
  return (
    <div className={styles.empty}>
      <span className={styles.mark} aria-hidden>
        {icon}
      </span>
      <h2>{title}</h2>
      <div className={styles.text}>{children}</div>
      {actions !== undefined && <div className={styles.actions}>{actions}</div>}
    </div>
  );
}
