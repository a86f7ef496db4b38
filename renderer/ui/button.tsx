import { LoaderCircle } from 'lucide-react';
import type { ComponentProps, ReactNode } from 'react';
import styles from './button.module.css';
import { classes } from './classes.ts';

type Look = 'primary' | 'secondary' | 'ghost' | 'danger' | 'link';

interface Props extends Omit<ComponentProps<'button'>, 'className'> {
  readonly look?: Look;
  readonly large?: boolean;
  /** Shows that the act is under way; the button stays focusable, so focus is not lost. */
  readonly pending?: boolean;
  readonly icon?: ReactNode;
}

export function Button({ look = 'secondary', large, pending, icon, children, onClick, ...rest }: Props) {
  return (
    <button
      type="button"
      {...rest}
      aria-disabled={pending === true ? true : undefined}
      onClick={pending === true ? (event) => event.preventDefault() : onClick}
      className={classes(styles.button, styles[look], large === true && styles.large)}
    >
      {pending === true ? <LoaderCircle size={16} aria-hidden className={styles.spin} /> : icon}
      {children}
    </button>
  );
}
