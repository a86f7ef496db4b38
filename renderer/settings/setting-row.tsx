import { RotateCcw } from 'lucide-react';
import type { ReactNode } from 'react';
import { m } from '../i18n/messages.ts';
import { IconButton } from '../ui/icon-button.tsx';
import page from '../ui/page-layout.module.css';
import styles from './settings.module.css';

export interface Setting {
  readonly title: string;
  readonly text?: string;
  readonly byDefault?: string;
  /** Only where the value differs from the default. */
  readonly onReset?: (() => void) | undefined;
  readonly control?: ReactNode;
  readonly below?: ReactNode;
}

export function SettingRow({ title, text, byDefault, onReset, control, below }: Setting) {
  return (
    <div className={page.row}>
      <div className={styles.text}>
        <h3>{title}</h3>
        {text !== undefined && <p>{text}</p>}
        {byDefault !== undefined && <p className={styles.default}>{m.settings.byDefault(byDefault)}</p>}
      </div>
      <div className={styles.control}>
        {onReset !== undefined && (
          <IconButton
            label={m.settings.resetNamed(title)}
            tip={m.settings.reset}
            icon={<RotateCcw size={15} aria-hidden />}
            onClick={onReset}
          />
        )}
        {control}
      </div>
      {below !== undefined && <div className={styles.below}>{below}</div>}
    </div>
  );
}
