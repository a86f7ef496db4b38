import { describe, expect, test } from 'vitest';
import { BadTokenBrake } from '../../../electron/core/endpoint/bad-token-brake.ts';
import { ClientRates } from '../../../electron/core/endpoint/client-rates.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const client = (id: string, ratePerSecond: number | null) =>
  ({ id, name: id, kind: 'live', grants: [], ratePerSecond, expiresAtMs: Number.MAX_SAFE_INTEGER }) as const;

describe('rate of a client', () => {
  test('60 at once and then 20 a second', () => {
    const clock = new FakeClock();
    const rates = new ClientRates(clock);
    for (let n = 0; n < 60; n += 1) expect(rates.take(client('a', 20))).toBe(0);
    expect(rates.take(client('a', 20))).toBe(50);
    clock.advance(1000);
    for (let n = 0; n < 20; n += 1) expect(rates.take(client('a', 20))).toBe(0);
    expect(rates.take(client('a', 20))).toBeGreaterThan(0);
  });

  test('one client does not use up what another has', () => {
    const rates = new ClientRates(new FakeClock());
    while (rates.take(client('a', 1)) === 0);
    expect(rates.take(client('b', 1))).toBe(0);
  });

  test('a slow rate lets one through at first', () => {
    const clock = new FakeClock();
    const rates = new ClientRates(clock);
    expect(rates.take(client('a', 0.1))).toBe(0);
    expect(rates.take(client('a', 0.1))).toBe(10_000);
    clock.advance(10_000);
    expect(rates.take(client('a', 0.1))).toBe(0);
  });

  test('none at all where the owner lifted it', () => {
    const rates = new ClientRates(new FakeClock());
    for (let n = 0; n < 10_000; n += 1) expect(rates.take(client('a', null))).toBe(0);
  });

  test('a clock that stands still or goes back gives nothing', () => {
    const clock = new FakeClock();
    const rates = new ClientRates(clock);
    while (rates.take(client('a', 20)) === 0);
    clock.monotonicMs -= 100_000;
    expect(rates.take(client('a', 20))).toBeGreaterThan(0);
  });
});

describe('brake on bad tokens', () => {
  test('ten failures are answered plainly, then 1, 2, 4 … 60 s are asked for', () => {
    const clock = new FakeClock();
    const brake = new BadTokenBrake(clock);
    for (let n = 0; n < 10; n += 1) expect(brake.failed()).toBe(0);
    const waits: number[] = [];
    for (let n = 0; n < 8; n += 1) {
      let waitMs = brake.failed();
      while (waitMs === 0) waitMs = brake.failed(); // a few more have become free while waiting
      waits.push(waitMs);
      clock.advance(waitMs);
    }
    expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
  });

  test('failures during a wait do not make it longer', () => {
    const clock = new FakeClock();
    const brake = new BadTokenBrake(clock);
    for (let n = 0; n < 11; n += 1) brake.failed();
    clock.advance(400);
    expect(brake.failed()).toBe(600);
  });

  test('a quiet minute ends it', () => {
    const clock = new FakeClock();
    const brake = new BadTokenBrake(clock);
    for (let n = 0; n < 11; n += 1) brake.failed();
    clock.advance(120_000);
    for (let n = 0; n < 10; n += 1) expect(brake.failed()).toBe(0);
    expect(brake.failed()).toBe(1000);
  });
});
