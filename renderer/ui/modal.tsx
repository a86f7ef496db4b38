import { AlertDialog } from '@base-ui/react/alert-dialog';
import { Dialog } from '@base-ui/react/dialog';
import type { ComponentProps, KeyboardEvent, ReactNode } from 'react';
import { createContext, useContext, useRef } from 'react';
import styles from './overlay.module.css';
import { useReturnFocus } from './use-return-focus.ts';
import { useTabWithin } from './use-tab-within.ts';

interface Props {
  readonly open: boolean;
  /** Wants an answer: a press beside it does not close it. */
  readonly asks?: boolean;
  readonly className: string | undefined;
  /** Where it shows no title of its own. */
  readonly label?: string;
  readonly initialFocus?: ComponentProps<typeof Dialog.Popup>['initialFocus'];
  readonly onKeyDown?: (event: KeyboardEvent) => void;
  /** Asked to close: Escape, or a press beside it. */
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** In another one: the library keeps it beside that one, as part of it. */
const InModal = createContext(false);

/** What lies over everything else until it is answered or closed; all dialogs and sheets are made of it. */
export function Modal({ open, asks, className, label, initialFocus, onKeyDown, onClose, children }: Props) {
  const popup = useRef<HTMLDivElement>(null);
  const back = useReturnFocus(popup, open);
  useTabWithin(popup, open);
  const container = useContext(InModal) ? undefined : document.getElementById('modals');
  const Root = asks === true ? AlertDialog.Root : Dialog.Root;
  return (
    <Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Dialog.Portal container={container}>
        <Dialog.Backdrop className={styles.backdrop} />
        <Dialog.Popup
          ref={popup}
          data-overlay
          data-modal
          className={className}
          aria-label={label}
          initialFocus={initialFocus}
          finalFocus={back}
          onKeyDown={onKeyDown}
        >
          <InModal value>{children}</InModal>
        </Dialog.Popup>
      </Dialog.Portal>
    </Root>
  );
}
