import { SLOTS } from './ring-entry.ts';

/**
 * Calls that are in this process's memory alone are looked for so often, and so are all until it is known how fast they come:
 * what a process that is killed loses is what came since the last look.
 */
export const SHORTEST_MS = 2;
/**
 * Calls that outlive the process may wait: a thread that wakes ten times less often leaves more of the cores to those who
 * call and answer, more than all it does with what it finds.
 */
export const LONGEST_MS = 20;
/** So full may the ring become from one look to the next. */
const AT_MOST = SLOTS / 8;

/** How long the recording thread sleeps from one look at the ring to the next. */
export class LookPace {
  #ms = SHORTEST_MS;

  /** Milliseconds. */
  get ms(): number {
    return this.#ms;
  }

  /**
   * What the last sleep brought tells how long the next may be.
   * @param slots - that were written meanwhile.
   * @param mayWait - calls outlive the process.
   */
  looked(slots: number, mayWait: boolean): void {
    const longestMs = (this.#ms * AT_MOST) / slots; // of none: as long as one may
    this.#ms = mayWait ? Math.max(SHORTEST_MS, Math.min(LONGEST_MS, longestMs)) : SHORTEST_MS;
  }
}
