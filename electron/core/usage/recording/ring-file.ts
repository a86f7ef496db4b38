import { randomBytes } from 'node:crypto';
import { FILLED } from './messages.ts';
import { OutlivingMemory } from './outliving-memory.ts';
import { LARGEST, SLOT_BYTES, SLOT_WORDS, SLOTS } from './ring-entry.ts';

/**
 * The ring of ended calls (call-ring.ts) once more, hidden, in memory that outlives the process: a call that stands there is
 * not lost with it, whatever the other thread came to. The next unlock reads it (left-ring.ts).
 *
 * File: `"KHur" | ver(1)=2 | id(16)`, at 32 two numbers (float64, as the machine has them): how far the ring was written and
 * read at least, in slots since the start; at 4096 the ring, each byte XORed with that of the key stream (key-stream.ts) for
 * its place since the start. What was written since those numbers are told is known by its sum, of which the place is a part:
 * what stood there a round before makes none. Not authenticated: there is no time for it. Who can write into this user's
 * memory files can change what the calls of the last milliseconds before a crash used; what is read there is held against
 * what a call can be.
 */
export const RING_MAGIC = Buffer.from('KHur\u0002', 'latin1');
export const RING_ID_BYTES = 16;
export const MARK_AT = 32;
const MARK_BYTES = 16;
export const RING_AT = 4096;
export const RING_BYTES = SLOTS * SLOT_BYTES;

export class RingFile {
  /** 16 bytes: its key stream is of this. */
  readonly id: Buffer;
  /** What the ring's bytes are XORed with: the recording thread fills it (ring-pad.ts). */
  readonly pad = new SharedArrayBuffer(RING_BYTES);
  readonly #positions: Int32Array;
  readonly #memory: OutlivingMemory;
  readonly #padWords = new Int32Array(this.pad);
  /** An entry as it goes into the file: memory that does not move. */
  readonly #hidden = new Int32Array(new SharedArrayBuffer(LARGEST * SLOT_BYTES));
  readonly #mark: Float64Array;
  readonly #copyHidden: (from: number, to: number, bytes: number) => void;
  readonly #copyMark: (from: number, to: number, bytes: number) => void;
  #isOpen = true;

  private constructor(positions: Int32Array, memory: OutlivingMemory) {
    this.id = randomBytes(RING_ID_BYTES);
    this.#positions = positions;
    this.#memory = memory;
    this.#copyHidden = memory.from(new Uint8Array(this.#hidden.buffer));
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
  static open(file: string, positions: Int32Array): RingFile | null {
    const memory = OutlivingMemory.open(file, RING_AT + RING_BYTES);
    return memory === null ? null : new RingFile(positions, memory);
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Up to where there is something to hide entries with. @param place - of the next one; both in slots since the start. */
  filledTo(place: number): number {
    return place + ((Atomics.load(this.#positions, FILLED) - place) | 0);
  }

  /** Puts an entry: it outlives the process from now on. Once for each place, and not over the ring's end. */
  put(words: Int32Array, place: number, slots: number): void {
    const pad = this.#padWords;
    const hidden = this.#hidden;
    const from = (place & (SLOTS - 1)) * SLOT_WORDS;
    for (let n = 0, end = slots * SLOT_WORDS; n < end; n += 1) {
      hidden[n] = (words[n] as number) ^ (pad[from + n] as number);
    }
    this.#copyHidden(0, RING_AT + (place & (SLOTS - 1)) * SLOT_BYTES, slots * SLOT_BYTES);
  }

  /** Now and then. @param written - all before it was put. @param read - what stands before it is not needed. */
  mark(written: number, read: number): void {
    this.#mark[0] = written;
    this.#mark[1] = read;
    this.#copyMark(MARK_AT, MARK_AT, MARK_BYTES);
  }

  /** @param keep - what was put stays for the next unlock. */
  close(keep: boolean): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#padWords.fill(0); // the stream that would show what is written next
    this.#memory.close(keep);
  }
}
