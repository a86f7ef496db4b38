import { createSecretKey, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { UntakenCalls } from '../../../electron/core/usage/recording/untaken-calls.ts';
import { callsLeft } from './left-behind.ts';
import { pricedCall } from './usage-file.ts';

/** @param begun - calls that the thread was told and took before. */
function untaken(begun: number) {
  const folder = mkdtempSync(join(tmpdir(), 'kh-untaken-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const place = { file: join(folder, 'untaken'), vaultId: randomBytes(16), key: createSecretKey(randomBytes(32)) };
  const thread = { told: begun, taken: begun };
  const warned: string[] = [];
  const calls = new UntakenCalls({ warn: (code) => void warned.push(code) });
  calls.open(place, thread);
  return {
    calls,
    warned,
    folder,
    take: (count: number) => void (thread.taken = (begun + count) | 0),
    seal: (n: number) => {
      thread.told = (begun + n) | 0;
      calls.seal({ ...pricedCall(), requestId: `call-${n}` });
    },
    inFile: () => callsLeft(place)?.calls.map(({ requestId }) => requestId) ?? [],
  };
}

test.each([0, 2 ** 31 - 5])('a batch leaves in the file what was sealed and is not taken, after %s calls', (begun) => {
  const { calls, take, seal, inFile } = untaken(begun);
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

test('a disk that does not take a call is told of, and nothing is thrown', () => {
  const { calls, seal, warned, folder } = untaken(0);
  rmSync(folder, { recursive: true });
  for (const n of [1, 2]) seal(n); // the file has no name any more, its descriptor still takes them
  calls.renew(); // but there is no folder for the one that replaces it
  expect(warned).toEqual(['usage.spill-not-cleared']);
  calls.close(false);
  seal(3);
  const place = { file: join(folder, 'untaken'), vaultId: randomBytes(16), key: createSecretKey(randomBytes(32)) };
  calls.open(place, { told: 0, taken: 0 });
  expect(calls.isOpen).toBe(false);
  expect(warned).toEqual(['usage.spill-not-cleared', 'usage.no-spill']);
});
