import { m } from '../i18n/messages.ts';
import { classes } from '../ui/classes.ts';
import styles from './new-password.module.css';
import type { Strength } from './use-new-password.ts';

const TONES = ['bad', 'bad', 'warn', 'ok', 'ok'] as const;

/** Five steps, a word and a plain sentence; the sentence is read out politely. */
export function StrengthMeter({ strength }: { readonly strength: Strength | null }) {
  const score = strength?.score ?? -1;
  const tone = TONES[Math.max(0, score)];
  return (
    <div>
      <div className={styles.meter} aria-hidden>
        {TONES.map((_, step) => (
          <span
            key={step}
            className={classes(styles.step, step <= score && styles.on, tone !== undefined && styles[tone])}
          />
        ))}
      </div>
      <p role="status" aria-label={m.firstRun.strength} className={styles.sentence}>
        {strength !== null && (
          <>
            <span className={styles.word}>{m.firstRun.strengths[strength.score]}.</span> {strength.sentence}{' '}
            {strength.suggestion}
          </>
        )}
      </p>
    </div>
  );
}
