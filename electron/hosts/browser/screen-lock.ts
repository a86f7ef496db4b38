import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

const RULE = "type='signal',member='ActiveChanged'";

/**
 * Calls `onLock` when the desktop's screen saver becomes active: the signal `ActiveChanged` on the session bus that
 * GNOME, KDE, Xfce, MATE and Cinnamon send. Read from dbus-monitor, which setpriv ends together with us.
 * @returns how to stop, or null where there is no session bus to listen on.
 */
export function watchScreenLock(env: NodeJS.ProcessEnv, onLock: () => void): (() => void) | null {
  if (process.platform !== 'linux' || !env.DBUS_SESSION_BUS_ADDRESS) return null;
  const monitor = spawn('setpriv', ['--pdeathsig', 'TERM', 'dbus-monitor', '--session', RULE], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env,
  });
  monitor.once('error', () => undefined); // not installed: the lock policy has its other ways
  let inSignal = false;
  createInterface(monitor.stdout).on('line', (line) => {
    if (line.startsWith('signal ')) inSignal = /interface=\S+\.ScreenSaver; member=ActiveChanged/.test(line);
    else if (inSignal && line.trim() === 'boolean true') onLock();
  });
  monitor.unref();
  return () => monitor.kill();
}
