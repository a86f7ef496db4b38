import { Popover } from '@base-ui/react/popover';
import { Bell as BellIcon } from 'lucide-react';
import { useEffect, useState } from 'react';
import { m } from '../i18n/messages.ts';
import { loadNotices, useNotices, WARNING_SLOT } from '../state/notices.ts';
import { IconButton } from '../ui/icon-button.tsx';
import { clearSlot } from '../ui/toasts.ts';
import { Inbox } from './inbox.tsx';
import styles from './notifications.module.css';

/** The bell of the top bar with its count; the inbox opens below it. */
export function Bell() {
  const unread = useNotices((store) => store.counts?.unread ?? 0);
  const [open, setOpen] = useState(false);
  useEffect(() => {
    void loadNotices();
  }, []);
  return (
    <Popover.Root
      open={open}
      onOpenChange={(next) => {
        if (next) {
          clearSlot(WARNING_SLOT); // it says the same, over the panel
          void loadNotices('inbox');
        }
        setOpen(next);
      }}
    >
      <span className={styles.bell}>
        <Popover.Trigger
          render={<IconButton label={m.notifications.open(unread)} icon={<BellIcon size={18} aria-hidden />} />}
        />
        {unread > 0 && (
          <span className={styles.badge} aria-hidden>
            {m.notifications.badge(unread)}
          </span>
        )}
      </span>
      <Arrivals />
      <Popover.Portal>
        <Popover.Positioner
          positionMethod="fixed"
          sideOffset={8}
          align="end"
          collisionPadding={8}
          className={styles.place}
        >
          <Popover.Popup className={styles.popup} data-overlay>
            <Inbox onLeave={() => setOpen(false)} />
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}

/** Tells readers of what came in since the window opened; the eye sees the count rise. */
function Arrivals() {
  const newest = useNotices((store) => store.arrived);
  return (
    <span role="status" className="visually-hidden">
      {newest !== null && m.notifications.arrived(newest.title)}
    </span>
  );
}
