import type { ResolvedCredential } from '../credentials/types.ts';
import type { QuotaExceeded } from '../quotas/refusal.ts';
import type { CallInfo, ProxyRouting } from './observers.ts';
import type { Body } from './request-body.ts';

/** The credentials of a pool that one call is tried with. Made when the first one did not do, which is seldom. */
export class FurtherTries {
  readonly #tried: string[];
  #noRoom: QuotaExceeded | null = null;
  /** Of a request that was not sent with one credential, because its quota has no room, and may go with another. */
  unsent: Body = null;

  constructor(first: ResolvedCredential) {
    this.#tried = [first.id];
  }

  /** null: there is no other one. */
  next(routing: ProxyRouting | undefined, info: CallInfo, why: 'answer' | 'quota'): ResolvedCredential | null {
    const next = routing?.another(info, this.#tried, why) ?? null;
    if (next === null || this.#tried.includes(next.id)) return null;
    this.#tried.push(next.id);
    return next;
  }

  /** The quota of one has no room. @returns what the client is told where nobody has: when the first one will have. */
  noRoom(error: QuotaExceeded): QuotaExceeded {
    if (this.#noRoom === null || error.resetsAtMs < this.#noRoom.resetsAtMs) this.#noRoom = error;
    return this.#noRoom;
  }
}
