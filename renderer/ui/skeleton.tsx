import { m } from '../i18n/messages.ts';
import { classes } from './classes.ts';
import styles from './empty.module.css';

/** Stands in for content that takes longer than 150 ms, in its shape: cards, or lines of a list. Before that nothing is shown. */
export function Skeleton({ count = 4, lines }: { readonly count?: number; readonly lines?: boolean }) {
  return (
    <div
      className={classes(styles.skeleton, lines === true && styles.lines)}
      role="status"
      aria-label={m.common.loading}
    >
      {Array.from({ length: count }, (_, index) => (
        <div key={index} className={styles.bone} />
      ))}
    </div>
  );
}
