import type { ServerResponse } from 'node:http';
import { OpenList } from './open-list.ts';

export const MAX_IN_FLIGHT_PER_CLIENT = 256;

/** The answers under way, by client: to bound them, and to cut them when a client is revoked or the vault locks. */
export class InFlight {
  readonly #answers = new Map<string, OpenList<ServerResponse>>();

  /** False where the client has too many open already. The answer leaves by itself when it closes. */
  enter(clientId: string, answer: ServerResponse): boolean {
    let answers = this.#answers.get(clientId);
    if (answers === undefined) {
      answers = new OpenList();
      this.#answers.set(clientId, answers);
    }
    if (answers.size >= MAX_IN_FLIGHT_PER_CLIENT) return false;
    answer.once('close', answers.add(answer));
    return true;
  }

  cut(clientId: string): void {
    for (const answer of this.#answers.get(clientId)?.all() ?? []) answer.socket?.destroy();
    this.#answers.delete(clientId);
  }

  cutAll(): void {
    for (const clientId of [...this.#answers.keys()]) this.cut(clientId);
  }
}
