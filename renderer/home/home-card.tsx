import { type ReactNode, useId } from 'react';
import styles from './home.module.css';

interface Props {
  readonly title: string;
  /** Where there is more of it. */
  readonly link?: { readonly href: string; readonly text: string };
  readonly wide?: boolean;
  readonly children: ReactNode;
}

export function HomeCard({ title, link, wide, children }: Props) {
  const id = useId();
  return (
    <section className={styles.card} aria-labelledby={id} data-wide={wide === true ? '' : undefined}>
      <div className={styles.cardhead}>
        <h2 id={id}>{title}</h2>
        {link !== undefined && <a href={link.href}>{link.text}</a>}
      </div>
      {children}
    </section>
  );
}
