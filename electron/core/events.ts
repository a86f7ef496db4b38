import type { ContractEvent } from '../../shared/contract/handlers.ts';
import type { Log } from './logs/log.ts';

export type Emit = (event: ContractEvent) => void;

/** Hands each event to all who listen. One listener that fails does not keep the others from hearing it. */
export class EventHub {
  readonly #listeners = new Set<(event: ContractEvent) => void>();
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  readonly emit: Emit = (event) => {
    for (const listener of [...this.#listeners]) {
      try {
        listener(event);
      } catch {
        this.#log.error('event.listener-failed', { kind: event.event });
      }
    }
  };

  readonly onEvent = (listener: (event: ContractEvent) => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
}
