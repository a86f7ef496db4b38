import { Dialog as Base } from '@base-ui/react/dialog';
import { X } from 'lucide-react';
import { type KeyboardEvent, type ReactNode, type RefObject, useRef } from 'react';
import { m } from '../i18n/messages.ts';
import { IconButton } from './icon-button.tsx';
import { Modal } from './modal.tsx';
import styles from './overlay.module.css';

interface Props {
  readonly open: boolean;
  readonly title: string;
  /** Asked to close (Escape, backdrop, button); the owner decides, so that nothing typed is lost. */
  readonly onClose: () => void;
  /** Ctrl+Enter (or Cmd+Enter) anywhere in the sheet, its foot included. Not given: there is nothing to save. */
  readonly onSave?: () => void;
  readonly initialFocus?: RefObject<HTMLElement | null>;
  readonly foot: ReactNode;
  readonly children: ReactNode;
}

/** A side sheet: a form, or something to read beside one. */
export function Sheet({ open, title, onClose, onSave, initialFocus, foot, children }: Props) {
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    event.stopPropagation(); // a sheet over another one keeps it to itself
    onSave?.();
  };
  const body = useRef<HTMLDivElement>(null);
  const focus = initialFocus ?? ((opened: string) => opened === 'touch' || beginning(body.current));
  return (
    <Modal open={open} className={styles.sheet} initialFocus={focus} onKeyDown={onKeyDown} onClose={onClose}>
      <div className={styles.head}>
        <Base.Title className={styles.title}>{title}</Base.Title>
        <IconButton label={m.common.close} icon={<X size={18} aria-hidden />} onClick={onClose} />
      </div>
      <div ref={body} tabIndex={-1} className={styles.body}>
        {children}
      </div>
      <div className={styles.foot}>{foot}</div>
    </Modal>
  );
}

const FIELDS = 'form :is(input, select, textarea, button):enabled';

/** Where one begins: at the first field, or where there is none at what there is to read, which arrows then scroll. */
function beginning(body: HTMLElement | null): HTMLElement | true {
  const fields = [...(body?.querySelectorAll<HTMLElement>(FIELDS) ?? [])];
  return fields.find((one) => one.tabIndex >= 0 && one.checkVisibility()) ?? body ?? true;
}
