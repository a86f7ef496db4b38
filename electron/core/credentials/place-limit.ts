/** How many tests may ask one place at the same time; the others wait in the order in which they came. */
export class PlaceLimit {
  readonly #atOnce: number;
  readonly #busy = new Map<string, { running: number; readonly waiting: (() => void)[] }>();

  constructor(atOnce: number) {
    this.#atOnce = atOnce;
  }

  /** Runs `act` when it is its turn. Rejects with the reason of `signal` if that comes first; then `act` never runs. */
  async run<T>(place: string, signal: AbortSignal, act: () => Promise<T>): Promise<T> {
    const release = await this.#turn(place, signal);
    try {
      signal.throwIfAborted();
      return await act();
    } finally {
      release();
    }
  }

  async #turn(place: string, signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    const slot = this.#busy.get(place) ?? { running: 0, waiting: [] };
    this.#busy.set(place, slot);
    const release = (): void => {
      const next = slot.waiting.shift();
      if (next !== undefined) return next(); // the turn is handed on
      slot.running -= 1;
      if (slot.running === 0) this.#busy.delete(place);
    };
    if (slot.running < this.#atOnce) {
      slot.running += 1;
      return release;
    }
    await new Promise<void>((resolve, reject) => {
      const leave = (): void => {
        slot.waiting.splice(slot.waiting.indexOf(mine), 1);
        reject(signal.reason as Error);
      };
      const mine = (): void => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      slot.waiting.push(mine);
      signal.addEventListener('abort', leave, { once: true });
    });
    return release;
  }
}
