import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { CountedResults } from '../../../electron/core/usage/counted-results.ts';
import { UsageRecording } from '../../../electron/core/usage/recording/usage-recording.ts';
import { unlockedVault } from '../../support/test-vault.ts';
import { callOrigin, listening, SHIPPED } from './recording.ts';

test('a result counts with the first request that has it, however often that one is read', () => {
  const results = new CountedResults();
  expect(results.has('a', '1')).toBe(false);
  expect(results.has('a', '1')).toBe(false);
  expect(results.has('a', '2')).toBe(true);
  expect(new CountedResults(results.all).has('a', '3')).toBe(true);
});

test('the ones that were asked for last are remembered, and no more than a few thousand', () => {
  const results = new CountedResults();
  results.has('first', '1');
  for (let n = 0; n < 4095; n += 1) results.has(`${n}`, '1');
  expect(results.has('first', '2')).toBe(true);
  for (let n = 0; n < 4095; n += 1) results.has(`later ${n}`, '1');
  expect(results.has('first', '3')).toBe(true);
  expect(results.has('0', '2')).toBe(false);
  expect(results.all).toHaveLength(4096);
});

const ORIGIN = { ...callOrigin('predictions/p1'), provider: 'replicate', kind: 'replicate', method: 'GET' } as const;
let fetched = 0;
const fetchedResult = () => ({
  origin: ORIGIN,
  startedAtMs: Date.UTC(2030, 0, 15, 12),
  requestId: `fetched-${(fetched += 1)}`,
  ...({ outcome: 'ok', status: 200, latencyMs: 12, firstByteMs: 11 } as const),
  ...{ retryOf: null, providerRequestId: null, requestModel: null, requestBody: null, result: null },
  answer: { status: 200, contentType: 'application/json', usage: null },
  body: Buffer.from('{"id":"p1","status":"succeeded","metrics":{"predict_time":3.5}}'),
});

test('a result that is fetched again and again is written once, also by a thread that began later', async () => {
  const { vault, paths, clock } = await unlockedVault();
  const told = listening();
  const usage = new UsageRecording({ ...{ vault, paths, clock, ...told }, zone: () => 'UTC', book: SHIPPED });
  vault.onLocking(() => usage.locking());
  usage.unlocked();
  usage.expect();
  for (let n = 0; n < 3; n += 1) {
    usage.recordEnded(fetchedResult());
    await setImmediate();
  }
  usage.flush();
  clock.advance(3 * 60_000);
  clock.advance(3 * 60_000); // the thread ends
  usage.recordEnded(fetchedResult());
  usage.flush();
  const rows = vault.opened().usageDb.prepare('SELECT thousandths FROM usage_record ORDER BY seq').pluck().all();
  expect(rows).toEqual([3500, null, null, null]);
});
