import { call } from '../usage/recording.ts';
import { Counting } from './counting.ts';

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
export const FROM = Date.UTC(2030, 0, 1);

/** So many calls on each day from the first of January on, an hour apart from midnight. */
export function used(perDay: readonly number[], given: Parameters<typeof call>[0] = {}): Counting {
  return usedAt(
    perDay.flatMap((count, day) => Array.from({ length: count }, (_, n) => FROM + day * DAY + n * HOUR)),
    given,
  );
}

/** A call at each of these moments. */
export function usedAt(moments: readonly number[], given: Parameters<typeof call>[0] = {}): Counting {
  const counting = new Counting();
  record(counting, moments, given);
  return counting;
}

export function record(counting: Counting, moments: readonly number[], given: Parameters<typeof call>[0] = {}): void {
  counting.usage.record(moments.map((atMs) => call({ atMs, tokens: { inputTokens: 100 }, ...given })));
  counting.usage.flush();
}

export const around = { zone: 'UTC', system: [] };
export const db = (counting: Counting) => counting.vault.opened().usageDb;
