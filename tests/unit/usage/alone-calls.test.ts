import { createSecretKey, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { AloneCalls } from '../../../electron/core/usage/recording/alone-calls.ts';
import { readSpilledCalls } from '../../../electron/core/usage/spilled-calls.ts';
import { pricedCall } from './usage-file.ts';

/** @param begun - calls that the thread was told and took before. */
function alone(begun: number) {
  const folder = mkdtempSync(join(tmpdir(), 'kh-alone-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const place = { file: join(folder, 'alone'), vaultId: randomBytes(16), key: createSecretKey(randomBytes(32)) };
  const thread = { taken: begun };
  const calls = new AloneCalls(place, () => thread.taken);
  return {
    calls,
    take: (count: number) => void (thread.taken = (begun + count) | 0),
    seal: (n: number) => calls.seal({ ...pricedCall(), requestId: `call-${n}` }, (begun + n) | 0),
    inFile: () => readSpilledCalls(place, () => 0)?.calls.map(({ requestId }) => requestId) ?? [],
  };
}

test.each([0, 2 ** 31 - 5])('a batch leaves in the file what was sealed and is not taken, after %s calls', (begun) => {
  const { calls, take, seal, inFile } = alone(begun);
  for (const n of [2, 5, 9]) seal(n); // others were told between them
  expect(inFile()).toEqual(['call-2', 'call-5', 'call-9']);
  take(7);
  calls.renew();
  expect(inFile()).toEqual(['call-9']);
  seal(12);
  calls.renew(); // nothing was taken meanwhile
  expect(inFile()).toEqual(['call-9', 'call-12']);
  take(12);
  calls.renew();
  expect(inFile()).toEqual([]);
});
