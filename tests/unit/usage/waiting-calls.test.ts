import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CountedCall } from '../../../electron/core/usage/counted-call.ts';
import { newRequestId } from '../../../electron/core/usage/request-id.ts';
import { WaitingCalls } from '../../../electron/core/usage/waiting-calls.ts';
import { anyCall, anyCell } from './any-call.ts';
import { pricedCall } from './usage-file.ts';

test('what waits is what was given, in its order, but what was given up', () => {
  const acts = fc
    .array(anyCell, { minLength: 1, maxLength: 3 })
    .chain((cells) =>
      fc.array(
        fc.oneof(
          { weight: 6, arbitrary: anyCall(cells) },
          { weight: 2, arbitrary: fc.constant('shift' as const) },
          { weight: 1, arbitrary: fc.constant('clear' as const) },
        ),
        { maxLength: 60 },
      ),
    );
  fc.assert(
    fc.property(acts, (given) => {
      const waiting = new WaitingCalls();
      let expected: CountedCall[] = [];
      for (const act of given) {
        if (act === 'clear') {
          waiting.clear();
          expected = [];
        } else if (act === 'shift') {
          if (expected.length === 0) continue;
          waiting.shift();
          expected.shift();
        } else {
          waiting.push(act);
          expected.push(act);
        }
      }
      expect([...waiting]).toEqual(expected);
      expect(waiting.length).toBe(expected.length);
    }),
    { numRuns: 200 },
  );
});

test('a database that takes nothing for long makes the oldest go, whatever they are', () => {
  const waiting = new WaitingCalls();
  const usual = { ...pricedCall(), requestId: newRequestId() };
  const rare = { ...usual, errorType: 'overloaded' };
  for (let n = 0; n < 90_000; n += 1) {
    if (waiting.length === 50_000) waiting.shift();
    waiting.push({ ...(n % 3 === 0 ? rare : usual), atMs: n });
  }
  const left = [...waiting];
  expect(left.map(({ atMs }) => atMs)).toEqual(Array.from({ length: 50_000 }, (_, n) => n + 40_000));
  expect(left.every(({ atMs, errorType }) => (errorType === 'overloaded') === (atMs % 3 === 0))).toBe(true);
});
