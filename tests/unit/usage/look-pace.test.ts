import { describe, expect, test } from 'vitest';
import { LONGEST_MS, LookPace, SHORTEST_MS } from '../../../electron/core/usage/recording/look-pace.ts';
import { SLOTS } from '../../../electron/core/usage/recording/ring-entry.ts';

const after = (...slots: readonly number[]): number => {
  const pace = new LookPace();
  for (const one of slots) pace.looked(one, true);
  return pace.ms;
};

describe('how often ended calls are looked for', () => {
  test('often, until it is known how fast they come', () => {
    expect(new LookPace().ms).toBe(SHORTEST_MS);
  });

  test('where they outlive the process seldom, and no later than the ring is an eighth full', () => {
    expect(after(0)).toBe(LONGEST_MS);
    expect(after(100)).toBe(LONGEST_MS);
    expect(after(SLOTS / 32)).toBe(4 * SHORTEST_MS);
    expect(after(SLOTS / 32, SLOTS / 8)).toBe(4 * SHORTEST_MS); // as fast as before
    expect(after(SLOTS / 2)).toBe(SHORTEST_MS);
  });

  test('a burst after a pause makes it short again', () => {
    expect(after(0, SLOTS / 2)).toBe(LONGEST_MS / 4);
    expect(after(0, SLOTS / 2, SLOTS / 2)).toBe(SHORTEST_MS);
  });

  test('often as soon as they are in memory alone', () => {
    const pace = new LookPace();
    pace.looked(0, true);
    pace.looked(0, false);
    expect(pace.ms).toBe(SHORTEST_MS);
  });
});
