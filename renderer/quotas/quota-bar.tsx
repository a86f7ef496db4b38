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
  /** In percent of the limit; each has a mark. */
  readonly levels: readonly number[];
  readonly tone: 'ok' | 'warn' | 'bad';
  readonly thin?: boolean;
}

/** How far a quota is used, drawn. The figures stand beside it: nothing is said by the bar alone. */
export function QuotaBar({ label, words, used, reserved, limit, levels, tone, thin }: Props) {
  const share = (amount: number): number => (limit === 0 ? 100 : Math.min(100, (amount / limit) * 100));
  const spent = share(used);
  const held = Math.min(share(reserved), 100 - spent);
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
      <div className={styles.used} style={{ inlineSize: `${spent}%` }} />
      {held > 0 && (
        <div className={styles.reserved} style={{ insetInlineStart: `${spent}%`, inlineSize: `${held}%` }} />
      )}
      {levels
        .filter((level) => level > 0 && level < 100)
        .map((level) => (
          <div
            key={level}
            className={classes(styles.tick, level < spent && styles.passed)}
            style={{ insetInlineStart: `${level}%` }}
          />
        ))}
    </div>
  );
}
