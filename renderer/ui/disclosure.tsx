import { ChevronRight } from 'lucide-react';
import type { ReactNode } from 'react';
import { useId, useState } from 'react';
import styles from './disclosure.module.css';

interface Props {
  readonly title: string;
  /** Opens it whatever the user chose: something inside needs attention. */
  readonly forced?: boolean;
  readonly children: ReactNode;
}

/** What is rarely needed, one click away. */
export function Disclosure({ title, forced, children }: Props) {
  const [chosen, setChosen] = useState(false);
  const open = chosen || forced === true;
  const id = useId();
  return (
    <div className={styles.box}>
      <button
        type="button"
        className={styles.head}
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        onClick={() => setChosen(!open)}
      >
        <ChevronRight size={16} aria-hidden />
        {title}
      </button>
      {open && (
        <div id={id} className={styles.body}>
          {children}
        </div>
      )}
    </div>
  );
}
