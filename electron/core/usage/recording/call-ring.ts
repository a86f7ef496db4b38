import type { CallOutcome } from '../../proxy/observers.ts';
import type { CallOrigin, EndedCall } from '../ended-call.ts';
import { READ, WRITTEN } from './messages.ts';

/**
 * Ended calls on their way to the recording thread, in memory that both threads see: to put one there takes half a
 * microsecond, to send a message and wake the other thread takes twenty. One thread writes, one reads.
 *
 * A call is a row of slots of eight bytes: the slots that it takes, its numbers, the lengths of its texts, and these, one
 * byte for each character. It never goes over the end: where it does not fit there, it begins at the start again.
 */
const SLOT_BYTES = 8;
/** 2 MiB: a tenth of a second of more than any machine forwards. A power of two, because positions overflow. */
const SLOTS = 2 ** 18;
const HEAD = 13;
const NONE = -1;
/** In place of a length: the rest up to the end is not used. */
const SKIP = 0;

const OUTCOME_NUMBERS: Readonly<Record<CallOutcome, number>> = {
  ok: 0,
  client_error: 1,
  upstream_error: 2,
  refused: 3,
  cached: 4,
  timeout: 5,
  aborted: 6,
  broken: 7,
};
const OUTCOMES = Object.keys(OUTCOME_NUMBERS) as readonly CallOutcome[];

export const callRing = (): SharedArrayBuffer => new SharedArrayBuffer(SLOTS * SLOT_BYTES);

export class RingWriter {
  readonly #positions: Int32Array;
  readonly #ring: SharedArrayBuffer;
  readonly #slots: Float64Array;
  readonly #bytes: Buffer;

  /** @param positions - has WRITTEN and READ: in slots since the start, as int32. */
  constructor(positions: Int32Array, ring: SharedArrayBuffer) {
    this.#positions = positions;
    this.#ring = ring;
    this.#slots = new Float64Array(ring);
    this.#bytes = Buffer.from(ring);
  }

  /** Whether all was read. */
  get isEmpty(): boolean {
    return Atomics.load(this.#positions, READ) === Atomics.load(this.#positions, WRITTEN);
  }

  /**
   * @param origin - the number under which the other thread knows the call's origin.
   * @returns false where there is no room now, or the call has something that few have: it must go another way.
   */
  write(call: EndedCall<Buffer>, origin: number): boolean {
    const { answer, requestId, providerRequestId, requestBody, body } = call;
    if (call.retryOf !== null || call.requestModel !== null || call.result !== null) return false;
    if (answer !== null && answer.usage !== null) return false;
    const contentType = answer === null ? null : answer.contentType;
    const typeBytes = contentType === null ? 0 : contentType.length;
    const requestBytes = requestBody === null ? 0 : requestBody.byteLength;
    const bodyBytes = body === null ? 0 : body.byteLength;
    const providersBytes = providerRequestId === null ? 0 : providerRequestId.length;
    const texts = requestId.length + typeBytes + requestBytes + bodyBytes + providersBytes;
    const size = HEAD + Math.ceil(texts / SLOT_BYTES);
    let written = Atomics.load(this.#positions, WRITTEN);
    const left = SLOTS - (written & (SLOTS - 1));
    const used = (written - Atomics.load(this.#positions, READ)) | 0;
    if (used + size + (left < size ? left : 0) > SLOTS) return false;
    const slots = this.#slots;
    if (left < size) {
      slots[written & (SLOTS - 1)] = SKIP;
      written = (written + left) | 0;
    }
    const at = written & (SLOTS - 1);
    slots[at] = size;
    slots[at + 1] = origin;
    slots[at + 2] = call.startedAtMs;
    slots[at + 3] = OUTCOME_NUMBERS[call.outcome];
    slots[at + 4] = call.status ?? NONE;
    slots[at + 5] = call.latencyMs;
    slots[at + 6] = call.firstByteMs ?? NONE;
    slots[at + 7] = answer === null ? NONE : answer.status;
    slots[at + 8] = requestId.length;
    slots[at + 9] = contentType === null ? NONE : typeBytes;
    slots[at + 10] = requestBody === null ? NONE : requestBytes;
    slots[at + 11] = body === null ? NONE : bodyBytes;
    slots[at + 12] = providerRequestId === null ? NONE : providersBytes;
    let to = (at + HEAD) * SLOT_BYTES;
    to += this.#bytes.write(requestId, to, 'latin1');
    if (contentType !== null) to += this.#bytes.write(contentType, to, 'latin1');
    if (requestBody !== null) to += requestBody.copy(this.#bytes, to);
    if (body !== null) to += body.copy(this.#bytes, to);
    if (providerRequestId !== null) this.#bytes.write(providerRequestId, to, 'latin1');
    Atomics.store(this.#positions, WRITTEN, (written + size) | 0);
    return true;
  }

  /** Nobody reads it any more, and this was not. @param origins - by their numbers. */
  take(origins: readonly CallOrigin[]): EndedCall[] {
    const reader = new RingReader(this.#positions, this.#ring);
    return reader.take(reader.written, Number.POSITIVE_INFINITY, origins);
  }

  /** Nobody reads it any more: what people asked and were answered does not stay in memory. */
  wipe(): void {
    this.#bytes.fill(0);
  }
}

export class RingReader {
  readonly #positions: Int32Array;
  readonly #slots: Float64Array;
  readonly #bytes: Buffer;

  constructor(positions: Int32Array, ring: SharedArrayBuffer) {
    this.#positions = positions;
    this.#slots = new Float64Array(ring);
    this.#bytes = Buffer.from(ring);
  }

  /** Where the writer is now. */
  get written(): number {
    return Atomics.load(this.#positions, WRITTEN);
  }

  /**
   * Takes at most so many calls.
   * @param to - no further than this position.
   * @param origins - by their numbers.
   */
  take(to: number, most: number, origins: readonly CallOrigin[]): EndedCall<string>[] {
    const calls: EndedCall<string>[] = [];
    let read = Atomics.load(this.#positions, READ);
    while (((to - read) | 0) > 0 && calls.length < most) {
      const at = read & (SLOTS - 1);
      const size = this.#slots[at] as number;
      if (size !== SKIP) calls.push(this.#callAt(at, origins));
      read = (read + (size === SKIP ? SLOTS - at : size)) | 0;
    }
    Atomics.store(this.#positions, READ, read);
    return calls;
  }

  #callAt(at: number, origins: readonly CallOrigin[]): EndedCall<string> {
    const slot = (place: number): number => this.#slots[at + place] as number;
    const orNull = (place: number): number | null => (slot(place) === NONE ? null : slot(place));
    let from = (at + HEAD) * SLOT_BYTES;
    const text = (place: number): string | null => {
      const length = slot(place);
      if (length === NONE) return null;
      from += length;
      return this.#bytes.toString('latin1', from - length, from);
    };
    const status = orNull(7);
    const requestId = text(8) ?? '';
    const contentType = text(9);
    const requestBody = text(10);
    const body = text(11);
    return {
      origin: origins[slot(1)] as CallOrigin,
      startedAtMs: slot(2),
      requestId,
      outcome: OUTCOMES[slot(3)] as CallOutcome,
      status: orNull(4),
      latencyMs: slot(5),
      firstByteMs: orNull(6),
      retryOf: null,
      providerRequestId: text(12),
      requestModel: null,
      requestBody,
      answer: status === null ? null : { status, contentType, usage: null },
      body,
      result: null,
    };
  }
}
