import type { CallOrigin, EndedCall } from '../ended-call.ts';
import { READ, WRITTEN } from './messages.ts';
import {
  callAt,
  entryDraft,
  layCall,
  layOrigin,
  originNumberAt,
  putEntry,
  type RingMemory,
  ringMemory,
  SKIP,
  sizeAt,
  SLOT_BYTES,
  SLOTS,
} from './ring-entry.ts';
import type { RingFile } from './ring-file.ts';

/** An origin is told again when it stands so far behind: it is never written over before the last call that names it. */
const ORIGIN_LASTS = SLOTS / 4;
/** What is not read yet in a ring that has a file: with `ORIGIN_LASTS` it leaves a quarter for what is being written. */
const MOST_UNREAD = SLOTS / 2;
/** Looked for when so much was written: to ask the other thread each time would cost as much as the rest. */
const ROOM = SLOTS / 64;
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
  readonly #draft = entryDraft();
  /** Beside it: what is laid out stays. */
  readonly #skip = ringMemory(new ArrayBuffer(SLOT_BYTES));
  readonly #file: RingFile | null;
  readonly #mostUnread: number;
  /** In slots since the start; the position that both threads see is this as an int32. */
  #written: number;
  /** Up to here there was room when it was last looked for. */
  #roomTo: number;
  /** How far the ring was read by then; null: the file knows. */
  #newlyRead: number | null = null;
  /** Where origins stand in the ring. */
  readonly #origins = new Map<CallOrigin, number>();
  #lastOrigin: CallOrigin | null = null;
  #lastPlace = 0;

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
    this.#written = this.#roomTo = Atomics.load(positions, WRITTEN);
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
    const originPlace = this.#file === null ? null : this.#placeOf(call.origin);
    if (originPlace === NO_ROOM) return false;
    const size = layCall(this.#draft, call, origin, originPlace);
    if (size === null || !this.#makeRoom(size)) return false;
    this.#publish(size);
    return true;
  }

  get #unread(): number {
    return (this.#written - Atomics.load(this.#positions, READ)) | 0;
  }

  /** Where the origin stands in the ring: it is put there where it does not, or not much longer. */
  #placeOf(origin: CallOrigin): number {
    const known = origin === this.#lastOrigin ? this.#lastPlace : this.#origins.get(origin);
    const isNear = known !== undefined && this.#written - known < ORIGIN_LASTS;
    const place = isNear ? known : this.#putOrigin(origin);
    this.#lastOrigin = place === NO_ROOM ? null : origin;
    this.#lastPlace = place;
    return place;
  }

  #putOrigin(origin: CallOrigin): number {
    const size = layOrigin(this.#draft, JSON.stringify(origin));
    if (size === null || !this.#makeRoom(size)) return NO_ROOM;
    const place = this.#written;
    this.#publish(size);
    if (this.#origins.size >= MOST_ORIGINS) this.#origins.clear();
    this.#origins.set(origin, place);
    return place;
  }

  /** @returns whether so many slots are free where the next entry is to stand. */
  #makeRoom(size: number): boolean {
    const left = SLOTS - (this.#written & (SLOTS - 1));
    const needed = left < size ? left + size : size;
    if (this.#written + needed > this.#roomTo && !this.#findRoom(needed)) return false;
    if (this.#file?.isOpen === false) return false;
    if (left < size) {
      putEntry(this.#memory, this.#skip, this.#written, SKIP);
      this.#file?.put(this.#skip.words, this.#written, 1);
      this.#written += left;
    }
    return true;
  }

  #findRoom(needed: number): boolean {
    const read = this.#written - this.#unread;
    const to = Math.min(read + this.#mostUnread, this.#file?.filledTo(this.#written) ?? Number.POSITIVE_INFINITY);
    if (this.#written + needed > to) return false;
    this.#roomTo = Math.min(to, this.#written + needed + ROOM);
    this.#newlyRead = read;
    return true;
  }

  #publish(size: number): void {
    const place = this.#written;
    this.#written = place + size;
    putEntry(this.#memory, this.#draft, place, size);
    if (this.#file !== null) {
      this.#file.put(this.#draft.words, place, size);
      if (this.#newlyRead !== null) this.#file.mark(this.#written, this.#newlyRead);
      this.#newlyRead = null;
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
    this.#draft.bytes.fill(0);
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
      const size = sizeAt(this.#memory, at);
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
