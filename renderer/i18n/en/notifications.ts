import type { Notice } from '../../../shared/contract/notifications.ts';
import { formatNumber, plural } from '../format.ts';

/** How many there are stands behind it, once that is known. */
const counted = (name: string, count: number | null): string =>
  count === null ? name : `${name} (${formatNumber(count)})`;

export const notifications = {
  title: 'Notifications',
  open: (unread: number) =>
    unread === 0 ? 'Notifications, nothing new' : `Notifications, ${formatNumber(unread)} unread`,
  badge: (unread: number) => (unread > 99 ? '99+' : formatNumber(unread)),
  views: {
    inbox: (count: number | null) => counted('Inbox', count),
    snoozed: (count: number | null) => counted('Snoozed', count),
  },
  viewOf: 'Which notifications are shown',
  list: 'Notifications, newest first',
  readAll: 'Mark all as read',
  dismissAll: 'Dismiss all',
  more: 'More',
  settings: 'Notification settings',
  severity: { info: 'Good to know', warning: 'Look at this', problem: 'Problem' } satisfies Record<
    Notice['severity'],
    string
  >,
  unread: 'Unread',
  acts: (title: string) => `Acts for “${title}”`,
  markRead: 'Mark as read',
  markUnread: 'Mark as unread',
  snooze: { hour: 'Snooze for an hour', tomorrow: 'Snooze until tomorrow, 9:00', week: 'Snooze until Monday, 9:00' },
  unsnooze: 'Back into the inbox now',
  snoozedUntil: (when: string) => `Back ${when}`,
  dismiss: 'Dismiss',
  dismissed: (count: number) => `Dismissed ${plural(count, 'notification', 'notifications')}.`,
  arrived: (title: string) => `New notification: ${title}`,
  emptyInbox: 'Nothing needs you',
  emptyInboxText: 'Warnings of quotas, keys that expire or die, and unusual use appear here.',
  emptySnoozed: 'Nothing is snoozed',
  emptySnoozedText: 'What you put off waits here until it is due.',
  desktop: 'Notifications of the desktop',
  desktopText: 'What comes up outside the window too. The inbox tells of everything.',
  desktopNone: 'none',
  details: 'Names and amounts in them',
  detailsText: 'Only while the window is unlocked. Behind a locked window they say only what kind of thing it was.',
  quiet: 'Quiet hours',
  quietText: 'No notification of the desktop from one time to the other; the inbox fills as ever.',
  quietFrom: 'From',
  quietTo: 'to',
  quietSame: 'The two times are the same.',
  zone: (zone: string | null) => (zone === null ? 'In this computer’s time.' : `In the time of ${zone}.`),
} as const;
