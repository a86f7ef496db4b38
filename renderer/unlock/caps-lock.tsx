import { ArrowBigUpDash } from 'lucide-react';
import { m } from '../i18n/messages.ts';
import styles from './gate.module.css';

/** Said beside a password field; read out when it turns on. */
export function CapsLock({ on }: { readonly on: boolean }) {
  return (
    <p role="status" className={on ? styles.caps : 'visually-hidden'}>
      {on && (
        <>
          <ArrowBigUpDash size={16} aria-hidden />
          {m.common.capsLock}
        </>
      )}
    </p>
  );
}
