/**
 * How long calls took, in buckets that grow by the fourth root of two: a percentile read from it is at most 19 % above
 * the true one. Stored as pairs (bucket, count), the count as LEB128, buckets ascending, empty ones left out. Times to the
 * first byte stand behind them in the same blob, their buckets raised by 128.
 */
const BUCKETS_PER_DOUBLING = 4;
export const LATENCY_BUCKETS = 92; // the last begins at about 1.9 hours
/** Added to the bucket of a time to the first byte. */
export const FIRST_BYTE = 128;
const ALL_BUCKETS = FIRST_BYTE + LATENCY_BUCKETS;

export function latencyBucket(ms: number): number {
  if (ms < 1) return 0;
  return Math.min(LATENCY_BUCKETS - 1, Math.floor(Math.log2(ms) * BUCKETS_PER_DOUBLING + 1e-9) + 1);
}

/** The upper edge of a bucket in milliseconds. */
export function bucketEndMs(bucket: number): number {
  return 2 ** (bucket / BUCKETS_PER_DOUBLING);
}

export function encodeHistogram(counts: readonly number[]): Buffer {
  const merged = new HistogramSum();
  for (const [bucket, count] of counts.entries()) merged.add(bucket, count);
  return merged.take();
}

/** Adds what is stored to `counts` (LATENCY_BUCKETS long). What does not parse is left out. */
export function addHistogram(counts: number[], stored: Uint8Array): void {
  addPart(counts, stored, 0);
}

/** The same of the times to the first byte. */
export function addFirstByte(counts: number[], stored: Uint8Array): void {
  addPart(counts, stored, FIRST_BYTE);
}

function addPart(counts: number[], stored: Uint8Array, from: number): void {
  eachCount(stored, (bucket, count) => {
    const at = bucket - from;
    if (at >= 0 && at < LATENCY_BUCKETS) counts[at] = (counts[at] ?? 0) + count;
  });
}

function eachCount(stored: Uint8Array, act: (bucket: number, count: number) => void): void {
  let at = 0;
  while (at < stored.byteLength) {
    const bucket = stored[at] as number;
    at += 1;
    let count = 0;
    let scale = 1;
    for (;;) {
      const byte = stored[at];
      if (byte === undefined) return;
      at += 1;
      count += (byte & 127) * scale;
      if (byte < 128) break;
      scale *= 128;
    }
    act(bucket, count);
  }
}

/** Sums stored histograms, both parts. One is enough for a thread: `take` empties it. */
export class HistogramSum {
  readonly #counts = new Float64Array(ALL_BUCKETS);
  readonly #bytes = Buffer.alloc(ALL_BUCKETS * 9);
  readonly #addOne = (bucket: number, count: number): void => this.add(bucket, count);

  add(bucket: number, count: number): void {
    if (bucket < ALL_BUCKETS) this.#counts[bucket] = (this.#counts[bucket] as number) + count;
  }

  addStored(stored: Uint8Array): void {
    eachCount(stored, this.#addOne);
  }

  /** As it is stored, in a buffer of its own. */
  take(): Buffer {
    const counts = this.#counts;
    const bytes = this.#bytes;
    let at = 0;
    for (let bucket = 0; bucket < ALL_BUCKETS; bucket += 1) {
      let left = counts[bucket] as number;
      if (left === 0) continue;
      bytes[at] = bucket;
      at += 1;
      for (; left >= 128; left = Math.floor(left / 128)) {
        bytes[at] = (left % 128) | 128;
        at += 1;
      }
      bytes[at] = left;
      at += 1;
    }
    counts.fill(0);
    return Buffer.from(bytes.subarray(0, at));
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
