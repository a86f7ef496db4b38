import type { CallOrigin, EndedCall } from '../ended-call.ts';

/**
 * Ended calls as one flat list of plain values: what takes the least to hand to another thread. What many have in common
 * goes with the first of them; so does what few calls have, in an object of its own.
 */
export type PackedCalls = readonly Packed[];
type Packed = string | number | null | CallOrigin | Rare;

interface Rare {
  readonly retryOf: EndedCall['retryOf'];
  readonly requestModel: EndedCall['requestModel'];
  readonly usage: string | null;
  readonly result: EndedCall['result'];
}

const MAX_NUMBERS = 1000;

/** One for each thread that is told. */
export class CallPacker {
  readonly #numbers = new Map<CallOrigin, number>();

  pack(calls: readonly EndedCall[]): PackedCalls {
    const packed: Packed[] = [];
    for (const call of calls) this.#pack(call, packed);
    return packed;
  }

  #pack(call: EndedCall, into: Packed[]): void {
    const { origin, answer, retryOf, requestModel, result } = call;
    let number = this.#numbers.get(origin);
    const isTold = number !== undefined;
    if (number === undefined) {
      if (this.#numbers.size >= MAX_NUMBERS) this.#numbers.clear();
      number = this.#numbers.size;
      this.#numbers.set(origin, number);
    }
    const usage = answer === null ? null : answer.usage;
    const isUsual = retryOf === null && requestModel === null && result === null && usage === null;
    into.push(
      number,
      isTold ? null : origin,
      call.startedAtMs,
      call.requestId,
      call.outcome,
      call.status,
      call.latencyMs,
      call.firstByteMs,
      answer === null ? null : answer.status,
      answer === null ? null : answer.contentType,
      call.requestBody,
      call.body,
      isUsual ? null : { retryOf, requestModel, usage, result },
    );
  }
}
const FIELDS = 13;

/** Of what one `CallPacker` made, in its order: both are of one program, so nothing is checked again. */
export class CallUnpacker {
  readonly #origins: CallOrigin[] = [];

  unpack(packed: PackedCalls): EndedCall[] {
    const calls: EndedCall[] = [];
    for (let at = 0; at < packed.length; at += FIELDS) calls.push(this.#unpack(packed, at));
    return calls;
  }

  #unpack(packed: PackedCalls, at: number): EndedCall {
    const number = packed[at] as number;
    const told = packed[at + 1] as CallOrigin | null;
    if (told !== null) this.#origins[number] = told;
    const status = packed[at + 8] as number | null;
    const contentType = packed[at + 9] as string | null;
    const rare = packed[at + 12] as Rare | null;
    return {
      origin: this.#origins[number] as CallOrigin,
      startedAtMs: packed[at + 2] as number,
      requestId: packed[at + 3] as string,
      outcome: packed[at + 4] as EndedCall['outcome'],
      status: packed[at + 5] as number | null,
      latencyMs: packed[at + 6] as number,
      firstByteMs: packed[at + 7] as number | null,
      retryOf: rare === null ? null : rare.retryOf,
      requestModel: rare === null ? null : rare.requestModel,
      requestBody: packed[at + 10] as string | null,
      answer: status === null ? null : { status, contentType, usage: rare === null ? null : rare.usage },
      body: packed[at + 11] as string | null,
      result: rare === null ? null : rare.result,
    };
  }
}
