import { type BrowserWindow, Notification, powerMonitor, shell } from 'electron';
import { AppError } from '../../../shared/errors.ts';
import type { Clock, Shell, SystemEvent } from '../../core/seams.ts';
import { openableLink } from '../common/open-link.ts';
import { desktopClipboard } from './desktop-clipboard.ts';
import { confirmInDialog } from './desktop-confirm.ts';

interface Deps {
  readonly clock: Clock;
  readonly platform: NodeJS.Platform;
  /** What this desktop did not give us: "tray icon", "global shortcut". */
  readonly missing: readonly string[];
  /** null until the window is there, and again after it closed. */
  readonly window: () => BrowserWindow | null;
  readonly approvals: (notify: Shell['notify']) => NonNullable<Shell['approvals']>;
}

const SYSTEM_EVENTS = {
  suspend: 'suspend',
  resume: 'resume',
  'lock-screen': 'screen-lock',
  'user-did-resign-active': 'user-switch',
} as const satisfies Record<string, SystemEvent>;

export function desktopShell({ clock, platform, missing, window, approvals }: Deps): Shell {
  const shown = new Set<Notification>();
  const notify: Shell['notify'] = (title, body) => {
    if (!Notification.isSupported()) return;
    const notification = new Notification({ title, body, silent: true });
    shown.add(notification); // one that nobody holds is collected, and its click with it
    notification.once('close', () => shown.delete(notification));
    notification.once('click', () => {
      shown.delete(notification);
      const page = window();
      page?.show();
      page?.focus();
    });
    notification.show();
  };
  return {
    kind: 'desktop',
    missing: [
      ...missing,
      ...(platform === 'linux' ? ['content protection'] : []),
      ...(Notification.isSupported() ? [] : ['notifications']),
    ],
    notify,
    approvals: approvals(notify),
    confirm: (question, options) => {
      const parent = window();
      return parent === null ? Promise.resolve(false) : confirmInDialog(parent, clock, question, options?.signal);
    },
    clipboard: desktopClipboard(platform),
    async openLink(link) {
      const url = openableLink(link);
      await shell.openExternal(url).catch(() => {
        throw new AppError('unsupported', 'The link could not be opened.', 'Set a default browser in the system.');
      });
    },
    systemIdleMs: () => powerMonitor.getSystemIdleTime() * 1000,
    onSystemEvent(listener) {
      const heard = Object.entries(SYSTEM_EVENTS).map(([name, event]) => [name, () => listener(event)] as const);
      // The type of `on` has one overload an event; all of these take no argument that we use.
      for (const [name, hear] of heard) powerMonitor.on(name as 'suspend', hear);
      return () => {
        for (const [name, hear] of heard) powerMonitor.off(name as 'suspend', hear);
      };
    },
  };
}
