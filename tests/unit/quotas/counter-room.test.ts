import { describe, expect, test } from 'vitest';
import { Counter } from '../../../electron/core/quotas/counter.ts';
import { CLIENT, daily, heldBy, OTHER } from './counting.ts';

const THIRD = 'uvwxyz0123';
const WINDOW = { startMs: 0, endMs: 1000 };
const made = (limit: number, given: Parameters<typeof daily>[1] = {}) => {
  const counter = new Counter('q', heldBy(daily(limit, { counts: 'tokens', ...given })), 0);
  counter.turn(WINDOW, null);
  return counter;
};
const pool = (clients: string[], fair = true) => ({ scope: { kind: 'clients' as const, clients, fair } });
const BUFFER = { percent: 10, clients: [CLIENT] };
const slow = { throttle: { fromPercent: 50, curve: 'linear' as const, maxDelayMs: 10_000 } };

describe('a call has room', () => {
  test('where it asks for nothing, also beyond the limit', () => {
    const counter = made(10);
    counter.addHere(CLIENT, 20, 0);
    expect(counter.lacks(CLIENT, 0, false, 0)).toBeNull();
    expect(counter.lacks(CLIENT, 1, false, 0)).toEqual({ available: 10, asked: 1, why: 'limit', isHeld: false });
  });

  test('up to the limit, critical ones to the end of the buffer, which is told apart', () => {
    const counter = made(15, { buffer: BUFFER });
    expect([counter.kept, counter.ordinary]).toEqual([1, 14]);
    counter.addHere(CLIENT, 14, 0);
    expect(counter.lacks(CLIENT, 1, false, 0)).toMatchObject({ available: 14, why: 'buffer' });
    expect(counter.lacks(CLIENT, 1, true, 0)).toBeNull();
    expect(counter.lacks(CLIENT, 2, false, 0)).toMatchObject({ available: 15, why: 'limit' });
  });

  test('that others only hold where it would fit without them; of requests nothing comes back', () => {
    const held = (counts: 'tokens' | 'requests', used: number, reserved: number, asked: number) => {
      const counter = made(10, { counts });
      counter.addHere(CLIENT, used, 0);
      counter.reserve(CLIENT, reserved);
      return counter.lacks(CLIENT, asked, false, 0)?.isHeld;
    };
    expect(held('tokens', 4, 1, 6)).toBe(true);
    expect(held('tokens', 4, 6, 7)).toBe(false);
    expect(held('tokens', 10, 0, 1)).toBe(false);
    expect(held('tokens', 4, 3, 3)).toBeUndefined();
    expect(held('requests', 4, 6, 1)).toBe(false);
  });
});

describe('in a pool that is fair', () => {
  test('the own part is there to its end, also when another one took what was free', () => {
    const counter = made(300, pool([CLIENT, OTHER, THIRD]));
    counter.addHere(OTHER, 200, 0);
    expect(counter.lacks(CLIENT, 100, false, 500)).toBeNull();
    expect(counter.lacks(CLIENT, 101, false, 500)).toMatchObject({ why: 'limit' });
    expect(counter.lacks(OTHER, 1, false, 500)).toMatchObject({ why: 'share', available: 200 });
  });

  test('what others left becomes free as the period goes by, and the own part is not kept from its client', () => {
    const counter = made(100, pool([CLIENT, OTHER]));
    counter.addHere(CLIENT, 40, 0);
    expect(counter.lacks(CLIENT, 35, false, 500)).toBeNull();
    expect(counter.lacks(CLIENT, 36, false, 500)).toMatchObject({ why: 'share', available: 75 });
    counter.addHere(OTHER, 40, 0);
    expect(counter.lacks(CLIENT, 10, false, 500)).toBeNull();
    expect(counter.lacks(CLIENT, 11, false, 500)).toMatchObject({ why: 'share', available: 90 });
  });

  test('parts are whole, and who is gone has none', () => {
    const counter = made(100, pool([CLIENT, OTHER, THIRD]));
    expect(counter.shares().map(({ share }) => share)).toEqual([33, 33, 33]);
    expect(counter.lacks(CLIENT, 67, false, 500)).toMatchObject({ why: 'share', available: 66 });
    counter.shareAmong((client) => client !== OTHER);
    expect(counter.shares().map(({ share }) => share)).toEqual([50, 0, 50]);
    counter.shareAmong(() => false);
    expect(counter.shares().map(({ share }) => share)).toEqual([0, 0, 0]);
    expect(counter.lacks(CLIENT, 100, false, 0)).toBeNull();
  });
});

describe('a call waits', () => {
  test('by what it can draw on itself: its part, or what is free for it, whichever leaves it more', () => {
    const waits = (counter: Counter, client = CLIENT, nowMs = 0) => counter.delay(client, nowMs);
    const two = made(100, { ...pool([CLIENT, OTHER]), ...slow });
    two.addHere(CLIENT, 45, 0);
    expect(waits(two)).toBe(8000); // 45 of 50
    expect(waits(two, CLIENT, 1000)).toBe(0); // 45 of 100
    expect([waits(two, ''), waits(two, 'nobody')]).toEqual([0, 0]);
    const unfair = made(100, { ...pool([CLIENT, OTHER], false), ...slow });
    unfair.addHere(CLIENT, 45, 0);
    expect(waits(unfair)).toBe(0);
    const three = made(300, { ...pool([CLIENT, OTHER, THIRD]), ...slow });
    three.addHere(OTHER, 200, 0);
    expect(waits(three, CLIENT, 500)).toBe(3333); // 200 of 300, as its own part is whole
  });

  test('as long as can be where there is nothing to draw on, and not at all where that is not said', () => {
    expect(made(0, slow).delay(CLIENT, 0)).toBe(10_000);
    expect(made(1, slow).delay(CLIENT, 0)).toBe(0);
    expect(made(0).delay(CLIENT, 0)).toBe(0);
  });
});

test('what is brought over is whole, and not more than is said', () => {
  const counter = made(5, { rollover: { maxPercent: 50 } });
  counter.turn({ startMs: 1000, endMs: 2000 }, WINDOW);
  expect(counter.available).toBe(7);
});
