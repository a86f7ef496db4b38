import type { KeyStream } from './key-stream.ts';
import { FILLED, READ } from './messages.ts';
import { SLOT_BYTES, SLOTS } from './ring-entry.ts';

/** So many slots at least are filled together: to begin a piece of the stream takes as long as 4 KiB of it. */
const AT_ONCE = SLOTS / 16;

/** Fills the pad of a ring's file (ring-file.ts) with the bytes of its key stream, ahead of what is written. */
export class RingPad {
  readonly #positions: Int32Array;
  readonly #pad: Buffer;
  readonly #stream: KeyStream;
  /** In slots since the start. */
  #filled = 0;

  /** @param positions - has READ and FILLED: in slots since the start, as int32. */
  constructor(positions: Int32Array, pad: SharedArrayBuffer, stream: KeyStream) {
    this.#positions = positions;
    this.#pad = Buffer.from(pad);
    this.#stream = stream;
    this.#fill(SLOTS);
  }

  /** What was used up and is read is filled anew, for the next time round, where that is some. */
  refill(): void {
    const free = (Atomics.load(this.#positions, READ) + SLOTS - this.#filled) | 0;
    // Within one piece no byte is made twice or left out: pieces are all of one size.
    for (let left = free; left >= AT_ONCE; left -= AT_ONCE) this.#fill(AT_ONCE);
  }

  #fill(slots: number): void {
    const at = this.#filled & (SLOTS - 1);
    this.#stream.bytes(this.#filled * SLOT_BYTES, slots * SLOT_BYTES).copy(this.#pad, at * SLOT_BYTES);
    this.#filled += slots;
    Atomics.store(this.#positions, FILLED, this.#filled | 0);
  }
}
