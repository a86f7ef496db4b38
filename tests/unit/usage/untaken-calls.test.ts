import { createSecretKey, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { UntakenCalls } from '../../../electron/core/usage/recording/untaken-calls.ts';
import type { EndedCall } from '../../../electron/core/usage/ended-call.ts';
import { readSpilledCalls } from '../../../electron/core/usage/spilled-calls.ts';
import { pricedCall } from './usage-file.ts';

function untaken(begun = 0) {
  const folder = mkdtempSync(join(tmpdir(), 'kh-untaken-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const place = { file: join(folder, 'alone'), vaultId: randomBytes(16), key: createSecretKey(randomBytes(32)) };
  const thread = { taken: begun };
  const call = pricedCall();
  const calls = new UntakenCalls({
    place,
    told: begun,
    taken: () => thread.taken,
    counted: (ended) => ended.map(({ requestId }) => ({ ...call, requestId })),
  });
  const tell = (n: number) => calls.told({ requestId: `call-${n}` } as EndedCall);
  const inFile = () => readSpilledCalls(place, () => 0)?.calls.map(({ requestId }) => requestId) ?? [];
  return { calls, thread, tell, inFile };
}

const ids = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => `call-${from + n}`);

test('after a seal all that the thread has not taken stands in the file, once, whatever came before', () => {
  const acts = fc.array(
    fc.oneof(
      fc.record({ act: fc.constant('tell' as const), calls: fc.integer({ min: 1, max: 120 }) }),
      fc.record({ act: fc.constant('take' as const), calls: fc.integer({ min: 1, max: 120 }) }),
      fc.record({ act: fc.constantFrom('seal' as const, 'renew' as const), calls: fc.constant(0) }),
    ),
    { maxLength: 25 },
  );
  fc.assert(
    fc.property(acts, fc.constantFrom(0, 2 ** 31 - 60), (given, begun) => {
      const { calls, thread, tell, inFile } = untaken(begun);
      let [told, taken] = [0, 0];
      for (const { act, calls: count } of given) {
        if (act === 'tell') {
          for (let n = 0; n < Math.min(count, 250 - (told - taken)); n += 1) tell(told++);
        } else if (act === 'take') {
          taken = Math.min(told, taken + count);
          thread.taken = (begun + taken) | 0;
        } else if (act === 'renew') calls.renew();
        else {
          calls.seal();
          const found = inFile();
          expect(found.slice(found.length - (told - taken))).toEqual(ids(taken, told));
          expect(new Set(found).size).toBe(found.length);
        }
      }
      calls.close(false);
    }),
    { numRuns: 60 },
  );
});

test('a batch leaves in the file only what was sealed and is not taken', () => {
  const { calls, thread, tell, inFile } = untaken();
  for (let n = 0; n < 10; n += 1) tell(n);
  calls.seal();
  thread.taken = 7;
  calls.renew();
  expect(inFile()).toEqual(ids(7, 10));
  thread.taken = 10;
  calls.renew();
  expect(inFile()).toEqual([]);
  tell(10);
  calls.renew(); // nothing was sealed: nothing is now
  expect(inFile()).toEqual([]);
});

test('where the thread takes nothing for long the newest are kept, and the oldest are left to it', () => {
  const { calls, tell, inFile } = untaken();
  for (let n = 0; n < 5000; n += 1) tell(n);
  calls.seal();
  const found = inFile();
  expect(found.length).toBeGreaterThan(127);
  expect(found.length).toBeLessThanOrEqual(256);
  expect(found).toEqual(ids(5000 - found.length, 5000));
});
