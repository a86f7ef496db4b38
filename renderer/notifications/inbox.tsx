import { Popover } from '@base-ui/react/popover';
import { BellOff, CheckCheck, Ellipsis, Inbox as InboxIcon, Settings, Trash2 } from 'lucide-react';
import { useRef } from 'react';
import type { Notice } from '../../shared/contract/notifications.ts';
import { call } from '../contract/client.ts';
import { useNow } from '../contract/use-now.ts';
import { m } from '../i18n/messages.ts';
import { loadNotices, NOTICE_VIEWS, useNotices } from '../state/notices.ts';
import { navigate } from '../state/route.ts';
import { LoadError } from '../ui/load-error.tsx';
import { IconButton } from '../ui/icon-button.tsx';
import { Menu } from '../ui/menu.tsx';
import { Segmented } from '../ui/segmented.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { announce, announceFailure } from '../ui/toasts.ts';
import { NoticeLine } from './notice-line.tsx';
import { routeOfLink } from './notice-link.ts';
import styles from './notifications.module.css';
import type { Snooze } from './snooze.ts';
import { snoozedUntil } from './snooze.ts';

interface Props {
  /** A line was followed: the panel closes. */
  readonly onLeave: () => void;
}

async function act(change: () => Promise<unknown>): Promise<void> {
  try {
    await change();
    await loadNotices();
  } catch (thrown) {
    announceFailure(thrown);
  }
}

export function Inbox({ onLeave }: Props) {
  const { state, error, list, view, counts } = useNotices();
  const nowMs = useNow(60_000);
  const lines = useRef<HTMLUListElement>(null);
  /** The line is gone after the act; the focus goes on to the one that took its place. */
  const without = async (at: number, change: () => Promise<unknown>): Promise<void> => {
    await act(change);
    requestAnimationFrame(() => {
      const left = lines.current?.querySelectorAll<HTMLElement>('[data-line]') ?? [];
      const next = left[Math.min(at, left.length - 1)] ?? document.querySelector<HTMLElement>('[data-inbox-title]');
      next?.focus();
    });
  };
  const follow = (notice: Notice): void => {
    if (notice.readAt === null) void act(() => call('notifications.mark', { ids: [notice.id], read: true }));
    navigate(routeOfLink(notice.link));
    onLeave();
  };
  const dismissAll = async (): Promise<void> => {
    await act(() => call('notifications.dismiss', { ids: null }));
    announce(m.notifications.dismissed(counts?.inbox ?? 0), { slot: 'inbox' });
  };
  return (
    <div className={styles.inbox}>
      <div className={styles.head}>
        <Popover.Title className={styles.title} data-inbox-title tabIndex={-1}>
          {m.notifications.title}
        </Popover.Title>
        <Menu
          trigger={<IconButton label={m.notifications.more} icon={<Ellipsis size={17} aria-hidden />} />}
          entries={[
            {
              label: m.notifications.readAll,
              icon: <CheckCheck size={15} aria-hidden />,
              disabled: (counts?.unread ?? 0) === 0,
              run: () => void act(() => call('notifications.mark', { ids: null, read: true })),
            },
            {
              label: m.notifications.dismissAll,
              icon: <Trash2 size={15} aria-hidden />,
              disabled: (counts?.inbox ?? 0) === 0,
              run: () => void dismissAll(),
            },
            {
              label: m.notifications.settings,
              icon: <Settings size={15} aria-hidden />,
              apart: true,
              run: () => {
                navigate({ screen: 'settings', section: 'notifications' });
                onLeave();
              },
            },
          ]}
        />
      </div>
      <Segmented
        label={m.notifications.viewOf}
        value={view}
        options={NOTICE_VIEWS.map((value) => ({ value, label: m.notifications.views[value](counts?.[value] ?? null) }))}
        onChange={(picked) => void loadNotices(picked)}
      />
      {state === 'loading' && <Skeleton lines count={2} />}
      {state === 'failed' && <LoadError error={error} onRetry={() => void loadNotices()} />}
      {state === 'ready' && list.length === 0 && <Nothing view={view} />}
      {list.length > 0 && (
        <ul ref={lines} className={styles.lines} aria-label={m.notifications.list}>
          {list.map((notice, at) => (
            <NoticeLine
              key={notice.id}
              notice={notice}
              nowMs={nowMs}
              onFollow={() => follow(notice)}
              onRead={(read) => void act(() => call('notifications.mark', { ids: [notice.id], read }))}
              onSnooze={(snooze: Snooze | null) =>
                void without(at, () =>
                  call('notifications.snooze', {
                    ids: [notice.id],
                    until: snooze === null ? null : snoozedUntil(snooze, Date.now()),
                  }),
                )
              }
              onDismiss={() => void without(at, () => call('notifications.dismiss', { ids: [notice.id] }))}
            />
          ))}
        </ul>
      )}
    </div>
  );
}

function Nothing({ view }: { readonly view: (typeof NOTICE_VIEWS)[number] }) {
  const Icon = view === 'inbox' ? InboxIcon : BellOff;
  return (
    <div className={styles.nothing}>
      <Icon size={26} aria-hidden />
      <p className={styles.nothinghead}>
        {view === 'inbox' ? m.notifications.emptyInbox : m.notifications.emptySnoozed}
      </p>
      <p>{view === 'inbox' ? m.notifications.emptyInboxText : m.notifications.emptySnoozedText}</p>
    </div>
  );
}
