import type { Shell, SystemEvent } from '../../core/seams.ts';
import { openableLink } from '../common/open-link.ts';
import { notificationBus, showOverBus } from './bus-notification.ts';
import type { BrowserClipboard } from './browser-clipboard.ts';
import type { PageWindow } from './page-window.ts';
import { runQuietly } from './run-quietly.ts';
import { watchScreenLock } from './screen-lock.ts';

interface Deps {
  readonly env: NodeJS.ProcessEnv;
  readonly clipboard: BrowserClipboard;
  /** null until the window is there. */
  window(): PageWindow | null;
  readonly confirm: Shell['confirm'];
  readonly approvals: (notify: Shell['notify']) => NonNullable<Shell['approvals']>;
  /** The window closes while something of ours lies on the clipboard. */
  clearClipboard(): Promise<void>;
}

/** What the desktop can do for us when the window is a browser's. `stop` ends what listens. */
export function browserShell(deps: Deps): Shell & { stop(): void } {
  const { env, clipboard } = deps;
  const listeners = new Set<(event: SystemEvent) => void>();
  const stopScreenLock = watchScreenLock(env, () => {
    for (const listener of listeners) listener('screen-lock');
  });
  const bus = notificationBus(process.platform, env);
  const notify: Shell['notify'] = (title, body) => {
    // The inbox has it too, and a panel comes up by itself: nothing hangs on this one.
    if (bus !== null) void showOverBus(bus, title, body).catch(() => undefined);
  };
  return {
    kind: 'browser',
    missing: [
      'tray icon',
      'global shortcut',
      'content protection',
      'system idle time',
      'concealed clipboard mark',
      ...(stopScreenLock === null ? ['screen lock'] : []),
      ...(bus === null ? ['notifications'] : []),
    ],
    notify,
    confirm: (question, options) => deps.confirm(question, options),
    approvals: deps.approvals(notify),
    clipboard: {
      async write(text) {
        await clipboard.write(text);
        await deps.window()?.holdClosing(() => deps.clearClipboard());
      },
      read: () => clipboard.read(),
      async clear() {
        await clipboard.clear();
        await deps.window()?.holdClosing(null);
      },
    },
    openLink(link) {
      const url = openableLink(link);
      if (process.platform === 'darwin') runQuietly('open', [url], env);
      else if (process.platform === 'win32') runQuietly('rundll32', ['url.dll,FileProtocolHandler', url], env);
      else runQuietly('xdg-open', [url], env);
      return Promise.resolve();
    },
    systemIdleMs: () => null,
    onSystemEvent(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    stop: () => stopScreenLock?.(),
  };
}
