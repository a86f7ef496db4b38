import { createHash } from 'node:crypto';
import { chownSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readLeftRing } from '../../../electron/core/usage/recording/left-ring.ts';
import { spillFile, untakenFile } from '../../../electron/core/usage/recorder.ts';
import type { UsageEntry } from '../../../electron/core/usage/usage-entry.ts';
import { PASSWORD } from '../../support/test-vault.ts';
import { callsLeft } from './left-behind.ts';
import { endedCall, memoryFolder, openRecording, until } from './open-recording.ts';
import { callOrigin } from './recording.ts';

const NOBODY = 65_534;

/** Where the ring has a file, whose thread runs and has written one call. */
async function outliving() {
  const folder = memoryFolder();
  const test = await openRecording('UTC', folder);
  const { usage, paths, vault } = test;
  usage.recordEnded(endedCall());
  usage.flush();
  const vaultHash = createHash('sha256').update(paths.usageDb).digest('hex').slice(0, 16);
  const file = join(folder, `keyharbor-${process.getuid?.()}-${vaultHash}`);
  const { vaultId, keys } = vault.opened();
  const key = keys.usageSpill;
  const sealed = (name: string) => callsLeft({ file: name, vaultId, key })?.calls ?? [];
  /** The ids of calls that a process has left, in no order, if it ends now: from all its files. */
  const outlived = (): ReadonlySet<string> => {
    const ring = readLeftRing(file, key)?.calls ?? []; // first: what the thread takes meanwhile is in the others
    const all = [...ring, ...sealed(spillFile(paths)), ...sealed(untakenFile(paths))];
    return new Set(all.map(({ requestId }) => requestId));
  };
  return { ...test, folder, file, sealed, outlived };
}

describe.skipIf(process.platform !== 'linux')('calls in memory that outlives the process', () => {
  test('those of a flood outlive it before the step goes on, whatever the thread came to', async () => {
    const { usage, outlived, count } = await outliving();
    const calls = Array.from({ length: 600 }, () => endedCall());
    for (const one of calls) usage.recordEnded(one);
    const left = outlived();
    expect(calls.filter(({ requestId }) => !left.has(requestId))).toEqual([]);
    usage.flush();
    expect(count()).toBe(601);
  });

  test('none of them is sealed by the thread that forwards, but what few have', async () => {
    const { usage, sealed, paths, count } = await outliving();
    for (let n = 0; n < 20; n += 1) usage.recordEnded(endedCall());
    const rare = [endedCall({ retryOf: 'first' }), endedCall({ origin: callOrigin('embeddings') })];
    for (const one of rare) usage.recordEnded(one);
    const ids = sealed(untakenFile(paths)).map(({ requestId }) => requestId);
    expect(ids.slice(-2)).toEqual(rare.map(({ requestId }) => requestId));
    expect(ids.length).toBeLessThan(10); // the first ones, before the thread had begun
    usage.flush();
    expect(count()).toBe(23);
  });

  test('what a process left there is taken over once, whatever else it wrote of them', async () => {
    const { usage, vault, file, folder, count, db } = await outliving();
    const started = endedCall().startedAtMs;
    for (let n = 0; n < 300; n += 1) usage.recordEnded(endedCall({ startedAtMs: started + n }));
    const left = readFileSync(file);
    const copy = join(folder, 'copy');
    writeFileSync(copy, left, { mode: 0o600 });
    vault.lock('asked');
    expect(existsSync(file)).toBe(false);
    writeFileSync(file, left, { mode: 0o600 }); // the process ended after a batch had taken some, or all
    await vault.unlock(PASSWORD);
    expect(count()).toBe(301);
    const { calls } = readLeftRing(copy, vault.opened().keys.usageSpill) ?? { calls: [] };
    const missing = calls.map(({ requestId }) => requestId); // the thread had perhaps read some of the 300
    for (const id of missing) db().prepare('DELETE FROM usage_record WHERE request_id = ?').run(id);
    vault.lock('asked');
    writeFileSync(file, left, { mode: 0o600 }); // it ended before one had taken the last
    await vault.unlock(PASSWORD);
    usage.flush();
    expect(missing.length).toBeGreaterThan(0);
    const back = db().prepare('SELECT cost_micro_usd FROM usage_record WHERE request_id = ?').pluck();
    expect(missing.map((id) => back.get(id))).toEqual(missing.map(() => 150));
    expect(count()).toBe(301);
  });

  test('what a thread that ended had not read is taken over by the next one, once', async () => {
    const { usage, clock, count, warned, folder } = await outliving();
    usage.record([null as unknown as UsageEntry]); // no program does that: it ends the thread
    for (let n = 0; n < 1000; n += 1) usage.recordEnded(endedCall());
    await until(() => warned.includes('usage.thread-ended'));
    clock.advance(5000);
    usage.flush();
    expect(count()).toBe(1001);
    await until(() => readdirSync(folder).length === 1); // that of the new thread
    expect(warned).toEqual(['usage.thread-ended']);
  });

  test('until the thread has begun, and while the database takes nothing, all are sealed', async () => {
    const { usage, vault, db, count, sealed, paths, warned } = await outliving();
    db().exec('CREATE TRIGGER full BEFORE INSERT ON usage_record BEGIN SELECT RAISE(ABORT, 1); END');
    usage.recordEnded(endedCall());
    vault.lock('asked'); // what the next thread cannot take over, so it does not begin
    await vault.unlock(PASSWORD);
    await until(() => warned.includes('usage.not-opened'));
    const calls = Array.from({ length: 400 }, () => endedCall());
    for (const one of calls) usage.recordEnded(one);
    const ids = new Set(sealed(untakenFile(paths)).map(({ requestId }) => requestId));
    expect(calls.filter(({ requestId }) => !ids.has(requestId))).toEqual([]);
    vault.lock('asked');
    await vault.unlock(PASSWORD);
    db().exec('DROP TRIGGER full');
    vault.lock('asked');
    await vault.unlock(PASSWORD);
    usage.flush();
    expect(count()).toBe(402);
  });

  test('where counters listen they hear of each in the same turn, or when they are asked', async () => {
    const { usage, count } = await outliving();
    const heard: string[] = [];
    usage.listen({
      hears: true,
      begun: () => undefined,
      recorded: (calls) => heard.push(...calls.map(({ requestId }) => requestId)),
      written: () => undefined,
    });
    const [one, two] = [endedCall(), endedCall()];
    usage.recordEnded(one);
    usage.recordEnded(two);
    expect(usage.waiting).toEqual([]);
    expect(heard).toEqual([one.requestId, two.requestId]);
    usage.recordEnded(endedCall());
    await until(() => heard.length === 3);
    usage.flush();
    expect(count()).toBe(4);
  });

  test('a result that only the thread has read is counted once by the next thread too', async () => {
    const { usage, clock, db } = await outliving();
    const origin = {
      ...callOrigin('predictions/p1'),
      provider: 'replicate',
      kind: 'replicate',
      method: 'GET',
    } as const;
    const fetched = () =>
      endedCall({
        origin,
        body: Buffer.from('{"id":"p1","status":"succeeded","metrics":{"predict_time":3.5}}'),
      });
    for (const body of [Buffer.from('{}'), undefined, undefined]) {
      usage.recordEnded(body === undefined ? fetched() : { ...fetched(), body }); // the first of its origin is read here
    }
    usage.flush();
    clock.advance(3 * 60_000);
    clock.advance(3 * 60_000); // the thread ends
    usage.recordEnded(fetched());
    usage.flush();
    const counted = db().prepare('SELECT thousandths FROM usage_record WHERE thousandths IS NOT NULL').pluck();
    expect(counted.all()).toEqual([3500]);
  });

  test.runIf(process.getuid?.() === 0)(
    'a file of somebody else in its place is left alone, and calls are recorded',
    async () => {
      const { usage, vault, file, count } = await outliving();
      vault.lock('asked');
      writeFileSync(file, 'not ours');
      chownSync(file, NOBODY, NOBODY);
      await vault.unlock(PASSWORD);
      for (let n = 0; n < 300; n += 1) usage.recordEnded(endedCall());
      usage.flush();
      expect(count()).toBe(301);
      expect(readFileSync(file, 'utf8')).toBe('not ours');
    },
  );

  test('without such memory calls are recorded all the same', async () => {
    const { usage, count } = await openRecording('UTC', join(memoryFolder(), 'none'));
    for (let n = 0; n < 300; n += 1) usage.recordEnded(endedCall());
    usage.flush();
    expect(count()).toBe(300);
  });
});
