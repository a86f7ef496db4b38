import { Dialog as Base } from '@base-ui/react/dialog';
import type { ReactNode, RefObject } from 'react';
import { classes } from './classes.ts';
import styles from './overlay.module.css';
import { useReturnFocus } from './use-return-focus.ts';

interface Props {
  readonly open: boolean;
  readonly title: string;
  readonly description?: ReactNode;
  readonly wide?: boolean;
  readonly initialFocus?: RefObject<HTMLElement | null>;
  readonly onClose: () => void;
  readonly actions?: ReactNode;
  readonly children?: ReactNode;
}

/** A modal question or form. Escape and the backdrop close it; focus goes back to where it was. */
export function Dialog({ open, title, description, wide, initialFocus, onClose, actions, children }: Props) {
  useReturnFocus();
  return (
    <Base.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Base.Portal>
        <Base.Backdrop className={styles.backdrop} />
        <Base.Popup
          data-overlay
          className={classes(styles.dialog, wide === true && styles.wide)}
          initialFocus={initialFocus}
        >
          <Base.Title className={styles.title}>{title}</Base.Title>
          {description !== undefined && (
            <Base.Description className={styles.description} render={<div />}>
              {description}
            </Base.Description>
          )}
          {children}
          {actions !== undefined && <div className={styles.actions}>{actions}</div>}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
