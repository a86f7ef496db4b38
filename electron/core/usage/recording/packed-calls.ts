import type { CallOrigin, EndedCall } from '../ended-call.ts';

/**
 * Ended calls that go to the recording thread as a message, because the ring (call-ring.ts) does not take them: the first
 * of their origin, and what few have.
 */
export type PackedCalls = readonly PackedCall[];
export interface PackedCall {
  readonly call: EndedCall<string>;
  /** Calls in the ring name their origin by this number; null: it got none. */
  readonly number: number | null;
}

const text = (body: Buffer | string | null): string | null =>
  body === null || typeof body === 'string' ? body : body.toString('latin1');

export function packed(call: EndedCall, number: number | null): PackedCall {
  return { call: { ...call, requestBody: text(call.requestBody), body: text(call.body) }, number };
}

const MAX_NUMBERS = 4096;

/** The numbers of origins, given out by the thread that writes. */
export class OriginNumbers {
  readonly #numbers = new Map<CallOrigin, number>();
  #last: { readonly origin: CallOrigin; readonly number: number } | null = null;

  /** By their numbers. */
  get origins(): readonly CallOrigin[] {
    return [...this.#numbers.keys()];
  }

  of(origin: CallOrigin): number | null {
    if (this.#last?.origin === origin) return this.#last.number;
    const number = this.#numbers.get(origin);
    if (number === undefined) return null;
    this.#last = { origin, number };
    return number;
  }

  /**
   * @param mayForget - no call in the ring has a number now.
   * @returns null where there are too many.
   */
  give(origin: CallOrigin, mayForget: boolean): number | null {
    if (this.#numbers.size >= MAX_NUMBERS) {
      if (!mayForget) return null;
      this.#numbers.clear();
      this.#last = null;
    }
    const number = this.#numbers.size;
    this.#numbers.set(origin, number);
    return number;
  }
}
