import type { ServerResponse } from 'node:http';
import { OpenList } from './open-list.ts';

export const MAX_IN_FLIGHT_PER_CLIENT = 256;

/** The answers under way, by client: to bound them, and to cut them when a client is revoked or the vault locks. */
export class InFlight {
  readonly #answers = new Map<string, OpenList<ServerResponse>>();
  readonly #waiting = new WeakSet<ServerResponse>();

  /** False where the client has too many open already. The answer leaves by itself when it closes. */
  enter(clientId: string, answer: ServerResponse): boolean {
    let answers = this.#answers.get(clientId);
    if (answers === undefined) {
      answers = new OpenList();
      this.#answers.set(clientId, answers);
    }
    if (answers.size >= MAX_IN_FLIGHT_PER_CLIENT) return false;
    answer.on('close', answers.add(answer)); // comes once by itself
    return true;
  }

  /** Until `word` settles nothing of this answer was decided: it waits for the owner. */
  waits(answer: ServerResponse, word: Promise<unknown>): void {
    this.#waiting.add(answer);
    const over = (): void => void this.#waiting.delete(answer);
    word.then(over, over);
  }

  isWaiting(answer: ServerResponse): boolean {
    return this.#waiting.has(answer);
  }

  cut(clientId: string): void {
    for (const answer of this.#answers.get(clientId)?.all() ?? []) cutOff(answer);
    this.#answers.delete(clientId);
  }

  /** The vault locks. Who waits for the owner has got nothing yet: the gate says no to it, so it is told and not cut. */
  cutForLock(): void {
    for (const answers of this.#answers.values()) {
      for (const answer of answers.all()) if (!this.isWaiting(answer)) cutOff(answer);
    }
  }
}

/** By the request: an answer that waits for another one on its connection has no socket yet. */
function cutOff(answer: ServerResponse): void {
  answer.req.socket.destroy();
}
