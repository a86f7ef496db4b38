import { createSecretKey } from 'node:crypto';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { CallOrigin, EndedCall } from '../../../electron/core/usage/ended-call.ts';
import { callRing, RingReader, RingWriter } from '../../../electron/core/usage/recording/call-ring.ts';
import { KeyStream } from '../../../electron/core/usage/recording/key-stream.ts';
import { readLeftRing } from '../../../electron/core/usage/recording/left-ring.ts';
import { FILLED, PLACES, READ } from '../../../electron/core/usage/recording/messages.ts';
import { OutlivingMemory } from '../../../electron/core/usage/recording/outliving-memory.ts';
import { packed } from '../../../electron/core/usage/recording/packed-calls.ts';
import { MARK_AT, RING_AT, RING_BYTES, RingFile } from '../../../electron/core/usage/recording/ring-file.ts';
import { SLOTS } from '../../../electron/core/usage/recording/ring-entry.ts';
import { RingPad } from '../../../electron/core/usage/recording/ring-pad.ts';
import { endedCall, memoryFolder } from './open-recording.ts';
import { callOrigin } from './recording.ts';

const KEY = createSecretKey(Buffer.alloc(32, 7));
const ORIGINS = [callOrigin('chat/completions'), callOrigin('embeddings'), { ...callOrigin(), project: '日本/ñ' }];

const from = (origin: number, given: Partial<EndedCall<Buffer>> = {}) =>
  endedCall({ ...given, origin: ORIGINS[origin] as CallOrigin });

/** A ring with its file, as two threads have it. */
function ringWithFile(file = join(memoryFolder(), 'ring')) {
  const positions = new Int32Array(new SharedArrayBuffer(PLACES * 4));
  const memory = callRing();
  const ringFile = RingFile.open(file, positions);
  if (ringFile === null) throw new Error('there is no memory that outlives the process');
  onTestFinished(() => ringFile.close(false));
  const writer = new RingWriter(positions, memory, ringFile);
  return {
    ...{ file, ringFile, writer },
    reader: new RingReader(positions, memory),
    pad: new RingPad(positions, ringFile.pad, new KeyStream(KEY, ringFile.id)),
    write: (call: EndedCall<Buffer>) => writer.write(call, ORIGINS.indexOf(call.origin)),
    left: (key = KEY) => readLeftRing(file, key),
  };
}
const asText = (call: EndedCall<Buffer>) => packed(call, null).call;

/** From the first to behind the last byte in which they differ. */
function changed(one: Buffer, other: Buffer): { first: number; end: number } {
  const places = [...one.keys()].filter((at) => one[at] !== other[at]);
  return { first: places[0] ?? 0, end: (places.at(-1) ?? -1) + 1 };
}

describe.skipIf(process.platform !== 'linux')('the file of the ring', () => {
  test('at any moment it has all calls that were written and not read, and before them no more than some', () => {
    const some = fc.array(fc.tuple(fc.nat(2), fc.uint8Array({ maxLength: 16_000 })), { maxLength: 40 });
    const groups = fc.array(fc.record({ calls: some, reads: fc.nat(60) }), { maxLength: 12 });
    fc.assert(
      fc.property(groups, (given) => {
        const { write, reader, pad, left } = ringWithFile();
        const written: EndedCall<Buffer>[] = [];
        let waiting = 0;
        for (const { calls, reads } of given) {
          for (const [origin, bytes] of calls) {
            const call = from(origin, { body: Buffer.from(bytes) });
            if (!write(call)) continue;
            written.push(call);
            waiting += 1;
          }
          waiting -= reader.take(reader.written, reads, ORIGINS).length;
          reader.release();
          pad.refill();
          const last = from(0);
          expect(write(last)).toBe(true);
          written.push(last);
          waiting += 1;
          const there = left();
          expect(there?.isWhole).toBe(true);
          expect(there?.calls.length).toBeGreaterThanOrEqual(waiting);
          expect(there?.calls).toEqual(written.slice(-(there?.calls.length ?? 0)).map(asText));
        }
      }),
      { numRuns: 30 },
    );
  });

  test('how far it was read is noted now and then: a thirtieth of it stands there longer at most', () => {
    const { write, reader, pad, left } = ringWithFile();
    const body = Buffer.alloc(10_000, 'x');
    for (let n = 0; n < 90; n += 1) write(from(n % 3, { body }));
    reader.take(reader.written, 1000, ORIGINS);
    reader.release();
    pad.refill();
    for (let n = 0; n < 4; n += 1) write(from(0, { body })); // 5,000 slots
    expect(left()).toMatchObject({ isWhole: true, calls: { length: 4 } });
  });

  test('calls come out as they were, with who asked whom, after many times round the ring', () => {
    const { write, reader, pad, left } = ringWithFile();
    const body = Buffer.alloc(9000, 'x');
    for (let n = 0; n < 1200; n += 1) {
      expect(write(from(n % 3, { body }))).toBe(true);
      if (n % 20 < 19) continue;
      expect(left()).toMatchObject({ isWhole: true, calls: { length: 20 } }); // also over the ring's end
      reader.take(reader.written, 1000, ORIGINS);
      reader.release();
      pad.refill();
    }
    const calls = [0, 1, 2].map((n) => from(n, { status: 500 + n, providerRequestId: `req_${n}` }));
    for (const one of calls) write(one);
    expect(left()?.calls.slice(-3)).toEqual(calls.map(asText));
  });

  test('where nobody reads, it takes nothing more in time: no call that it has is written over', () => {
    const { write, left, reader, pad } = ringWithFile();
    for (let n = 0; n < 40; n += 1) write(from(n % 3, { body: Buffer.alloc(10_000, 1) }));
    reader.take(reader.written, 1000, ORIGINS);
    reader.release(); // origins stand well behind what follows
    pad.refill();
    const calls: EndedCall<Buffer>[] = [];
    for (;;) {
      const one = from(calls.length % 3, { body: Buffer.alloc(10_000, 1) });
      if (!write(one)) break;
      calls.push(one);
    }
    expect(calls.length).toBeGreaterThan(90);
    expect(left()?.calls.map(({ requestId }) => requestId)).toEqual(calls.map(({ requestId }) => requestId));
  });

  test('who asked whom is told once for many calls, also where they take turns, and not where it is too long', () => {
    const { write, writer, reader } = ringWithFile();
    const calls = [0, 1, 0, 1, 0, 1].map((n) => from(n));
    const slots = calls.map((one) => {
      const before = reader.unread;
      expect(write(one)).toBe(true);
      return reader.unread - before;
    });
    const [first = 0, second = 0, ...rest] = slots;
    expect(new Set(rest).size).toBe(1);
    expect(Math.min(first, second)).toBeGreaterThan((rest[0] as number) + 20);
    expect(writer.write(endedCall({ origin: callOrigin('x'.repeat(200_000)) }), 3)).toBe(false);
    expect(reader.take(reader.written, 1000, ORIGINS)).toEqual(calls.map(asText));
    expect(reader.unread).toBe(0);
  });

  test('nothing is hidden with bytes that hid something before: where they are used up it takes nothing', () => {
    const { write, reader, pad, left } = ringWithFile();
    const isTaken = () => {
      reader.take(reader.written, 1000, ORIGINS);
      reader.release();
      return write(from(0, { body: Buffer.alloc(10_000, 1) }));
    };
    let calls = 0;
    while (calls < 1000 && isTaken()) calls += 1;
    expect(calls).toBeGreaterThan(180);
    expect(calls * 10_000).toBeLessThan(RING_BYTES);
    pad.refill();
    expect(isTaken()).toBe(true);
    expect(left()?.isWhole).toBe(true);
  });

  test('once it is closed it takes nothing more, and what it was hidden with is gone; it stays where it was kept', () => {
    const { write, ringFile, file, left } = ringWithFile();
    write(from(0));
    expect(RingFile.open(file, new Int32Array(PLACES))).toBeNull(); // no other ring over it
    ringFile.close(true);
    expect(write(from(0))).toBe(false);
    expect(left()?.calls).toHaveLength(1);
    expect(Buffer.from(ringFile.pad).every((byte) => byte === 0)).toBe(true);
    ringFile.close(false);
    expect(existsSync(file)).toBe(true);
    const gone = ringWithFile();
    gone.ringFile.close(false);
    expect(existsSync(gone.file)).toBe(false);
  });

  test('what the thread took and has not sealed yet stays in it', () => {
    const { write, reader, left } = ringWithFile();
    const [taken, next, last] = [from(0), from(1), from(2)];
    write(taken);
    reader.take(reader.written, 1000, ORIGINS);
    write(next);
    expect(left()?.calls).toEqual([taken, next].map(asText));
    reader.release();
    write(last);
    expect(left()?.calls.slice(-2)).toEqual([next, last].map(asText));
  });

  test('nothing of a call can be read in it, and the same call looks different the next time', () => {
    const { write, file } = ringWithFile();
    const call = from(0, { body: Buffer.from('what was answered') });
    write(call);
    const once = readFileSync(file);
    write(call);
    const twice = readFileSync(file);
    for (const shown of ['what was answered', call.requestId, 'chat/completions', 'openai']) {
      expect(twice.includes(shown)).toBe(false);
    }
    const { first, end } = changed(once, twice);
    expect(twice.subarray(first, end)).not.toEqual(twice.subarray(first - (end - first), first));
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test('its key stream is AES-256 in counter mode, the same from any place', () => {
    const stream = new KeyStream(KEY, Buffer.alloc(16, 1));
    const bytes = (length: number) => Buffer.alloc(length, 'what is hidden');
    const whole = stream.apply(0, bytes(4096));
    expect(stream.apply(0, whole)).toEqual(bytes(4096));
    const [part, hidden] = [bytes(4096).subarray(1024, 1536), whole.subarray(1024, 1536)];
    expect(stream.apply(1024, part)).toEqual(hidden);
    expect(stream.apply(2 ** 40, part)).not.toEqual(stream.apply(2 ** 41, part));
    expect(new KeyStream(KEY, Buffer.alloc(16, 2)).apply(0, bytes(4096))).not.toEqual(whole);
  });

  test('what entries are hidden with is told up to where it is new, and what is not read yet is hidden by what it was', () => {
    const positions = new Int32Array(new SharedArrayBuffer(PLACES * 4));
    const memory = new SharedArrayBuffer(RING_BYTES);
    const stream = new KeyStream(KEY, Buffer.alloc(16, 1));
    const pad = new RingPad(positions, memory, stream);
    const whole = stream.apply(0, Buffer.alloc(3 * RING_BYTES));
    for (const read of [0, 1, 16_383, 16_384, 100_000, SLOTS - 1, SLOTS, 1.5 * SLOTS]) {
      positions[READ] = read;
      pad.refill();
      const filled = positions[FILLED] as number;
      expect(filled).toBeLessThanOrEqual(read + SLOTS);
      expect(filled).toBeGreaterThan(read + SLOTS * (15 / 16));
      const place = (filled % SLOTS) * 8; // before it stands this round, from it on the one before
      const is = Buffer.concat([
        whole.subarray(filled * 8 - place, filled * 8),
        whole.subarray(filled * 8 - RING_BYTES, filled * 8 - place),
      ]);
      expect(Buffer.from(memory).equals(is)).toBe(true);
    }
  });

  test('another vault’s key, or a changed file, gives no call that was not; what stands beside it is kept', () => {
    const { write, file, left } = ringWithFile();
    const empty = readFileSync(file);
    const calls = Array.from({ length: 5 }, () => from(0));
    for (const one of calls) write(one);
    expect(left(createSecretKey(Buffer.alloc(32, 8)))).toEqual({ calls: [], isWhole: false });
    const bytes = readFileSync(file);
    const { end } = changed(empty.fill(0, 0, RING_AT), Buffer.from(bytes).fill(0, 0, RING_AT));
    const marked = bytes.readDoubleLE(MARK_AT);
    const other = join(memoryFolder(), 'ring');
    const known = calls.map((one) => asText(one).requestId);
    for (let slot = 0; RING_AT + slot * 8 < end; slot += 1) {
      const at = RING_AT + slot * 8 + (slot % 8);
      const broken = Buffer.from(bytes);
      broken.writeUInt8((bytes[at] as number) ^ 0x40, at);
      writeFileSync(other, broken, { mode: 0o600 });
      const got = readLeftRing(other, KEY);
      const ids = got?.calls.map(({ requestId }) => requestId) ?? known;
      const lost = known.filter((id) => !ids.includes(id));
      expect(lost).toHaveLength(slot < marked ? known.length : 1); // each bit is part of a sum; all name one origin
      expect(ids).toEqual(known.filter((id) => !lost.includes(id)));
      expect(got?.isWhole).toBe(lost.length === 1 && lost[0] === known.at(-1)); // as if it was just being copied
    }
    bytes.writeDoubleLE(Number.NaN, MARK_AT);
    writeFileSync(other, bytes, { mode: 0o600 });
    expect(readLeftRing(other, KEY)).toEqual({ calls: [], isWhole: false });
  });

  test('where it is damaged that says who asked whom, only the calls that named it are lost', () => {
    const { write, file } = ringWithFile();
    const calls = [from(0), from(1), from(0), from(1), from(2)];
    write(calls[0] as (typeof calls)[0]);
    const before = readFileSync(file);
    for (const one of calls.slice(1)) write(one);
    const bytes = readFileSync(file);
    const { first } = changed(before, bytes); // the second origin
    bytes.writeUInt8((bytes[first] as number) ^ 0x40, first);
    const other = join(memoryFolder(), 'ring');
    writeFileSync(other, bytes, { mode: 0o600 });
    const kept = calls.filter((one) => one.origin !== ORIGINS[1]);
    expect(readLeftRing(other, KEY)).toEqual({ calls: kept.map(asText), isWhole: false });
  });

  test('a call that was being copied when the process was killed is none, and the others are all there', () => {
    const { write, file } = ringWithFile();
    const calls = [from(0), from(0)];
    for (const one of calls) write(one);
    const before = readFileSync(file);
    write(from(0));
    const after = readFileSync(file);
    const { first, end } = changed(before, after);
    const other = join(memoryFolder(), 'ring');
    for (let cut = first + 1; cut < end; cut += 1) {
      for (const [part, rest] of [
        [after, before],
        [before, after], // not all processors copy from the front
      ] as const) {
        writeFileSync(other, Buffer.concat([part.subarray(0, cut), rest.subarray(cut)]), { mode: 0o600 });
        expect(readLeftRing(other, KEY)).toEqual({ calls: calls.map(asText), isWhole: true });
      }
    }
  });

  test('a ring that is full to its last slot is read once round', () => {
    const { write, file, reader, pad } = ringWithFile();
    const body = Buffer.alloc(16_000, 'x');
    let calls = 0;
    for (let n = 0; n < 300; n += 1) {
      if (write(from(0, { body }))) calls += 1;
      if (n % 50 < 49) continue;
      reader.take(reader.written, 1000, ORIGINS);
      reader.release();
      pad.refill();
    }
    const bytes = readFileSync(file);
    bytes.writeDoubleLE(0, MARK_AT + 8); // as if nothing was ever read: all that stood before is written over
    const other = join(memoryFolder(), 'ring');
    writeFileSync(other, bytes, { mode: 0o600 });
    expect(bytes.byteLength).toBe(RING_AT + RING_BYTES);
    expect(calls).toBe(300);
    expect(readLeftRing(other, KEY)).toEqual({ calls: [], isWhole: false });
  });

  test('a file that is cut, open to others, a link or none is not read', () => {
    const { write, file, left } = ringWithFile();
    write(from(0));
    const folder = memoryFolder();
    const bytes = readFileSync(file);
    const [open, link, cut] = ['open', 'link', 'cut'].map((name) => join(folder, name)) as [string, string, string];
    writeFileSync(open, bytes, { mode: 0o644 });
    symlinkSync(file, link);
    writeFileSync(cut, bytes, { mode: 0o600 });
    truncateSync(cut, bytes.byteLength - 1);
    expect([open, link, cut, join(folder, 'none')].map((one) => readLeftRing(one, KEY))).toEqual([
      null,
      null,
      null,
      null,
    ]);
    expect(left()?.calls).toHaveLength(1);
  });

  test('it is not made over another file, nor on a disk, and goes when it is closed unless it is kept', () => {
    const folder = memoryFolder();
    const file = join(folder, 'ring');
    const kept = OutlivingMemory.open(file, 4096);
    expect(OutlivingMemory.open(file, 4096)).toBeNull();
    kept?.close(true);
    expect(existsSync(file)).toBe(true);
    const gone = OutlivingMemory.open(join(folder, 'gone'), 4096);
    gone?.close(false);
    expect(existsSync(join(folder, 'gone'))).toBe(false);
    const disk = mkdtempSync(join(tmpdir(), 'kh-disk-'));
    onTestFinished(() => rmSync(disk, { recursive: true, force: true }));
    const isMemory = OutlivingMemory.open(join(disk, 'ring'), 4096);
    isMemory?.close(true);
    expect(existsSync(join(disk, 'ring'))).toBe(isMemory !== null); // some computers have their temporary folder in memory
    expect(OutlivingMemory.open(join(folder, 'no-folder', 'ring'), 4096)).toBeNull();
  });

  test('what is copied there is there at once, and nothing beyond its end can be', () => {
    const file = join(memoryFolder(), 'memory');
    const memory = OutlivingMemory.open(file, 4096);
    const source = Buffer.from(new SharedArrayBuffer(64)).fill('abcdefgh');
    const copy = memory?.from(source);
    copy?.(1, 4000, 20);
    expect(readFileSync(file).toString('latin1', 3999, 4021)).toBe('\0bcdefghabcdefghabcde\0');
    expect(() => copy?.(60, 0, 5)).toThrow(RangeError);
    expect(() => copy?.(0, 4090, 7)).toThrow(RangeError);
    memory?.close(false);
  });

  test('nothing of it stays open or mapped when it is closed', () => {
    const file = join(memoryFolder(), 'memory');
    const open = () =>
      readdirSync('/proc/self/fd')
        .map((fd) => `/proc/self/fd/${fd}`)
        .filter((fd) => isLinkTo(fd, file));
    const isMapped = () => readFileSync('/proc/self/maps', 'latin1').includes(file);
    const memory = OutlivingMemory.open(file, 4096);
    expect([open(), isMapped()]).toEqual([[], true]);
    memory?.close(true);
    expect(isMapped()).toBe(false);
  });
});

/** Whether it leads there; what was closed meanwhile leads nowhere. */
function isLinkTo(link: string, file: string): boolean {
  try {
    return readlinkSync(link) === file;
  } catch {
    return false;
  }
}
