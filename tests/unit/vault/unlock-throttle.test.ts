import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { UnlockThrottle } from '../../../electron/core/vault/unlock-throttle.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { testHome } from '../../support/test-vault.ts';

const throttled = expect.objectContaining({ code: 'throttled' }) as Error;

test('the delay grows 0, 0, 0, 1, 2, 4 … to 60 seconds', () => {
  const clock = new FakeClock();
  const throttle = new UnlockThrottle(testHome().unlockState, clock);
  const delays: number[] = [];
  for (let round = 0; round < 12; round += 1) {
    throttle.failed();
    delays.push(throttle.waitMs() / 1000);
    clock.advance(throttle.waitMs());
  }
  expect(delays).toEqual([0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60]);
});

function failing(times: number) {
  const file = testHome().unlockState;
  const clock = new FakeClock();
  const throttle = new UnlockThrottle(file, clock);
  for (let round = 0; round < times; round += 1) throttle.failed();
  return { file, clock, throttle };
}

test('while waiting an attempt is refused with how long to wait, and afterwards it is accepted', () => {
  const { clock, throttle } = failing(6);
  expect(() => throttle.assertOpen()).toThrow(throttled);
  clock.advance(3999);
  expect(() => throttle.assertOpen()).toThrow(expect.objectContaining({ retryAfterMs: 1 }) as Error);
  clock.advance(1);
  throttle.assertOpen();
});

test('a restart of the program does not end the wait', () => {
  const { file, clock } = failing(6);
  const restarted = new UnlockThrottle(file, clock);
  expect([restarted.failures, restarted.waitMs()]).toEqual([6, 4000]);
});

test('setting the clock forward does not shorten the wait', () => {
  const { file, clock, throttle } = failing(6);
  clock.wallMs += 365 * 24 * 3600 * 1000;
  expect([throttle.waitMs(), new UnlockThrottle(file, clock).waitMs()]).toEqual([4000, 4000]);
});

test('after a reboot the full delay starts again', () => {
  const { file, clock } = failing(6);
  clock.advance(3000);
  clock.reboot();
  const restarted = new UnlockThrottle(file, clock);
  expect(restarted.waitMs()).toBe(4000);
  clock.advance(4000);
  expect(restarted.waitMs()).toBe(0);
});

test('a reboot long ago counts too: the boot clock is ahead again, but of another boot', () => {
  const { file, clock } = failing(6);
  clock.monotonicMs += 3_600_000;
  const restarted = new UnlockThrottle(file, clock);
  expect(restarted.waitMs()).toBe(4000);
  clock.advance(4000);
  expect(restarted.waitMs()).toBe(0);
});

test('a right password forgets the failures, on disk too', () => {
  const { file, clock, throttle } = failing(6);
  throttle.succeeded();
  expect([throttle.waitMs(), new UnlockThrottle(file, clock).failures]).toEqual([0, 0]);
});

test.each(['', '{', '{"version":1,"failures":-1,"atMs":0,"monotonicMs":0}', 'null'])(
  'a file that holds %j counts as three failures, never as an open door or a crash',
  (text) => {
    const { file, clock } = failing(9);
    writeFileSync(file, text);
    const throttle = new UnlockThrottle(file, clock);
    expect([throttle.failures, throttle.waitMs()]).toEqual([3, 0]);
    throttle.failed();
    expect(throttle.waitMs()).toBe(1000);
  },
);

test('the file holds counters and times, nothing else', () => {
  const { file } = failing(1);
  expect(Object.keys(JSON.parse(readFileSync(file, 'utf8')) as object)).toEqual([
    'version',
    'failures',
    'atMs',
    'monotonicMs',
  ]);
});
