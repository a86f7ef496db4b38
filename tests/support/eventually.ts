import { vi } from 'vitest';

/** Far more than it takes where other programs have the cores too: it ends as soon as `look` does not throw. */
const PATIENCE_MS = 20_000;

/** Looks again and again, for what real processes, sockets or threads bring about. @throws what `look` threw last. */
export function eventually<T>(look: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(look, { timeout: PATIENCE_MS, interval: 10 });
}
