import { useState } from 'react';
import { m } from '../i18n/messages.ts';
import styles from './gate.module.css';

interface Props {
  readonly problem: string | null;
  readonly secondsLeft: number;
}

/** The countdown ticks for the eyes; readers hear the failure and the whole delay once. */
export function DelayNote({ problem, secondsLeft }: Props) {
  const [said, setSaid] = useState('');
  const waiting = secondsLeft > 0;
  const [was, setWas] = useState({ problem, waiting });
  if (was.problem !== problem || was.waiting !== waiting) {
    setWas({ problem, waiting });
    setSaid([problem ?? '', waiting ? m.unlock.wait(secondsLeft) : ''].filter(Boolean).join('. '));
  }
  return (
    <>
      {waiting && (
        <p aria-hidden className={styles.lead}>
          {m.unlock.wait(secondsLeft)}
        </p>
      )}
      <p role="status" className="visually-hidden">
        {said}
      </p>
    </>
  );
}
