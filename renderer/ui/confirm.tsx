import { Dialog as Base } from '@base-ui/react/dialog';
import type { ReactNode } from 'react';
import { useRef } from 'react';
import type { AppError } from '../../shared/errors.ts';
import { m } from '../i18n/messages.ts';
import { Button } from './button.tsx';
import { ErrorNote } from './error-note.tsx';
import { Modal } from './modal.tsx';
import styles from './overlay.module.css';

interface Props {
  readonly open: boolean;
  readonly title: string;
  readonly children: ReactNode;
  /** A verb: "Delete key", never "OK". */
  readonly verb: string;
  readonly cancel?: string;
  readonly danger?: boolean;
  readonly pending?: boolean;
  readonly disabled?: boolean;
  readonly error?: AppError | null;
  readonly onConfirm: () => void;
  readonly onCancel: () => void;
}

/** Asks before something that matters. The safe answer has the focus. */
export function Confirm(props: Props) {
  const safe = useRef<HTMLButtonElement>(null);
  const { open, title, children, verb, danger, pending, disabled, error, onConfirm, onCancel } = props;
  return (
    <Modal asks open={open} className={styles.dialog} initialFocus={safe} onClose={onCancel}>
      <Base.Title className={styles.title}>{title}</Base.Title>
      <Base.Description className={styles.description} render={<div />}>
        {children}
      </Base.Description>
      <ErrorNote error={error ?? null} />
      <div className={styles.actions}>
        <Button ref={safe} onClick={onCancel}>
          {props.cancel ?? m.common.cancel}
        </Button>
        <Button
          look={danger === true ? 'danger' : 'primary'}
          pending={pending === true}
          disabled={disabled === true}
          onClick={onConfirm}
        >
          {verb}
        </Button>
      </div>
    </Modal>
  );
}
