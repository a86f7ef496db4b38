import type { CallOutcome } from '../../proxy/observers.ts';
import type { CallOrigin, EndedCall } from '../ended-call.ts';

/**
 * How calls stand in the ring (call-ring.ts): as a row of slots of eight bytes, each of two words. The first slot says how
 * many they are, and the sum of all of it; then come numbers, and texts, one byte for each character. An origin stands there
 * too where the ring is in a file: its slots, the sum, IS_ORIGIN, its length in bytes, and its JSON.
 */
export const SLOT_BYTES = 8;
export const SLOT_WORDS = 2;
/** 2 MiB: a tenth of a second of more than any machine forwards. A power of two, because positions overflow. */
export const SLOTS = 2 ** 18;
/** Slots that one entry takes at most: more than any call has. */
export const LARGEST = SLOTS / 16;
/** In place of the number of slots: the rest up to the end is not used. */
export const SKIP = 0;
const HEAD = 10;
const ORIGIN_HEAD = 2;
const NONE = -1;
/** In place of the number of an origin. */
const IS_ORIGIN = -2;
/** Most answers are of one of these types: their place in here stands for them, below NONE. */
const USUAL_TYPES = [
  'application/json',
  'application/json; charset=utf-8',
  'text/event-stream',
  'text/event-stream; charset=utf-8',
] as const;

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

/** The same memory three times. */
export interface RingMemory {
  readonly words: Int32Array;
  readonly slots: Float64Array;
  readonly bytes: Buffer;
}

export const ringMemory = (memory: ArrayBufferLike): RingMemory => ({
  words: new Int32Array(memory),
  slots: new Float64Array(memory),
  bytes: Buffer.from(memory),
});

/** Where one entry is laid out before it goes into the ring: to copy into memory that threads share takes five times as long. */
export const entryDraft = (): RingMemory => ringMemory(new ArrayBuffer(LARGEST * SLOT_BYTES));

/**
 * Lays a call out.
 * @param origin - the number under which the reader knows its origin.
 * @param originPlace - where that stands; null: nowhere in the ring.
 * @returns how many slots it takes; null where it has something that few have, for which there is no place.
 */
export function layCall(
  { words, slots, bytes }: RingMemory,
  call: EndedCall<Buffer>,
  origin: number,
  originPlace: number | null,
): number | null {
  const { answer, requestId, providerRequestId, requestBody, body } = call; // no rest of it: that copies the call
  if (call.retryOf !== null || call.requestModel !== null || call.result !== null) return null;
  if (answer !== null && answer.usage !== null) return null;
  const contentType = answer === null ? null : answer.contentType;
  const type = contentType === null ? NONE : typeNumber(contentType);
  const requestBytes = requestBody === null ? 0 : requestBody.byteLength;
  const bodyBytes = body === null ? 0 : body.byteLength;
  const texts =
    requestId.length +
    requestBytes +
    bodyBytes +
    (type < 0 ? 0 : type) +
    (providerRequestId === null ? 0 : providerRequestId.length);
  const size = HEAD + Math.ceil(texts / SLOT_BYTES);
  if (size > LARGEST) return null;
  words[2] = origin;
  words[3] = OUTCOME_NUMBERS[call.outcome];
  words[4] = call.status ?? NONE;
  words[5] = answer === null ? NONE : answer.status;
  words[6] = type;
  words[7] = requestId.length;
  words[8] = requestBody === null ? NONE : requestBytes;
  words[9] = body === null ? NONE : bodyBytes;
  words[10] = providerRequestId === null ? NONE : providerRequestId.length;
  slots[6] = originPlace ?? NONE;
  slots[7] = call.startedAtMs;
  slots[8] = call.latencyMs;
  slots[9] = call.firstByteMs ?? NONE;
  let to = putText(bytes, HEAD * SLOT_BYTES, requestId);
  if (requestBody !== null) bytes.set(requestBody, to);
  to += requestBytes;
  if (body !== null) bytes.set(body, to);
  to += bodyBytes;
  if (type >= 0 && contentType !== null) to = putText(bytes, to, contentType);
  if (providerRequestId !== null) putText(bytes, to, providerRequestId);
  return size;
}

/** Its place among the usual ones, below NONE; else its length. */
function typeNumber(contentType: string): number {
  for (let place = 0; place < USUAL_TYPES.length; place += 1) {
    if (USUAL_TYPES[place] === contentType) return NONE - 1 - place;
  }
  return contentType.length;
}

/** For short ones: to be written natively takes longer than they do. @returns where it ends. */
function putText(bytes: Buffer, at: number, text: string): number {
  for (let n = 0; n < text.length; n += 1) bytes[at + n] = text.charCodeAt(n);
  return at + text.length;
}

/** @param at - the slot at which the call stands. */
export function callAt({ words, slots, bytes }: RingMemory, at: number, origin: CallOrigin): EndedCall<string> {
  const first = at * SLOT_WORDS;
  const word = (place: number): number => words[first + place] as number;
  const orNull = (number: number): number | null => (number === NONE ? null : number);
  let from = (at + HEAD) * SLOT_BYTES;
  const text = (length: number): string | null => {
    if (length < 0) return null;
    from += length;
    return bytes.toString('latin1', from - length, from);
  };
  const requestId = text(word(7)) ?? '';
  const requestBody = text(word(8));
  const body = text(word(9));
  const type = word(6);
  const contentType = USUAL_TYPES[NONE - 1 - type] ?? text(type);
  const status = orNull(word(5));
  return {
    origin,
    startedAtMs: slots[at + 7] as number,
    requestId,
    outcome: OUTCOMES[word(3)] as CallOutcome,
    status: orNull(word(4)),
    latencyMs: slots[at + 8] as number,
    firstByteMs: orNull(slots[at + 9] as number),
    retryOf: null,
    providerRequestId: text(word(10)),
    requestModel: null,
    requestBody,
    answer: status === null ? null : { status, contentType, usage: null },
    body,
    result: null,
  };
}

/** Slots of the entry at this one, or SKIP. */
export const sizeAt = ({ words }: RingMemory, at: number): number => words[at * SLOT_WORDS] as number;

/** The number of the origin of the call at this slot; null: an origin stands there. */
export function originNumberAt({ words }: RingMemory, at: number): number | null {
  const number = words[at * SLOT_WORDS + 2] as number;
  return number === IS_ORIGIN ? null : number;
}

/** Where the origin of the call at this slot stands. */
export const originPlaceAt = ({ slots }: RingMemory, at: number): number => slots[at + 6] as number;

/**
 * Puts what was laid out into the ring, with its slots and its sum, which are told in the draft too.
 * @param place - where it goes, in slots since the start; the ring's memory begins again after SLOTS of them.
 * @param size - in slots. SKIP: what is laid out is not used.
 */
export function putEntry(ring: RingMemory, draft: RingMemory, place: number, size: number): void {
  const from = draft.words;
  const to = ring.words;
  const at = (place & (SLOTS - 1)) * SLOT_WORDS;
  let sum = firstSum(place, size);
  for (let n = SLOT_WORDS, end = size * SLOT_WORDS; n < end; n += 1) {
    const word = from[n] as number;
    sum = (sum + word) | 0;
    to[at + n] = word;
  }
  to[at] = from[0] = size;
  to[at + 1] = from[1] = sum;
}

/** Of the slot that a sum stands in; the same entry has another one at another place. */
const firstSum = (place: number, size: number): number => (place + size) | 0;

/** Whether the slot at `at` says that the rest of the ring is not used. */
export function isSkip({ words }: RingMemory, at: number, place: number): boolean {
  return words[at * SLOT_WORDS] === SKIP && words[at * SLOT_WORDS + 1] === firstSum(place, SKIP);
}

/** How many slots the entry at `at` claims to take; null where none can. */
export function claimedAt({ words }: RingMemory, at: number): number | null {
  const size = words[at * SLOT_WORDS] as number;
  return size >= ORIGIN_HEAD && size <= LARGEST && at + size <= SLOTS ? size : null;
}

/**
 * Whether the slots at `at` are a whole entry that was put at `place`: what another program, a fault, or a process that was
 * killed while it copied, made of the memory is not.
 */
export function isEntry(memory: RingMemory, at: number, place: number): boolean {
  const { words } = memory;
  const size = claimedAt(memory, at);
  if (size === null || words[at * SLOT_WORDS + 1] !== sumAt(memory, at, place, size)) return false;
  const word = (n: number): number => words[at * SLOT_WORDS + n] as number;
  if (word(2) === IS_ORIGIN) return fits(word(3), size - ORIGIN_HEAD);
  if (size < HEAD || OUTCOMES[word(3)] === undefined) return false;
  const type = word(6);
  if (type < NONE - USUAL_TYPES.length) return false;
  const lengths = [word(7), word(8), word(9), word(10)];
  if (lengths.some((length) => length < NONE)) return false;
  return fits(
    [type, ...lengths].reduce((sum, length) => sum + Math.max(0, length), 0),
    size - HEAD,
  );
}

function sumAt({ words }: RingMemory, at: number, place: number, size: number): number {
  let sum = firstSum(place, size);
  for (let n = SLOT_WORDS; n < size * SLOT_WORDS; n += 1) sum = (sum + (words[at * SLOT_WORDS + n] as number)) | 0;
  return sum;
}

const fits = (bytes: number, slots: number): boolean => bytes >= 0 && bytes <= slots * SLOT_BYTES;

/** Lays an origin out. @param text - its JSON. @returns how many slots it takes; null: too many. */
export function layOrigin({ words, bytes }: RingMemory, text: string): number | null {
  const length = Buffer.byteLength(text);
  const size = ORIGIN_HEAD + Math.ceil(length / SLOT_BYTES);
  if (size > LARGEST) return null;
  words[2] = IS_ORIGIN;
  words[3] = length;
  bytes.write(text, ORIGIN_HEAD * SLOT_BYTES);
  return size;
}

export function originTextAt({ words, bytes }: RingMemory, at: number): string {
  const from = (at + ORIGIN_HEAD) * SLOT_BYTES;
  return bytes.toString('utf8', from, from + (words[at * SLOT_WORDS + 3] as number));
}
