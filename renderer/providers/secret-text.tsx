import { useState } from 'react';
import { useNow } from '../contract/use-now.ts';
import { m } from '../i18n/messages.ts';
import { classes } from '../ui/classes.ts';
import styles from './secret-text.module.css';
import type { Reveal } from './use-reveal.ts';

interface Props {
  readonly masked: string;
  readonly reveal: Reveal;
  readonly name: string;
  /** One line that scrolls sideways, for rows of a fixed height. */
  readonly oneLine?: boolean;
}

/** The masked key, or the key itself while it may be seen; digits and letters then differ in colour. */
export function SecretText({ masked, reveal, name, oneLine }: Props) {
  if (reveal.value === null) return <Masked text={masked} />;
  return (
    <span data-shown className={classes(styles.shown, oneLine === true && styles.oneLine)}>
      <span className={styles.value}>
        {(reveal.value.match(/[0-9]+|[^0-9]+/g) ?? []).map((run, index) => (
          <span key={index} className={/^[0-9]/.test(run) ? styles.digits : undefined}>
            {run}
          </span>
        ))}
      </span>
      <Countdown endsAtMs={reveal.endsAtMs} name={name} />
    </span>
  );
}

/** Where there is little room its beginning gives way: the last four tell one key from another. */
function Masked({ text }: { readonly text: string }) {
  const tail = text.lastIndexOf('•') + 1;
  return (
    <span className={styles.masked}>
      <span className={styles.start}>{text.slice(0, tail)}</span>
      <span className={styles.tail}>{text.slice(tail)}</span>
    </span>
  );
}

function Countdown({ endsAtMs, name }: { readonly endsAtMs: number; readonly name: string }) {
  const nowMs = useNow(1_000);
  const left = Math.max(0, Math.ceil((endsAtMs - nowMs) / 1000));
  const [atFirst] = useState(left); // read out once, not every second
  return (
    <>
      <span aria-hidden className={styles.left}>
        {m.providers.hidesIn(left)}
      </span>
      <span role="status" className="visually-hidden">
        {m.providers.revealed(name, atFirst)}
      </span>
    </>
  );
}
