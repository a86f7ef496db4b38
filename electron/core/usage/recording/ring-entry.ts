import type { CallOutcome } from '../../proxy/observers.ts';
import type { CallOrigin, EndedCall } from '../ended-call.ts';

/**
 * How calls stand in the ring (call-ring.ts): as a row of slots of eight bytes: the slots that it takes, its numbers, the
 * lengths of its texts, and these, one byte for each character. An origin stands there too where the ring is in a file: its
 * slots, IS_ORIGIN, its length in bytes, its place, and its JSON.
 */
export const SLOT_BYTES = 8;
/** 2 MiB: a tenth of a second of more than any machine forwards. A power of two, because positions overflow. */
export const SLOTS = 2 ** 18;
/** In place of a length: the rest up to the end is not used. */
export const SKIP = 0;
const HEAD = 15;
const ORIGIN_HEAD = 4;
const NONE = -1;
/** In place of the number of an origin. */
const IS_ORIGIN = -2;

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

/** The same memory twice. */
export interface RingMemory {
  readonly slots: Float64Array;
  readonly bytes: Buffer;
}

export const ringMemory = (ring: SharedArrayBuffer): RingMemory => ({
  slots: new Float64Array(ring),
  bytes: Buffer.from(ring),
});

/** @returns null where the call has something that few have, for which there is no place. */
export function slotsOf(call: EndedCall<Buffer>): number | null {
  const { answer, requestBody, body, providerRequestId } = call; // no rest of it: that copies the call
  if (call.retryOf !== null || call.requestModel !== null || call.result !== null) return null;
  if (answer !== null && answer.usage !== null) return null;
  const texts =
    call.requestId.length +
    (answer === null || answer.contentType === null ? 0 : answer.contentType.length) +
    (requestBody === null ? 0 : requestBody.length) +
    (body === null ? 0 : body.length) +
    (providerRequestId === null ? 0 : providerRequestId.length);
  return HEAD + Math.ceil(texts / SLOT_BYTES);
}

/**
 * Lays a call out.
 * @param place - where it stands, in slots since the start; its memory begins again after SLOTS of them.
 * @param size - what `slotsOf` says.
 * @param origin - the number under which the reader knows its origin.
 * @param originPlace - where that stands; null: nowhere in the ring.
 */
export function putCall(
  { slots, bytes }: RingMemory,
  place: number,
  size: number,
  call: EndedCall<Buffer>,
  origin: number,
  originPlace: number | null,
): void {
  const { answer, requestId, providerRequestId, requestBody, body } = call;
  const contentType = answer === null ? null : answer.contentType;
  const at = place & (SLOTS - 1);
  slots[at] = size;
  slots[at + 1] = origin;
  slots[at + 2] = call.startedAtMs;
  slots[at + 3] = OUTCOME_NUMBERS[call.outcome];
  slots[at + 4] = call.status ?? NONE;
  slots[at + 5] = call.latencyMs;
  slots[at + 6] = call.firstByteMs ?? NONE;
  slots[at + 7] = answer === null ? NONE : answer.status;
  slots[at + 8] = requestId.length;
  slots[at + 9] = contentType === null ? NONE : contentType.length;
  slots[at + 10] = requestBody === null ? NONE : requestBody.byteLength;
  slots[at + 11] = body === null ? NONE : body.byteLength;
  slots[at + 12] = providerRequestId === null ? NONE : providerRequestId.length;
  slots[at + 13] = place;
  slots[at + 14] = originPlace ?? NONE;
  let to = (at + HEAD) * SLOT_BYTES;
  to += bytes.write(requestId, to, 'latin1');
  if (contentType !== null) to += bytes.write(contentType, to, 'latin1');
  if (requestBody !== null) to += requestBody.copy(bytes, to);
  if (body !== null) to += body.copy(bytes, to);
  if (providerRequestId !== null) bytes.write(providerRequestId, to, 'latin1');
}

/** @param at - the slot at which the call stands. */
export function callAt({ slots, bytes }: RingMemory, at: number, origin: CallOrigin): EndedCall<string> {
  const slot = (place: number): number => slots[at + place] as number;
  const orNull = (place: number): number | null => (slot(place) === NONE ? null : slot(place));
  let from = (at + HEAD) * SLOT_BYTES;
  const text = (place: number): string | null => {
    const length = slot(place);
    if (length === NONE) return null;
    from += length;
    return bytes.toString('latin1', from - length, from);
  };
  const status = orNull(7);
  const requestId = text(8) ?? '';
  const contentType = text(9);
  const requestBody = text(10);
  const body = text(11);
  return {
    origin,
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

/** The number of the origin of the call at this slot; null: an origin stands there. */
export function originNumberAt({ slots }: RingMemory, at: number): number | null {
  const number = slots[at + 1] as number;
  return number === IS_ORIGIN ? null : number;
}

/** Where the origin of the call at this slot stands. */
export const originPlaceAt = ({ slots }: RingMemory, at: number): number => slots[at + 14] as number;

/**
 * Whether the slots at `at` are a whole entry that was put at `place`: what another program, or a fault, made of the memory
 * is not.
 */
export function isEntry({ slots }: RingMemory, at: number, place: number): boolean {
  const size = slots[at] as number;
  if (!Number.isInteger(size) || size < ORIGIN_HEAD || at + size > SLOTS) return false;
  if (slots[at + 1] === IS_ORIGIN) return slots[at + 3] === place && fits(slots[at + 2] as number, size - ORIGIN_HEAD);
  if (size < HEAD || slots[at + 13] !== place || OUTCOMES[slots[at + 3] as number] === undefined) return false;
  let texts = 0;
  for (let part = 8; part <= 12; part += 1) {
    const length = slots[at + part] as number;
    if (!Number.isInteger(length) || length < NONE) return false;
    texts += Math.max(0, length);
  }
  return fits(texts, size - HEAD);
}

const fits = (bytes: number, slots: number): boolean =>
  Number.isInteger(bytes) && bytes >= 0 && bytes <= slots * SLOT_BYTES;

export const originSlots = (text: string): number => ORIGIN_HEAD + Math.ceil(Buffer.byteLength(text) / SLOT_BYTES);

/** @param text - the origin's JSON. @param size - what `originSlots` says. */
export function putOrigin({ slots, bytes }: RingMemory, place: number, size: number, text: string): void {
  const at = place & (SLOTS - 1);
  slots[at] = size;
  slots[at + 1] = IS_ORIGIN;
  slots[at + 2] = bytes.write(text, (at + ORIGIN_HEAD) * SLOT_BYTES);
  slots[at + 3] = place;
}

export function originTextAt({ slots, bytes }: RingMemory, at: number): string {
  const from = (at + ORIGIN_HEAD) * SLOT_BYTES;
  return bytes.toString('utf8', from, from + (slots[at + 2] as number));
}
