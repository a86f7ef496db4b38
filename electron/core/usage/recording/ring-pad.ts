import type { KeyStream } from './key-stream.ts';
import { FILLED, READ } from './messages.ts';
import { SLOT_BYTES, SLOTS } from './ring-entry.ts';

/** So many slots at least are filled together: to begin a piece of the stream takes as long as 4 KiB of it. */
const AT_ONCE = SLOTS / 16;
/** What is hidden to have the stream itself. */
const ZEROS = Buffer.alloc(AT_ONCE * SLOT_BYTES);

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
    while (this.#filled < SLOTS) this.#fill();
  }

  /** What was used up and is read is filled anew, for the next time round, where that is some. */
  refill(): void {
    const free = (Atomics.load(this.#positions, READ) + SLOTS - this.#filled) | 0;
    for (let left = free; left >= AT_ONCE; left -= AT_ONCE) this.#fill();
  }

  /** Within one piece no byte is made twice or left out: pieces are all of one size. */
  #fill(): void {
    const at = this.#filled & (SLOTS - 1);
    this.#stream.apply(this.#filled * SLOT_BYTES, ZEROS).copy(this.#pad, at * SLOT_BYTES);
    this.#filled += AT_ONCE;
    Atomics.store(this.#positions, FILLED, this.#filled | 0);
  }
}
