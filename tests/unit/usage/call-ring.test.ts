import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CallOrigin, EndedCall } from '../../../electron/core/usage/ended-call.ts';
import { newTally } from '../../../electron/core/usage/meter/tally.ts';
import { callRing, RingReader, RingWriter } from '../../../electron/core/usage/recording/call-ring.ts';
import { PLACES, READ, WRITTEN } from '../../../electron/core/usage/recording/messages.ts';
import { OriginNumbers, packed } from '../../../electron/core/usage/recording/packed-calls.ts';
import {
  claimedAt,
  entryDraft,
  isEntry,
  isSkip,
  LARGEST,
  layCall,
  layOrigin,
  putEntry,
  ringMemory,
  SKIP,
  SLOTS,
} from '../../../electron/core/usage/recording/ring-entry.ts';
import { callOrigin } from './recording.ts';

const ORIGINS = [callOrigin('chat/completions'), callOrigin('embeddings'), callOrigin('responses')];
const text = fc.string({ maxLength: 40, unit: 'binary-ascii' });
const type = fc.oneof(text, fc.constantFrom('application/json', 'text/event-stream; charset=utf-8'));
const body = fc.uint8Array({ maxLength: 3000 }).map((bytes) => Buffer.from(bytes));
const anyCall: fc.Arbitrary<EndedCall<Buffer>> = fc.record({
  origin: fc.constantFrom(...ORIGINS),
  startedAtMs: fc.nat(),
  requestId: text,
  outcome: fc.constantFrom('ok', 'client_error', 'upstream_error', 'refused', 'cached', 'timeout', 'aborted', 'broken'),
  status: fc.option(fc.nat(599)),
  latencyMs: fc.double({ min: 0, noNaN: true }),
  firstByteMs: fc.option(fc.nat()),
  retryOf: fc.constant(null),
  providerRequestId: fc.option(fc.stringMatching(/^[\w-]{1,40}$/)),
  requestModel: fc.constant(null),
  requestBody: fc.option(body),
  answer: fc.option(
    fc.record({ status: fc.nat(599), contentType: fc.option(type), usage: fc.constant<string | null>(null) }),
  ),
  body: fc.option(body),
  result: fc.constant(null),
});

function ring(atSlot = 0) {
  const positions = new Int32Array(new SharedArrayBuffer(PLACES * 4));
  positions[WRITTEN] = positions[READ] = atSlot;
  const memory = callRing();
  return { memory, writer: new RingWriter(positions, memory), reader: new RingReader(positions, memory) };
}
const asText = (call: EndedCall<Buffer>): EndedCall<string> => packed(call, null).call;

test('any calls come out as they were and in their order, also over the end and where positions overflow', () => {
  const groups = fc.array(fc.record({ calls: fc.array(anyCall, { maxLength: 8 }), reads: fc.boolean() }));
  fc.assert(
    fc.property(groups, fc.constantFrom(0, 2 ** 18 - 300, -200), (given, atSlot) => {
      const { writer, reader } = ring(atSlot);
      let waiting: EndedCall<Buffer>[] = [];
      for (const { calls, reads } of given) {
        for (const call of calls) expect(writer.write(call, ORIGINS.indexOf(call.origin))).toBe(true);
        waiting.push(...calls);
        expect(writer.isEmpty).toBe(waiting.length === 0);
        if (!reads) continue;
        expect(reader.take(reader.written, 1000, ORIGINS)).toEqual(waiting.map(asText));
        expect(writer.isEmpty).toBe(waiting.length === 0);
        reader.release();
        waiting = [];
      }
    }),
    { numRuns: 150 },
  );
});

test('a full ring takes nothing and loses nothing; there is room again when some was read', () => {
  const { writer, reader } = ring(17);
  const [one] = fc.sample(anyCall, 1) as [EndedCall<Buffer>];
  const call = { ...one, body: Buffer.alloc(10_000, 'x') };
  let written = 0;
  while (writer.write({ ...call, startedAtMs: written }, 0)) written += 1;
  expect(written).toBeGreaterThan(190);
  expect(reader.take(reader.written, 3, ORIGINS).map(({ startedAtMs }) => startedAtMs)).toEqual([0, 1, 2]);
  expect(writer.write({ ...call, startedAtMs: written }, 0)).toBe(false);
  reader.release();
  expect(writer.write({ ...call, startedAtMs: written }, 0)).toBe(true);
  const rest = reader.take(reader.written, 1000, ORIGINS).map(({ startedAtMs }) => startedAtMs);
  expect(rest).toEqual(Array.from({ length: written - 2 }, (_, n) => n + 3));
  reader.release();
  expect(writer.isEmpty).toBe(true);
});

test('wherever in the ring it fills up, no call that is not read is written over', () => {
  const [one] = fc.sample(anyCall, 1) as [EndedCall<Buffer>];
  const call = { ...one, body: Buffer.alloc(100_000, 'x') }; // over 12,500 slots
  for (let atSlot = 0; atSlot < 14_000; atSlot += 500) {
    const { writer, reader } = ring(atSlot);
    let written = 0;
    while (writer.write({ ...call, startedAtMs: written }, 0)) written += 1;
    const read = reader.take(reader.written, 1000, ORIGINS).map(({ startedAtMs }) => startedAtMs);
    expect(read).toEqual(Array.from({ length: written }, (_, n) => n));
  }
});

test('what a thread that ended had not taken is taken from the ring, once', () => {
  const { writer, reader } = ring();
  const calls = fc.sample(anyCall, 5);
  for (const call of calls) writer.write(call, ORIGINS.indexOf(call.origin));
  expect(reader.take(reader.written, 2, ORIGINS)).toHaveLength(2);
  reader.release();
  expect(writer.take(ORIGINS)).toEqual(calls.slice(2).map(asText));
  expect([writer.isEmpty, writer.take(ORIGINS)]).toEqual([true, []]);
});

test('what few calls have goes another way', () => {
  const { writer } = ring();
  const [call] = fc.sample(anyCall, 1) as [EndedCall<Buffer>];
  const answer = { status: 200, contentType: null, usage: '12' };
  for (const rare of [
    { retryOf: 'first' },
    { requestModel: 'gpt-6-luna' },
    { result: { ...newTally(), measure: 'measured' as const } },
    { answer },
  ]) {
    expect(writer.write({ ...call, ...rare }, 0)).toBe(false);
    expect(structuredClone(packed({ ...call, ...rare }, 7))).toEqual({
      call: { ...asText(call), ...rare },
      number: 7,
    });
  }
  expect(writer.isEmpty).toBe(true);
});

test('a call that is larger than any goes another way, and the next one through the ring', () => {
  const { writer } = ring();
  const [call] = fc.sample(anyCall, 1) as [EndedCall<Buffer>];
  expect(writer.write({ ...call, body: Buffer.alloc(128 * 1024) }, 0)).toBe(false);
  expect(writer.write({ ...call, body: Buffer.alloc(120 * 1024) }, 0)).toBe(true);
});

test('what stands in the ring is an entry at its place only, and only where its parts fit', () => {
  const [call] = fc.sample(anyCall, 1) as [EndedCall<Buffer>];
  const [draft, memory] = [entryDraft(), ringMemory(callRing())];
  const put = (word = 2, value = 0) => {
    const size = layCall(draft, { ...call, requestBody: null }, 0, null) ?? 0;
    draft.words[word] = value;
    putEntry(memory, draft, 2 ** 40 + 7, size);
    return size;
  };
  const size = put();
  expect(isEntry(memory, 7, 2 ** 40 + 7)).toBe(true);
  expect(isEntry(memory, 7, 2 ** 40 + 7 - 2 ** 18)).toBe(false); // a round before
  for (const [word, value] of [
    [3, 99], // no outcome
    [3, -1],
    [6, -9], // no type
    [6, size * 8],
    [7, -2],
    [8, size * 8],
    [9, 2 ** 30],
    [10, size * 8],
  ] as const) {
    put(word, value);
    expect(isEntry(memory, 7, 2 ** 40 + 7)).toBe(false);
  }
  const originSize = layOrigin(draft, '{}') ?? 0;
  putEntry(memory, draft, 7, originSize);
  expect(isEntry(memory, 7, 7)).toBe(true);
  for (const length of [9, -1]) {
    draft.words[3] = length;
    putEntry(memory, draft, 7, originSize);
    expect(isEntry(memory, 7, 7)).toBe(false);
  }
  expect(layOrigin(draft, 'x'.repeat(128 * 1024))).toBeNull();
});

test('the least that a call can be is an entry, and what is shorter is none', () => {
  const [call] = fc.sample(anyCall, 1) as [EndedCall<Buffer>];
  const [draft, memory] = [entryDraft(), ringMemory(callRing())];
  const answer = { status: 200, contentType: 'text/event-stream; charset=utf-8', usage: null };
  const texts = { requestId: '', providerRequestId: null, requestBody: null, body: null };
  const size = layCall(draft, { ...call, ...texts, answer }, 0, null) ?? 0;
  putEntry(memory, draft, 7, size);
  expect(isEntry(memory, 7, 7)).toBe(true);
  putEntry(memory, draft, 7, size - 1);
  expect(isEntry(memory, 7, 7)).toBe(false);
});

test.each([
  ['at its largest', 0, LARGEST, LARGEST],
  ['up to the end', SLOTS - 12, 12, 12],
  ['over the end', SLOTS - 12, 13, null],
  ['larger than any', 0, LARGEST + 1, null],
  ['of no length', 0, 0, null],
  ['too short', 0, 1, null],
  ['of less than nothing', 20, -4, null],
])('an entry that claims so many slots is believed or not: %s', (_, at, size, is) => {
  const memory = ringMemory(callRing());
  memory.words[at * 2] = size;
  expect(claimedAt(memory, at)).toBe(is);
});

test('that the rest is not used is said for one place, and by no entry', () => {
  const [call] = fc.sample(anyCall, 1) as [EndedCall<Buffer>];
  const [draft, memory] = [entryDraft(), ringMemory(callRing())];
  memory.words.fill(-1);
  const isSaid = (place = 2 * SLOTS + 7) => isSkip(memory, 7, place);
  putEntry(memory, draft, 2 * SLOTS + 7, SKIP);
  expect([isSaid(), isSaid(SLOTS + 7)]).toEqual([true, false]);
  putEntry(memory, draft, 2 * SLOTS + 7, layCall(draft, call, 0, null) ?? 0);
  expect(isSaid()).toBe(false);
  memory.words[7 * 2 + 1] = 2 * SLOTS + 7; // the sum alone
  expect(isSaid()).toBe(false);
});

test('origins keep their numbers, and lose them only while no call in the ring has one', () => {
  const numbers = new OriginNumbers();
  const origins = Array.from({ length: 4096 }, (_, n) => callOrigin(`files/${n}`));
  expect(origins.map((one) => numbers.give(one, true))).toEqual(origins.map((_, n) => n));
  const late = callOrigin('late');
  expect([numbers.of(late), numbers.give(late, false)]).toEqual([null, null]);
  expect(numbers.of(origins[5] as CallOrigin)).toBe(5);
  expect([numbers.give(late, true), numbers.of(origins[5] as CallOrigin), numbers.of(late)]).toEqual([0, null, 0]);
});

test('what was asked and answered does not stay in memory when the thread has ended', () => {
  const { writer, memory } = ring();
  const [call] = fc.sample(anyCall, 1) as [EndedCall<Buffer>];
  writer.write({ ...call, body: Buffer.from('what was answered') }, 0);
  expect(Buffer.from(memory).includes('what was answered')).toBe(true);
  writer.wipe();
  expect(Buffer.from(memory).every((byte) => byte === 0)).toBe(true);
});
