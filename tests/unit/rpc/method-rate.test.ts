import { expect, test } from 'vitest';
import { z } from 'zod';
import { createRateGate } from '../../../electron/rpc/method-rate.ts';
import type { Caller } from '../../../shared/contract/method.ts';
import { type MethodName, methods } from '../../../shared/contract/methods.ts';
import { FakeClock } from './fake-clock.ts';

function spend(leave: (method: MethodName, caller: Caller) => void, method: MethodName, caller: Caller): number {
  for (let count = 0; count < 100_000; count++) {
    try {
      leave(method, caller);
    } catch (error) {
      expect(error).toMatchObject({ code: 'rate_limited', retryAfterMs: expect.any(Number) as unknown });
      return count;
    }
  }
  return Number.POSITIVE_INFINITY;
}

test.each<[MethodName, number, number]>([
  ['vault.unlock', 20, 60],
  ['vault.passwordStrength', 40, 600],
  ['vault.backUp', 10, 10],
  ['vault.checkBackup', 20, 30],
  ['credentials.reveal', 30, 30],
  ['credentials.copy', 30, 30],
  ['providers.save', 10, 20],
  ['providers.preview', 20, 120],
  ['app.openLink', 10, 20],
  ['app.doctor', 10, 30],
  ['clients.create', 20, 20],
  ['credentials.list', 1000, 30_000],
])('%s may be called %i times at once, then %i times a minute', (method, burst, perMinute) => {
  const clock = new FakeClock();
  const leave = createRateGate(clock);
  expect(spend(leave, method, 'window')).toBe(burst);
  clock.advance(60_000 / perMinute - 1);
  expect(() => leave(method, 'window')).toThrow();
  clock.advance(1);
  expect(() => leave(method, 'window')).not.toThrow();
  clock.advance(24 * 3_600_000); // what was not used is not saved up
  expect(spend(leave, method, 'window')).toBe(burst);
});

const fieldsOf = (input: z.ZodType): object => (input instanceof z.ZodObject ? input.shape : {});
const PROOFS = ['password', 'oldPassword', 'newPassword', 'recoveryCode'];
const takesPassword = (Object.keys(methods) as MethodName[]).filter(
  (name) => name !== 'vault.passwordStrength' && PROOFS.some((field) => field in fieldsOf(methods[name].input)),
);

test('whatever takes a password can be tried a few times at once, and then about once a second', () => {
  expect(takesPassword).toEqual(expect.arrayContaining(['vault.unlock', 'vault.recover', 'credentials.purge']));
  const clock = new FakeClock();
  const leave = createRateGate(clock);
  const tries = takesPassword.map((method) => {
    const atOnce = spend(leave, method, 'socket');
    clock.advance(60_000);
    return [method, atOnce <= 30, spend(leave, method, 'socket') <= 60];
  });
  expect(tries).toEqual(takesPassword.map((method) => [method, true, true]));
});

test('the wait that the refusal names is enough, and a millisecond less is not', () => {
  const clock = new FakeClock();
  const leave = createRateGate(clock);
  spend(leave, 'credentials.reveal', 'window');
  let waitMs = 0;
  try {
    leave('credentials.reveal', 'window');
  } catch (error) {
    waitMs = (error as { retryAfterMs: number }).retryAfterMs;
  }
  expect(waitMs).toBe(2000);
  clock.advance(waitMs - 1);
  expect(() => leave('credentials.reveal', 'window')).toThrow();
  clock.advance(1);
  expect(() => leave('credentials.reveal', 'window')).not.toThrow();
});

test('a part of a call that was regained shortens the wait, and the words say it in whole seconds', () => {
  const clock = new FakeClock();
  const leave = createRateGate(clock);
  spend(leave, 'credentials.reveal', 'window');
  clock.advance(501);
  const refused = { retryAfterMs: 1499, hint: 'Wait 2 s, then try again.' };
  expect(() => leave('credentials.reveal', 'window')).toThrow(expect.objectContaining(refused));
});

test('a page that asks too often does not keep the command line out, nor one method another', () => {
  const leave = createRateGate(new FakeClock());
  spend(leave, 'vault.unlock', 'window');
  expect(() => leave('vault.unlock', 'socket')).not.toThrow();
  expect(() => leave('vault.status', 'window')).not.toThrow();
});

test('a script may make more clients than a page, whose owner is asked about each', () => {
  const leave = createRateGate(new FakeClock());
  expect(spend(leave, 'clients.create', 'window')).toBe(20);
  expect(spend(leave, 'clients.create', 'socket')).toBe(1000);
});

test('a clock that goes back takes no call away and gives none', () => {
  const clock = new FakeClock();
  const leave = createRateGate(clock);
  for (let call = 0; call < 29; call += 1) leave('credentials.reveal', 'window');
  clock.advance(-60_000);
  expect(spend(leave, 'credentials.reveal', 'window')).toBe(1);
});

test('locking and stopping are never refused', () => {
  const leave = createRateGate(new FakeClock());
  expect(spend(leave, 'vault.lock', 'window')).toBe(Number.POSITIVE_INFINITY);
  expect(spend(leave, 'app.stop', 'socket')).toBe(Number.POSITIVE_INFINITY);
  expect(spend(leave, 'app.handOver', 'socket')).toBe(Number.POSITIVE_INFINITY);
  expect(spend(leave, 'clipboard.clear', 'window')).toBe(Number.POSITIVE_INFINITY);
});
