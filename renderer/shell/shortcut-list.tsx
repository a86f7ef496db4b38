import { m } from '../i18n/messages.ts';
import { show, useView } from '../state/view.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { ShortcutKeys } from '../ui/shortcut-keys.tsx';
import styles from './shell.module.css';
import { SHORTCUTS } from './shortcuts.ts';

export function ShortcutList() {
  const open = useView((view) => view.shortcuts);
  const close = (): void => show({ shortcuts: false });
  return (
    <Dialog
      open={open}
      title={m.shell.shortcutsTitle}
      onClose={close}
      actions={<Button onClick={close}>{m.common.close}</Button>}
    >
      <dl className={styles.keys}>
        {SHORTCUTS.map(({ keys, does }) => (
          <div key={keys}>
            <dt>{does}</dt>
            <dd>
              <ShortcutKeys keys={keys} spoken />
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
