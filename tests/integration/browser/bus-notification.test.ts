import { spawn } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { notificationBus, showOverBus } from '../../../electron/hosts/browser/bus-notification.ts';

test('where there is no session bus, or another system, notifications count as missing', () => {
  expect(notificationBus('linux', {})).toBeNull();
  expect(notificationBus('darwin', { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/x' })).toBeNull();
  expect(notificationBus('linux', { XDG_RUNTIME_DIR: '/run/user/1000' })).toBe('unix:path=/run/user/1000/bus');
});

const address = process.env.DBUS_SESSION_BUS_ADDRESS;

describe.skipIf(process.platform !== 'linux' || address === undefined)('over a real session bus', () => {
  test('the service for notifications is asked as its specification says; names in the words are no markup', async () => {
    const monitor = spawn('dbus-monitor', ['--session', "type='method_call',member='Notify'"], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let seen = '';
    monitor.stdout.setEncoding('utf8').on('data', (text: string) => {
      seen += text;
    });
    // Nobody shows notifications on this bus: it says so, and a call that it cannot read would end the connection.
    const ask = () => showOverBus(address ?? '', 'Keyharbor', 'A quota “<a href="x">&” passed 90 %.');
    // The monitor shows that it listens only by hearing something: it is spoken to until it does.
    await expect
      .poll(
        async () => {
          await expect(ask()).rejects.toThrow('answered with an error');
          return seen;
        },
        { timeout: 10_000, interval: 200 },
      )
      .toContain('member=Notify');
    await expect.poll(() => seen).toContain('int32 -1');
    const args = seen.slice(seen.indexOf('member=Notify')).split('\n').slice(1, 11);
    expect(args.map((line) => line.trim())).toEqual([
      'string "Keyharbor"',
      'uint32 0',
      'string ""',
      'string "Keyharbor"',
      'string "A quota “&lt;a href="x"&gt;&amp;” passed 90 %."',
      'array [',
      ']',
      'array [',
      ']',
      'int32 -1',
    ]);
    monitor.kill();
  });
});
