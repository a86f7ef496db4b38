import { SessionBus } from '../../core/vault/session-bus.ts';

const PATIENCE_MS = 5000;
/** The service decides how long it stays. */
const DEFAULT_EXPIRY = -1;

/** The address of the session bus; null where there is none that notifications could go over. */
export function notificationBus(platform: NodeJS.Platform, env: NodeJS.ProcessEnv): string | null {
  if (platform !== 'linux') return null;
  if (env.DBUS_SESSION_BUS_ADDRESS) return env.DBUS_SESSION_BUS_ADDRESS;
  return env.XDG_RUNTIME_DIR ? `unix:path=${env.XDG_RUNTIME_DIR}/bus` : null;
}

/**
 * Shows a notification through the desktop's own service (Desktop Notifications Specification 1.2). Straight over the
 * bus and not by a program: words on a command line can be read by every user of the computer.
 * @throws Error where there is no bus, or nobody on it who shows notifications.
 */
export async function showOverBus(address: string, title: string, body: string): Promise<void> {
  const bus = await SessionBus.connect(address, AbortSignal.timeout(PATIENCE_MS));
  try {
    await bus.call({
      destination: 'org.freedesktop.Notifications',
      path: '/org/freedesktop/Notifications',
      interface: 'org.freedesktop.Notifications',
      member: 'Notify',
      args: [
        'Keyharbor',
        { type: 'u', value: 0 }, // in place of no other one
        '', // no icon
        title,
        withoutMarkup(body),
        { type: 'as' }, // no acts
        { type: 'a{sv}' }, // no hints
        { type: 'i', value: DEFAULT_EXPIRY },
      ],
    });
  } finally {
    bus.close();
  }
}

/** A body may be read as markup: names of the owner's must not become links. */
function withoutMarkup(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
