import { randomBytes } from 'node:crypto';
import { FILLED } from './messages.ts';
import { OutlivingMemory } from './outliving-memory.ts';
import { SLOT_BYTES, SLOTS } from './ring-entry.ts';

/**
 * The ring of ended calls (call-ring.ts) once more, hidden, in memory that outlives the process: a call that stands there is
 * not lost with it, whatever the other thread came to. The next unlock reads it (left-ring.ts).
 *
 * File: `"KHur" | ver(1)=1 | id(16)`, at 32 two numbers (float64, as the machine has them): how far the ring was written and
 * read, in slots since the start; at 4096 the ring, each byte XORed with that of the key stream (key-stream.ts) for its place
 * since the start. Not authenticated: there is no time for it. Who can write into this user's memory files can change what
 * the calls of the last milliseconds before a crash used; what is read there is held against what a call can be.
 */
export const RING_MAGIC = Buffer.from('KHur\u0001', 'latin1');
export const RING_ID_BYTES = 16;
export const MARK_AT = 32;
const MARK_BYTES = 16;
export const RING_AT = 4096;
export const RING_BYTES = SLOTS * SLOT_BYTES;

export class RingFile {
  /** 16 bytes: its key stream is of this. */
  readonly id: Buffer;
  /** What the ring's bytes are XORed with: the recording thread fills it (ring-pad.ts), and here it is used up. */
  readonly pad = new SharedArrayBuffer(RING_BYTES);
  readonly #positions: Int32Array;
  readonly #memory: OutlivingMemory;
  readonly #ring: Uint32Array;
  readonly #hidden: Uint32Array;
  readonly #mark: Float64Array;
  readonly #copyHidden: (from: number, to: number, bytes: number) => void;
  readonly #copyMark: (from: number, to: number, bytes: number) => void;
  #isOpen = true;

  private constructor(positions: Int32Array, ring: SharedArrayBuffer, memory: OutlivingMemory) {
    this.id = randomBytes(RING_ID_BYTES);
    this.#positions = positions;
    this.#memory = memory;
    this.#ring = new Uint32Array(ring);
    this.#hidden = new Uint32Array(this.pad);
    this.#copyHidden = memory.from(new Uint8Array(this.pad));
    const head = new SharedArrayBuffer(MARK_AT + MARK_BYTES); // it does not move
    this.#mark = new Float64Array(head, MARK_AT);
    const bytes = Buffer.from(head);
    RING_MAGIC.copy(bytes);
    this.id.copy(bytes, RING_MAGIC.byteLength);
    this.#copyMark = memory.from(bytes);
    this.#copyMark(0, 0, bytes.byteLength);
  }

  /**
   * Makes the file: what is there must have been moved away.
   * @param positions - has FILLED: up to which slot since the start the pad is filled, as int32.
   * @returns null where there can be none (`OutlivingMemory.open`).
   */
  static open(file: string, positions: Int32Array, ring: SharedArrayBuffer): RingFile | null {
    const memory = OutlivingMemory.open(file, RING_AT + RING_BYTES);
    return memory === null ? null : new RingFile(positions, ring, memory);
  }

  /** Whether so many slots from this place on can be put. @param place - in slots since the start. */
  hasRoom(place: number, slots: number): boolean {
    return this.#isOpen && ((Atomics.load(this.#positions, FILLED) - place) | 0) >= slots;
  }

  /** Puts slots of the ring. Once for each place, and not over the ring's end. */
  put(place: number, slots: number): void {
    const from = (place & (SLOTS - 1)) * SLOT_BYTES;
    const bytes = slots * SLOT_BYTES;
    const ring = this.#ring;
    const hidden = this.#hidden;
    for (let at = from >> 2, end = (from + bytes) >> 2; at < end; at += 1) {
      hidden[at] = (hidden[at] as number) ^ (ring[at] as number);
    }
    this.#copyHidden(from, RING_AT + from, bytes);
  }

  /** What was put before this place outlives the process from now on. @param read - what stands before it is not needed. */
  mark(written: number, read: number): void {
    this.#mark[0] = written;
    this.#mark[1] = read;
    this.#copyMark(MARK_AT, MARK_AT, MARK_BYTES);
  }

  /** @param keep - what was put stays for the next unlock. */
  close(keep: boolean): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#hidden.fill(0); // the stream that would show what is written next
    this.#memory.close(keep);
  }
}
