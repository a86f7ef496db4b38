import { Dialog as Base } from '@base-ui/react/dialog';
import type { ReactNode, RefObject } from 'react';
import { classes } from './classes.ts';
import { Modal } from './modal.tsx';
import styles from './overlay.module.css';

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
  return (
    <Modal
      open={open}
      className={classes(styles.dialog, wide === true && styles.wide)}
      initialFocus={initialFocus}
      onClose={onClose}
    >
      <Base.Title className={styles.title}>{title}</Base.Title>
      {description !== undefined && (
        <Base.Description className={styles.description} render={<div />}>
          {description}
        </Base.Description>
      )}
      {children}
      {actions !== undefined && <div className={styles.actions}>{actions}</div>}
    </Modal>
  );
}
