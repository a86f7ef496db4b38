import { type ReactNode, useId } from 'react';
import card from '../ui/card.module.css';
import { classes } from '../ui/classes.ts';
import styles from './home.module.css';

interface Props {
  readonly title: string;
  /** Where there is more of it. */
  readonly link?: { readonly href: string; readonly text: string };
  readonly act?: ReactNode;
  readonly wide?: boolean;
  readonly children: ReactNode;
}

export function HomeCard({ title, link, act, wide, children }: Props) {
  const id = useId();
  return (
    <section className={classes(card.card, wide && styles.wide)} aria-labelledby={id}>
      <div className={styles.cardhead}>
        <h2 id={id}>{title}</h2>
        {link !== undefined && <a href={link.href}>{link.text}</a>}
        {act}
      </div>
      {children}
    </section>
  );
}
