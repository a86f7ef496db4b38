import { Toast } from '@base-ui/react/toast';
import { X } from 'lucide-react';
import type { CSSProperties } from 'react';
import { m } from '../i18n/messages.ts';
import { Button } from './button.tsx';
import { classes } from './classes.ts';
import { IconButton } from './icon-button.tsx';
import styles from './toast.module.css';
import type { ToastData } from './toasts.ts';
import { toasts } from './toasts.ts';

/** The one place where toasts come up. Read out politely, errors at once. */
export function ToastPlace() {
  return (
    <Toast.Provider toastManager={toasts} limit={3}>
      <Toast.Portal>
        <Toast.Viewport className={styles.viewport} data-toasts>
          <List />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  );
}

function List() {
  const { toasts: present, close } = Toast.useToastManager<ToastData>();
  return present.map((toast) => {
    const { act, barMs, tone } = toast.data ?? {};
    return (
      <Toast.Root
        key={toast.id}
        toast={toast}
        swipeDirection={[]}
        className={classes(styles.toast, tone !== undefined && styles[tone])}
      >
        <Toast.Content className={styles.content}>
          <div className={styles.text}>
            <Toast.Title className={styles.title} render={<p />} />
            <Toast.Description className={styles.description} />
          </div>
          {act !== undefined && (
            <Button
              look="secondary"
              onClick={() => {
                act.run();
                close(toast.id);
              }}
            >
              {act.label}
            </Button>
          )}
          <IconButton label={m.common.dismiss} icon={<X size={16} aria-hidden />} onClick={() => close(toast.id)} />
        </Toast.Content>
        {barMs !== undefined && <div className={styles.bar} style={{ '--lasts': `${barMs}ms` } as CSSProperties} />}
      </Toast.Root>
    );
  });
}
