import type { Clock } from './seams.ts';

const NANOSECONDS_PER_MS = 1_000_000n;

/** The real clock. The monotonic part is the system's own since-boot counter, so it is shared by all processes. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => Number(process.hrtime.bigint() / NANOSECONDS_PER_MS),
  after(ms, act) {
    const timer = setTimeout(act, ms);
    timer.unref();
    return () => clearTimeout(timer);
  },
};
