import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { watchScreenLock } from '../../../electron/hosts/browser/screen-lock.ts';

const send = (service: string, active: boolean) =>
  execFileSync('dbus-send', [
    '--session',
    '--type=signal',
    '/org/screensaver',
    `${service}.ActiveChanged`,
    `boolean:${active}`,
  ]);

describe.skipIf(process.platform !== 'linux')('the screen lock of the desktop session', () => {
  test('without a session bus nobody can tell', () => {
    expect(watchScreenLock({ PATH: process.env.PATH }, () => undefined)).toBeNull();
  });

  test.skipIf(process.env.DBUS_SESSION_BUS_ADDRESS === undefined)(
    'is heard when it comes, not when it goes',
    async () => {
      let locks = 0;
      let hear = () => undefined as void;
      const stop = watchScreenLock(process.env, () => {
        locks += 1;
        hear();
      });
      const heard = () =>
        new Promise<void>((resolve) => {
          hear = resolve;
        });
      // The monitor shows that it listens only by hearing something: it is spoken to until it does.
      const pause = () => new Promise<void>((resolve) => setTimeout(resolve, 1000));
      while (locks === 0) {
        const first = heard();
        send('org.freedesktop.ScreenSaver', true);
        await Promise.race([first, pause()]);
      }
      const before = locks;
      const next = heard();
      send('org.gnome.ScreenSaver', false);
      send('org.example.Other', true);
      send('org.gnome.ScreenSaver', true);
      await next;
      expect(locks).toBe(before + 1);
      stop?.();
    },
  );
});
