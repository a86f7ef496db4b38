import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CallOrigin, EndedCall } from '../../../electron/core/usage/ended-call.ts';
import { newTally } from '../../../electron/core/usage/meter/tally.ts';
import { CallPacker, CallUnpacker } from '../../../electron/core/usage/recording/packed-calls.ts';

function origin(path: string): CallOrigin {
  return {
    client: { id: 'abcdefghij', name: 'éditeur' },
    credential: { id: '0'.repeat(32), version: 1, ref: 'openai/work' },
    project: '',
    provider: 'openai',
    kind: 'openai',
    unit: 'tokens',
    method: 'POST',
    path,
    endpoint: path,
  };
}
const text = fc.string({ maxLength: 12 });
const anyCall = (origins: readonly CallOrigin[]): fc.Arbitrary<EndedCall> =>
  fc.record({
    origin: fc.constantFrom(...origins),
    startedAtMs: fc.nat(),
    requestId: text,
    outcome: fc.constantFrom('ok' as const, 'cached' as const, 'broken' as const),
    status: fc.option(fc.nat(599)),
    latencyMs: fc.double({ min: 0, noNaN: true }),
    firstByteMs: fc.option(fc.nat()),
    retryOf: fc.option(text),
    requestModel: fc.option(text),
    requestBody: fc.option(text),
    answer: fc.option(fc.record({ status: fc.nat(599), contentType: fc.option(text), usage: fc.option(text) })),
    body: fc.option(text),
    result: fc.option(fc.constant({ ...newTally(), measure: 'measured' as const })),
  });

test('any calls come out of the other thread as they were', () => {
  const origins = [origin('chat/completions'), origin('embeddings'), origin('responses')];
  fc.assert(
    fc.property(fc.array(fc.array(anyCall(origins), { maxLength: 6 }), { maxLength: 6 }), (groups) => {
      const packer = new CallPacker();
      const unpacker = new CallUnpacker();
      for (const calls of groups) expect(unpacker.unpack(structuredClone(packer.pack(calls)))).toEqual(calls);
    }),
    { numRuns: 200 },
  );
});

test('what calls have in common is told once, and again after too many others', () => {
  const packer = new CallPacker();
  const unpacker = new CallUnpacker();
  const [call] = fc.sample(anyCall([origin('models')]), 1) as [EndedCall];
  const told = (calls: readonly EndedCall[]) => {
    const packed = structuredClone(packer.pack(calls));
    expect(unpacker.unpack(packed)).toEqual(calls);
    return packed.filter((value) => typeof value === 'object' && value !== null && 'endpoint' in value).length;
  };
  expect([told([call, call]), told([call])]).toEqual([1, 0]);
  for (let n = 0; n < 2500; n += 1) expect(told([{ ...call, origin: origin(`files/${n}`) }])).toBe(1);
  expect([told([call]), told([call])]).toEqual([1, 0]);
});
