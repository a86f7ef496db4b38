import { createPortal } from 'react-dom';
import { encode } from 'uqr';
import { formatDate } from '../i18n/format.ts';
import { m } from '../i18n/messages.ts';
import styles from './first-run.module.css';

/** The page that "Print kit" prints; on screen it is not there. */
export function KitSheet({ code }: { readonly code: string }) {
  const qr = encode(code, { border: 2 });
  const path = qr.data.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ''))).join('');
  return createPortal(
    <div className={styles.sheet} data-print aria-hidden>
      <h2>{m.firstRun.printTitle}</h2>
      <p>{m.firstRun.printText}</p>
      <p className={styles.paper}>{code}</p>
      <svg width="180" height="180" viewBox={`0 0 ${qr.size} ${qr.size}`} shapeRendering="crispEdges">
        <title>{m.firstRun.qr}</title>
        <rect width={qr.size} height={qr.size} fill="#fff" />
        <path d={path} fill="#000" />
      </svg>
      <p>
        {m.firstRun.printed} {formatDate(new Date().toISOString())}
      </p>
    </div>,
    document.body,
  );
}
