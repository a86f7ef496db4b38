import { AlertDialog } from '@base-ui/react/alert-dialog';
import type { ReactNode } from 'react';
import { useRef } from 'react';
import type { AppError } from '../../shared/errors.ts';
import { m } from '../i18n/messages.ts';
import { Button } from './button.tsx';
import { ErrorNote } from './error-note.tsx';
import styles from './overlay.module.css';
import { useReturnFocus } from './use-return-focus.ts';

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
  useReturnFocus();
  const { open, title, children, verb, danger, pending, disabled, error, onConfirm, onCancel } = props;
  return (
    <AlertDialog.Root open={open} onOpenChange={(next) => !next && onCancel()}>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop className={styles.backdrop} />
        <AlertDialog.Popup data-overlay className={styles.dialog} initialFocus={safe}>
          <AlertDialog.Title className={styles.title}>{title}</AlertDialog.Title>
          <AlertDialog.Description className={styles.description} render={<div />}>
            {children}
          </AlertDialog.Description>
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
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
