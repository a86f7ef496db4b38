/**
 * How long calls took, in buckets that grow by the fourth root of two: a percentile read from it is at most 19 % above
 * the true one. Stored as pairs (bucket, count) in LEB128 numbers, buckets ascending, empty ones left out.
 */
const BUCKETS_PER_DOUBLING = 4;
export const LATENCY_BUCKETS = 92; // the last begins at about 1.9 hours

export function latencyBucket(ms: number): number {
  if (ms < 1) return 0;
  return Math.min(LATENCY_BUCKETS - 1, Math.floor(Math.log2(ms) * BUCKETS_PER_DOUBLING + 1e-9) + 1);
}

/** The upper edge of a bucket in milliseconds. */
export function bucketEndMs(bucket: number): number {
  return 2 ** (bucket / BUCKETS_PER_DOUBLING);
}

export function encodeHistogram(counts: readonly number[]): Buffer {
  const bytes: number[] = [];
  for (let bucket = 0; bucket < LATENCY_BUCKETS; bucket += 1) {
    const count = counts[bucket] ?? 0;
    if (count > 0) {
      bytes.push(bucket);
      for (let left = count; ; left = Math.floor(left / 128)) {
        if (left < 128) {
          bytes.push(left);
          break;
        }
        bytes.push((left % 128) | 128);
      }
    }
  }
  return Buffer.from(bytes);
}

/** Adds what is stored to `counts` (LATENCY_BUCKETS long). What does not parse is left out. */
export function addHistogram(counts: number[], stored: Uint8Array): void {
  let at = 0;
  while (at < stored.byteLength) {
    const bucket = stored[at] as number;
    at += 1;
    let count = 0;
    let scale = 1;
    for (;;) {
      const byte = stored[at];
      if (byte === undefined || bucket >= LATENCY_BUCKETS) return;
      at += 1;
      count += (byte & 127) * scale;
      if (byte < 128) break;
      scale *= 128;
    }
    counts[bucket] = (counts[bucket] ?? 0) + count;
  }
}

export function noCounts(): number[] {
  return Array.from({ length: LATENCY_BUCKETS }, () => 0);
}

/** @returns the upper edge of the bucket in which this part (0 to 1) of all calls lies; null where there are none. */
export function percentileMs(counts: readonly number[], part: number): number | null {
  const all = counts.reduce((sum, count) => sum + count, 0);
  if (all === 0) return null;
  let below = 0;
  for (const [bucket, count] of counts.entries()) {
    below += count;
    if (below >= all * part && count > 0) return bucketEndMs(bucket);
  }
  return bucketEndMs(LATENCY_BUCKETS - 1);
}
