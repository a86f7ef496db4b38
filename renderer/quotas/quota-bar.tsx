import { barParts } from './bar-parts.ts';
import { classes } from '../ui/classes.ts';
import styles from './quota-bar.module.css';

interface Props {
  /** What it measures; spoken. */
  readonly label: string;
  /** The figures in words; spoken in place of a bare number. */
  readonly words: string;
  readonly used: number;
  readonly reserved: number;
  readonly limit: number;
  /** Of the limit: only for critical calls. */
  readonly kept?: number;
  /** In percent of what is not kept; each has a mark. */
  readonly levels: readonly number[];
  readonly tone: 'ok' | 'warn' | 'bad';
  readonly thin?: boolean;
}

/** How far a quota is used, drawn. The figures stand beside it: nothing is said by the bar alone. */
export function QuotaBar({ label, words, used, reserved, limit, kept = 0, levels, tone, thin }: Props) {
  const parts = barParts({ used, reserved, limit, kept, levels });
  return (
    <div
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={limit}
      aria-valuenow={Math.min(used, limit)}
      aria-valuetext={words}
      className={classes(styles.bar, thin === true && styles.thin, tone !== 'ok' && styles[tone])}
    >
      {parts.kept > 0 && <div className={styles.kept} style={{ inlineSize: `${parts.kept}%` }} />}
      <div className={styles.used} style={{ inlineSize: `${parts.spent}%` }} />
      {parts.held > 0 && (
        <div
          className={styles.reserved}
          style={{ insetInlineStart: `${parts.spent}%`, inlineSize: `${parts.held}%` }}
        />
      )}
      {parts.marks.map(({ level, at }) => (
        <div
          key={level}
          className={classes(styles.tick, at < parts.spent && styles.passed)}
          style={{ insetInlineStart: `${at}%` }}
        />
      ))}
    </div>
  );
}
