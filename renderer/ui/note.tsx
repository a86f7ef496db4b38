import { CircleAlert, CircleCheck, Info, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { classes } from './classes.ts';
import styles from './note.module.css';

const ICONS = { info: Info, ok: CircleCheck, warn: TriangleAlert, bad: CircleAlert, quiet: Info } as const;

interface Props {
  readonly tone: keyof typeof ICONS;
  readonly title?: string;
  readonly role?: 'alert' | 'status';
  readonly children?: ReactNode;
}

/** A short message that belongs to what stands beside it. */
export function Note({ tone, title, role, children }: Props) {
  const Icon = ICONS[tone];
  return (
    <div className={classes(styles.note, styles[tone])} role={role}>
      <Icon size={16} aria-hidden />
      <div className={styles.text}>
        {title !== undefined && <p className={styles.title}>{title}</p>}
        {children}
      </div>
    </div>
  );
}
