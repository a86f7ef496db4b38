import { Check, Clock, Ellipsis, Mail, Undo2, X } from 'lucide-react';
import type { Notice } from '../../shared/contract/notifications.ts';
import { formatDateTime, formatRelative } from '../i18n/format.ts';
import { m } from '../i18n/messages.ts';
import { classes } from '../ui/classes.ts';
import { IconButton } from '../ui/icon-button.tsx';
import { Menu } from '../ui/menu.tsx';
import { StatusDot } from '../ui/status-dot.tsx';
import styles from './notifications.module.css';
import { SNOOZES, type Snooze } from './snooze.ts';

const LOOKS = {
  info: { tone: 'quiet', shape: 'ring' },
  warning: { tone: 'warn', shape: 'alert' },
  problem: { tone: 'bad', shape: 'cross' },
} as const;

interface Props {
  readonly notice: Notice;
  readonly nowMs: number;
  readonly onFollow: () => void;
  readonly onRead: (read: boolean) => void;
  /** null: back into the inbox. */
  readonly onSnooze: (snooze: Snooze | null) => void;
  readonly onDismiss: () => void;
}

/** One line: what happened and when; following it leads to the screen that it is about. */
export function NoticeLine({ notice, nowMs, onFollow, onRead, onSnooze, onDismiss }: Props) {
  const { title, detail, at, severity, snoozedUntil } = notice;
  const isUnread = notice.readAt === null;
  const snoozes = SNOOZES.map((snooze) => ({
    label: m.notifications.snooze[snooze],
    icon: <Clock size={15} aria-hidden />,
    apart: snooze === 'hour',
    run: () => onSnooze(snooze),
  }));
  return (
    <li className={classes(styles.line, isUnread && styles.unread)}>
      <button type="button" data-line className={styles.follow} onClick={onFollow}>
        <span className={styles.sign}>
          <StatusDot {...LOOKS[severity]} word={m.notifications.severity[severity]} />
          {isUnread && <span className={styles.new}>{m.notifications.unread}</span>}
          <time dateTime={at} title={formatDateTime(at)} className={styles.when}>
            {formatRelative(at, nowMs)}
          </time>
        </span>
        <span className={styles.what}>{title}</span>
        {detail !== '' && <span className={styles.detail}>{detail}</span>}
        {snoozedUntil !== null && (
          <span className={styles.detail}>{m.notifications.snoozedUntil(formatDateTime(snoozedUntil))}</span>
        )}
      </button>
      <div className={styles.acts}>
        <Menu
          trigger={<IconButton label={m.notifications.acts(title)} icon={<Ellipsis size={16} aria-hidden />} />}
          entries={[
            {
              label: isUnread ? m.notifications.markRead : m.notifications.markUnread,
              icon: isUnread ? <Check size={15} aria-hidden /> : <Mail size={15} aria-hidden />,
              run: () => onRead(isUnread),
            },
            ...(snoozedUntil === null
              ? snoozes
              : [
                  {
                    label: m.notifications.unsnooze,
                    icon: <Undo2 size={15} aria-hidden />,
                    run: () => onSnooze(null),
                  },
                ]),
            { label: m.notifications.dismiss, icon: <X size={15} aria-hidden />, apart: true, run: onDismiss },
          ]}
        />
      </div>
    </li>
  );
}
