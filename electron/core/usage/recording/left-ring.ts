import type { KeyObject } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { usage } from '../../../../shared/provider/metering.ts';
import type { CallOrigin, EndedCall } from '../ended-call.ts';
import { BLOCK_BYTES, KeyStream } from './key-stream.ts';
import { isOwn } from './outliving-memory.ts';
import {
  callAt,
  claimedAt,
  isEntry,
  isSkip,
  LARGEST,
  originNumberAt,
  originPlaceAt,
  originTextAt,
  type RingMemory,
  ringMemory,
  sizeAt,
  SLOT_BYTES,
  SLOTS,
} from './ring-entry.ts';
import { MARK_AT, RING_AT, RING_BYTES, RING_ID_BYTES, RING_MAGIC } from './ring-file.ts';

const NO_FOLLOW = constants.O_NOFOLLOW ?? 0; // absent on Windows
const BLOCK_SLOTS = BLOCK_BYTES / SLOT_BYTES;

const name = z.string().max(256);
const callOrigin: z.ZodType<CallOrigin> = z.strictObject({
  client: z.strictObject({ id: name, name }),
  credential: z.strictObject({ id: name, version: z.int(), ref: name }),
  project: z.string().max(1024),
  provider: name,
  kind: usage.shape.kind,
  unit: usage.shape.unit,
  method: z.string().max(16),
  path: z.string(),
  endpoint: name,
});

/** What an ended process left in the file of a ring (ring-file.ts). */
export interface LeftRing {
  /** In their order; each is perhaps in the database, or in a spill file, too. */
  readonly calls: readonly EndedCall<string>[];
  /** False when something was met that is no call where one was written: it is passed over. */
  readonly isWhole: boolean;
}

/** @param key - K_spill. @returns null where there is no file of this user that can be read. */
export function readLeftRing(file: string, key: KeyObject): LeftRing | null {
  const bytes = readOwn(file);
  if (bytes === null || !bytes.subarray(0, RING_MAGIC.byteLength).equals(RING_MAGIC)) return null;
  const id = bytes.subarray(RING_MAGIC.byteLength, RING_MAGIC.byteLength + RING_ID_BYTES);
  const [written, read] = [bytes.readDoubleLE(MARK_AT), bytes.readDoubleLE(MARK_AT + SLOT_BYTES)];
  const isSound = Number.isSafeInteger(written) && Number.isSafeInteger(read) && read >= 0;
  if (!isSound || read > written || written - read > SLOTS) return { calls: [], isWhole: false };
  return new HiddenRing(bytes.subarray(RING_AT), new KeyStream(key, id)).calls(read, written);
}

class HiddenRing {
  readonly #hidden: Buffer;
  readonly #stream: KeyStream;
  readonly #plain: RingMemory = ringMemory(new SharedArrayBuffer(RING_BYTES));
  readonly #origins = new Map<number, CallOrigin | null>();

  constructor(hidden: Buffer, stream: KeyStream) {
    this.#hidden = hidden;
    this.#stream = stream;
  }

  /** @param written - at least so far: what was written behind it is known by its sums. */
  calls(from: number, written: number): LeftRing {
    const calls: EndedCall<string>[] = [];
    const to = from + SLOTS;
    let isWhole = true;
    for (let place = from; place < to; ) {
      const at = place & (SLOTS - 1);
      const isThere = this.#isEntry(place);
      if (isSkip(this.#plain, at, place)) {
        place += SLOTS - at;
        continue;
      }
      if (!isThere) {
        const next = this.#nextEntry(place + 1, Math.min(to, place + LARGEST + 1));
        // Behind the last one stands at most what was being copied when the process was killed.
        if (next === null) return { calls, isWhole: isWhole && place >= written };
        isWhole = false;
        place = next;
        continue;
      }
      const size = sizeAt(this.#plain, at);
      if (originNumberAt(this.#plain, at) !== null) {
        const originPlace = originPlaceAt(this.#plain, at);
        const origin = this.#originAt(originPlace, place);
        if (origin === null) isWhole = false;
        else calls.push(callAt(this.#plain, at, origin));
      }
      place += size;
    }
    return { calls, isWhole };
  }

  /** The first place from this one on where an entry stands; null: none does before `to`. */
  #nextEntry(from: number, to: number): number | null {
    for (let place = from, shown = from; place < to; place += 1) {
      const at = place & (SLOTS - 1);
      if (place === shown) {
        shown = Math.min(to, place - at + SLOTS);
        this.#show(place, shown - place);
      }
      if (isEntry(this.#plain, at, place)) return place;
    }
    return null;
  }

  /** @param callPlace - what stands further before it than the ring is long was written over. */
  #originAt(place: number, callPlace: number): CallOrigin | null {
    let origin = this.#origins.get(place);
    if (origin === undefined) {
      const isThere = Number.isSafeInteger(place) && place >= Math.max(0, callPlace - SLOTS) && place < callPlace;
      origin = isThere ? this.#readOrigin(place) : null;
      this.#origins.set(place, origin);
    }
    return origin;
  }

  #readOrigin(place: number): CallOrigin | null {
    const at = place & (SLOTS - 1);
    if (!this.#isEntry(place) || originNumberAt(this.#plain, at) !== null) return null;
    try {
      return callOrigin.parse(JSON.parse(originTextAt(this.#plain, at)));
    } catch {
      return null;
    }
  }

  /** Shows what stands at this place. @returns whether it is an entry. */
  #isEntry(place: number): boolean {
    const at = place & (SLOTS - 1);
    this.#show(place, 1);
    const size = claimedAt(this.#plain, at);
    if (size === null) return false;
    this.#show(place, size);
    return isEntry(this.#plain, at, place);
  }

  #show(place: number, slots: number): void {
    const block = place - (place % BLOCK_SLOTS);
    const from = (block & (SLOTS - 1)) * SLOT_BYTES;
    const to = ((place & (SLOTS - 1)) + slots) * SLOT_BYTES;
    this.#stream.apply(block * SLOT_BYTES, this.#hidden.subarray(from, to)).copy(this.#plain.bytes, from);
  }
}

/** @returns all of it, where it is a file of this user and of a ring's size. */
function readOwn(file: string): Buffer | null {
  let fd: number;
  try {
    fd = openSync(file, constants.O_RDONLY | NO_FOLLOW);
  } catch {
    return null; // none there, or a link in its place, which is not followed
  }
  try {
    return isOwn(fd) && fstatSync(fd).size === RING_AT + RING_BYTES ? readFileSync(fd) : null;
  } finally {
    closeSync(fd);
  }
}
