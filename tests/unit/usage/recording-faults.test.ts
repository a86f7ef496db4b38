import { statSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { spillFile } from '../../../electron/core/usage/recorder.ts';
import type { UsageRecording } from '../../../electron/core/usage/recording/usage-recording.ts';
import type { UsageEntry } from '../../../electron/core/usage/usage-entry.ts';
import { PASSWORD } from '../../support/test-vault.ts';
import { call, SHIPPED } from './recording.ts';
import { endedCall, type OpenRecording, openRecording, until } from './open-recording.ts';

/** No program does that: it ends the thread. */
const endThread = (usage: UsageRecording) => usage.record([null as unknown as UsageEntry]);

/** From now on the database takes no batch, until it is called. */
function full({ db }: OpenRecording): () => void {
  db().exec('CREATE TRIGGER full BEFORE INSERT ON usage_record BEGIN SELECT RAISE(ABORT, 1); END');
  return () => db().exec('DROP TRIGGER full');
}

/** Whose thread runs, and has written one call. */
async function recording(): Promise<OpenRecording> {
  const test = await openRecording();
  test.usage.recordEnded(endedCall());
  test.usage.flush();
  return test;
}

test('calls between the end of a thread and the next one are in the database after a lock', async () => {
  const { usage, vault, count, warned } = await recording();
  endThread(usage);
  await until(() => warned.includes('usage.thread-ended'));
  for (let n = 0; n < 10; n += 1) usage.recordEnded(endedCall());
  expect(usage.waiting).toHaveLength(10);
  usage.record([call({})]); // an entry has no file of its own: it is written by a thread that is made for it
  vault.lock('asked');
  await vault.unlock(PASSWORD);
  usage.flush();
  expect(count()).toBe(12);
  expect(warned).toEqual(['usage.thread-ended']);
});

test('what a thread that ended in a flood had not read is counted once', async () => {
  const { usage, clock, count, warned } = await recording();
  endThread(usage);
  for (let n = 0; n < 1000; n += 1) usage.recordEnded(endedCall());
  await until(() => warned.includes('usage.thread-ended'));
  clock.advance(5000);
  usage.flush();
  expect(count()).toBe(1001);
});

test('who waits for a thread that ends is told at once', async () => {
  const { usage } = await recording();
  endThread(usage);
  const before = performance.now();
  expect(() => usage.flush()).toThrow(/does not answer/);
  expect(performance.now() - before).toBeLessThan(20_000); // it would wait for half a minute
});

test('what was asked to be written and was not is tried again by itself', async () => {
  const test = await recording();
  const { usage, clock, count } = test;
  const free = full(test);
  usage.recordEnded(endedCall());
  expect(() => usage.flush()).toThrow();
  expect(usage.state).toBe('waiting');
  free();
  await until(() => {
    clock.advance(1000);
    return count() === 2;
  });
  await until(() => usage.state === 'recording');
});

test('who reads is told that the last calls wait, until they are written', async () => {
  const test = await recording();
  const { usage, clock, count } = test;
  expect(usage.settle()).toBe(true);
  const free = full(test);
  usage.recordEnded(endedCall());
  expect(usage.settle()).toBe(false);
  expect(usage.settle()).toBe(false);
  expect(count()).toBe(1);
  free();
  clock.advance(5000);
  expect(usage.settle()).toBe(true);
  expect(count()).toBe(2);
});

test('who reads is told likewise where recording could not begin', async () => {
  const test = await recording();
  const { usage, vault, warned } = test;
  full(test);
  usage.recordEnded(endedCall());
  vault.lock('asked');
  await vault.unlock(PASSWORD);
  await until(() => warned.includes('usage.not-opened'));
  expect(usage.settle()).toBe(false);
  usage.recordEnded(endedCall());
  expect(usage.settle()).toBe(false);
});

test('what is sealed in one file only stays there when the thread could not begin', async () => {
  const test = await recording();
  const { usage, vault, count, warned } = test;
  full(test);
  usage.recordEnded(endedCall());
  vault.lock('asked');
  await vault.unlock(PASSWORD);
  await until(() => warned.includes('usage.not-opened'));
  for (let n = 0; n < 5; n += 1) usage.recordEnded(endedCall());
  vault.lock('asked');
  await vault.unlock(PASSWORD);
  test.db().exec('DROP TRIGGER full');
  vault.lock('asked');
  await vault.unlock(PASSWORD);
  usage.flush();
  expect(count()).toBe(7);
  expect(warned).not.toContain('usage.given-up');
});

test('what stands in no file when the vault locks is given up, which is told once', async () => {
  const test = await recording();
  const { usage, vault, count, warned } = test;
  full(test);
  usage.recordEnded(endedCall());
  vault.lock('asked');
  await vault.unlock(PASSWORD);
  await until(() => warned.includes('usage.not-opened'));
  for (let n = 0; n < 3; n += 1) usage.record([call({})]); // an entry has no file of its own
  usage.recordEnded(endedCall());
  vault.lock('asked');
  expect(warned.filter((code) => code === 'usage.given-up')).toHaveLength(1);
  await vault.unlock(PASSWORD);
  test.db().exec('DROP TRIGGER full');
  vault.lock('asked');
  await vault.unlock(PASSWORD);
  usage.flush();
  expect(count()).toBe(3);
});

test('another zone is taken over with the batch that the database takes', async () => {
  const test = await recording();
  const { usage, given, clock, warned, days } = test;
  const free = full(test);
  usage.record([call({ atMs: Date.UTC(2030, 0, 15, 22) })]);
  given.zone = 'Asia/Tokyo';
  usage.zoneChanged();
  await until(() => warned.includes('usage.not-written'));
  free();
  const day = Date.UTC(2030, 0, 15) / 86_400_000;
  await until(() => {
    clock.advance(1000);
    while (usage.foldOne());
    return days().length === 2;
  });
  expect(days()).toEqual([
    [day, 1],
    [day + 1, 1], // 22:00 UTC is the next morning there
  ]);
  expect(warned).not.toContain('usage.thread-ended');
});

test('a price that is changed while a batch is written holds for the calls that come then, on whatever way', async () => {
  const { usage, given, db, clock } = await recording();
  usage.record(Array.from({ length: 15_000 }, () => call({ atMs: Date.UTC(2030, 0, 15, 12) })));
  clock.advance(1000);
  const kind = { kind: 'chat', status: 'current', source: '' } as const;
  const prices = [{ from: '2029-01-01', input: 2_000_000, output: 0 }];
  given.book = SHIPPED.withOwn({ models: [{ provider: 'openai', model: 'gpt-6-luna', prices, ...kind }], units: [] });
  const retried = Array.from({ length: 5 }, () => endedCall({ retryOf: 'first' }));
  for (const one of retried) {
    usage.recordEnded(one);
    await setImmediate();
  }
  usage.flush();
  const cost = db().prepare('SELECT cost_micro_usd FROM usage_record WHERE request_id = ?').pluck();
  expect(retried.map(({ requestId }) => cost.get(requestId))).toEqual(retried.map(() => 2000));
});

test('more calls than memory takes wait in the spill file, and all are written when the database takes them', async () => {
  const test = await recording();
  const { usage, count, paths, warned } = test;
  const free = full(test);
  for (let n = 0; n < 54; n += 1) usage.record(Array.from({ length: 1000 }, () => call({})));
  expect(usage.waiting).toHaveLength(54_000);
  free();
  usage.flush();
  expect(count()).toBe(54_001);
  expect(statSync(spillFile(paths)).size).toBeLessThan(100);
  expect(warned).not.toContain('usage.given-up');
});
