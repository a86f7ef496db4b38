import { createSecretKey, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import type { CountedCall } from '../../../electron/core/usage/counted-call.ts';
import { Spill, type SpillPlace } from '../../../electron/core/usage/spill.ts';
import { SpilledCalls } from '../../../electron/core/usage/spilled-calls.ts';
import { callsLeft, entriesLeft } from './left-behind.ts';
import { anyCall, anyCell } from './any-call.ts';
import { pricedCall } from './usage-file.ts';

function place(): SpillPlace {
  const folder = mkdtempSync(join(tmpdir(), 'kh-spilled-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return { file: join(folder, 'usage.db-spill'), vaultId: randomBytes(16), key: createSecretKey(randomBytes(32)) };
}

test('any calls come back as they were, whenever the file was emptied, and what came behind a mark outlasts that', () => {
  const act = fc.constantFrom('mark', 'clear', null);
  const groups = fc
    .array(anyCell, { minLength: 1, maxLength: 4 })
    .chain((cells) => fc.array(fc.record({ calls: fc.array(anyCall(cells), { maxLength: 5 }), act })));
  const at = place();
  fc.assert(
    fc.property(groups, (given) => {
      const spilled = new SpilledCalls(at);
      let expected: CountedCall[] = [];
      let marked: number | null = null;
      for (const { calls, act: then } of given) {
        spilled.add(calls);
        expected.push(...calls);
        if (then === 'mark') {
          spilled.mark();
          marked = expected.length;
        } else if (then === 'clear') {
          spilled.clear();
          expected = expected.slice(marked ?? expected.length);
          marked = null;
        }
      }
      spilled.close(true);
      const left = callsLeft(at);
      expect(left?.calls).toEqual(expected);
      expect([left?.isWhole, left?.isOfThisForm]).toEqual([true, true]);
    }),
    { numRuns: 300 },
  );
});

test('calls of one cell tell its names once', () => {
  const at = place();
  const spilled = new SpilledCalls(at);
  const one = pricedCall({ project: '/home/me/thesis' });
  spilled.add([one]);
  spilled.add([{ ...one, requestId: 'again' }, pricedCall({ project: '/home/me/thesis', model: 'gpt-5' })]);
  spilled.close(true);
  const texts = entriesLeft(at)?.entries.map(({ text }) => text);
  expect(texts?.join().match(/thesis/g)).toHaveLength(2); // two cells, three calls
});

test('a text that found no room does not take the names of its cells with it', () => {
  const at = place();
  const spilled = new SpilledCalls(at);
  const long = pricedCall();
  const cell = { ...long.cell, model: 'm'.repeat(256) };
  // More than an entry takes: no program makes such a name, and it must do no harm.
  const tooLong = { ...long, cell: { ...cell, endpoint: 'x'.repeat(600 * 1024) } };
  spilled.add([
    tooLong,
    ...Array.from({ length: 63 }, () => ({ ...long, cell })),
    { ...long, cell, requestId: 'beside' },
  ]);
  spilled.add([{ ...long, cell, requestId: 'after' }]);
  spilled.close(true);
  expect(callsLeft(at)?.calls.map(({ requestId }) => requestId)).toEqual(['beside', 'after']);
});

test('what a batch took already is left out, and names it told are known to what comes after', () => {
  const at = place();
  const spilled = new SpilledCalls(at);
  const one = pricedCall();
  for (const requestId of ['first', 'second', 'third']) spilled.add([{ ...one, requestId }]);
  spilled.close(true);
  expect(callsLeft(at, 2)?.calls.map(({ requestId }) => requestId)).toEqual(['third']);
});

test('what is of another form is told and left out', () => {
  const at = place();
  const spill = new Spill(at);
  spill.append(JSON.stringify([{ entry: {} }]));
  spill.append(JSON.stringify({ cells: [[0, pricedCall().cell]], calls: [[0, 'not a time'], [7]] }));
  spill.close(true);
  const left = callsLeft(at);
  expect([left?.calls, left?.isWhole, left?.isOfThisForm]).toEqual([[], true, false]);
});
