/** When a delivery that failed is tried again: after up to 5 s, 20 s, 80 s … 6 h, twelve times in all, over a day and a half. */
export const MAX_TRIES = 12;
/** One that failed this long after it was queued is given up, whatever the count: the computer may have been off. */
export const MAX_AGE_MS = 7 * 24 * 3_600_000;
const FIRST_MS = 5_000;
const FACTOR = 4;
const LONGEST_MS = 6 * 3_600_000;

/**
 * Milliseconds to wait after so many tries: between half and all of the step, so that many deliveries that failed
 * together do not come back together.
 * @param random - from 0 to below 1. @param askedMs - what the receiver asked for (`Retry-After`): never less, up to 6 h.
 */
export function retryDelayMs(tries: number, random: number, askedMs: number | null): number {
  const step = Math.min(LONGEST_MS, FIRST_MS * FACTOR ** (tries - 1));
  return Math.round(Math.max(step / 2 + (step / 2) * random, Math.min(askedMs ?? 0, LONGEST_MS)));
}

/** `Retry-After` (RFC 9110, section 10.2.3): seconds or a date. null where it says nothing that can be read. */
export function retryAfterMs(header: string | undefined, nowMs: number): number | null {
  if (header === undefined) return null;
  if (/^[0-9]{1,9}$/.test(header)) return Number(header) * 1000;
  const atMs = Date.parse(header);
  return Number.isNaN(atMs) ? null : Math.max(0, atMs - nowMs);
}
