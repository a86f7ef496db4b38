import type { CallOrigin, EndedCall } from '../ended-call.ts';
import { READ, WRITTEN } from './messages.ts';
import {
  callAt,
  originNumberAt,
  originSlots,
  putCall,
  putOrigin,
  type RingMemory,
  ringMemory,
  SKIP,
  SLOT_BYTES,
  SLOTS,
  slotsOf,
} from './ring-entry.ts';
import type { RingFile } from './ring-file.ts';

/** An origin is told again when it stands so far behind: it is never written over before the last call that names it. */
const ORIGIN_LASTS = SLOTS / 4;
/** What is not read yet in a ring that has a file: with `ORIGIN_LASTS` it leaves a quarter for what is being written. */
const MOST_UNREAD = SLOTS / 2;
const LARGEST = SLOTS / 8;
/** Origins whose places are kept: beyond it all are told again. */
const MOST_ORIGINS = 4096;

export const callRing = (): SharedArrayBuffer => new SharedArrayBuffer(SLOTS * SLOT_BYTES);

/**
 * Ended calls on their way to the recording thread, in memory that both threads see: to put one there takes half a
 * microsecond, to send a message and wake the other thread takes twenty. One thread writes, one reads. An entry
 * (ring-entry.ts) never goes over the end: where it does not fit there, it begins at the start again.
 */
export class RingWriter {
  readonly #positions: Int32Array;
  readonly #ring: SharedArrayBuffer;
  readonly #memory: RingMemory;
  readonly #file: RingFile | null;
  readonly #mostUnread: number;
  /** In slots since the start; the position that both threads see is this as an int32. */
  #written: number;
  /** Where origins stand in the ring. */
  readonly #origins = new Map<CallOrigin, number>();

  /**
   * @param positions - has WRITTEN and READ: in slots since the start, as int32.
   * @param file - what is written stands in there too when `write` returns.
   */
  constructor(positions: Int32Array, ring: SharedArrayBuffer, file: RingFile | null = null) {
    this.#positions = positions;
    this.#ring = ring;
    this.#memory = ringMemory(ring);
    this.#file = file;
    this.#mostUnread = file === null ? SLOTS : MOST_UNREAD;
    this.#written = Atomics.load(positions, WRITTEN);
  }

  /** Whether all was read. */
  get isEmpty(): boolean {
    return this.#unread === 0;
  }

  /**
   * @param origin - the number under which the other thread knows the call's origin.
   * @returns false where there is no room now, or the call has something that few have: it must go another way.
   */
  write(call: EndedCall<Buffer>, origin: number): boolean {
    const size = slotsOf(call);
    if (size === null) return false;
    const originPlace = this.#file === null ? null : this.#placeOf(call.origin);
    if (originPlace === NO_ROOM || !this.#makeRoom(size)) return false;
    putCall(this.#memory, this.#written, size, call, origin, originPlace);
    this.#publish(size);
    return true;
  }

  get #unread(): number {
    return (this.#written - Atomics.load(this.#positions, READ)) | 0;
  }

  /** Where the origin stands in the ring: it is put there where it does not, or not much longer. */
  #placeOf(origin: CallOrigin): number {
    const known = this.#origins.get(origin);
    if (known !== undefined && this.#written - known < ORIGIN_LASTS) return known;
    const text = JSON.stringify(origin);
    const size = originSlots(text);
    if (!this.#makeRoom(size)) return NO_ROOM;
    const place = this.#written;
    putOrigin(this.#memory, place, size, text);
    this.#publish(size);
    if (this.#origins.size >= MOST_ORIGINS) this.#origins.clear();
    this.#origins.set(origin, place);
    return place;
  }

  /** @returns whether so many slots are free where the next entry is to stand. */
  #makeRoom(size: number): boolean {
    const left = SLOTS - (this.#written & (SLOTS - 1));
    const needed = left < size ? left + size : size;
    if (this.#unread + needed > this.#mostUnread) return false;
    if (this.#file !== null && (size > LARGEST || !this.#file.hasRoom(this.#written, needed))) return false;
    if (left < size) {
      this.#memory.slots[this.#written & (SLOTS - 1)] = SKIP;
      this.#file?.put(this.#written, 1);
      this.#written += left;
    }
    return true;
  }

  #publish(size: number): void {
    const from = this.#written;
    this.#written = from + size;
    if (this.#file !== null) {
      this.#file.put(from, size);
      this.#file.mark(this.#written, this.#written - this.#unread);
    }
    Atomics.store(this.#positions, WRITTEN, this.#written | 0);
  }

  /** Nobody reads it any more, and this was not. @param origins - by their numbers. */
  take(origins: readonly CallOrigin[]): EndedCall[] {
    const reader = new RingReader(this.#positions, this.#ring);
    const calls = reader.take(reader.written, Number.POSITIVE_INFINITY, origins);
    reader.release();
    return calls;
  }

  /** Nobody reads it any more: what people asked and were answered does not stay in memory. */
  wipe(): void {
    this.#memory.bytes.fill(0);
  }
}

const NO_ROOM = -1;

export class RingReader {
  readonly #positions: Int32Array;
  readonly #memory: RingMemory;
  #read: number;

  constructor(positions: Int32Array, ring: SharedArrayBuffer) {
    this.#positions = positions;
    this.#memory = ringMemory(ring);
    this.#read = Atomics.load(positions, READ);
  }

  /** Where the writer is now. */
  get written(): number {
    return Atomics.load(this.#positions, WRITTEN);
  }

  /** Slots that were written and not taken. */
  get unread(): number {
    return (this.written - this.#read) | 0;
  }

  /**
   * Takes at most so many calls: they stay in the ring, and in its file, until `release`.
   * @param to - no further than this position.
   * @param origins - by their numbers.
   */
  take(to: number, most: number, origins: readonly CallOrigin[]): EndedCall<string>[] {
    const calls: EndedCall<string>[] = [];
    let read = this.#read;
    while (((to - read) | 0) > 0 && calls.length < most) {
      const at = read & (SLOTS - 1);
      const size = this.#memory.slots[at] as number;
      if (size !== SKIP) {
        const number = originNumberAt(this.#memory, at); // null: an origin, which it was told by a message
        if (number !== null) calls.push(callAt(this.#memory, at, origins[number] as CallOrigin));
      }
      read = (read + (size === SKIP ? SLOTS - at : size)) | 0;
    }
    this.#read = read;
    return calls;
  }

  /** What was taken is not needed here any more. */
  release(): void {
    Atomics.store(this.#positions, READ, this.#read);
  }
}
