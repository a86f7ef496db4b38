import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { BUSY_PAGES, USUAL_PAGES } from '../../../electron/core/store/checkpoints.ts';
import { PriceBook } from '../../../electron/core/usage/prices/price-book.ts';
import { untakenFile } from '../../../electron/core/usage/recorder.ts';
import type { RecordListener } from '../../../electron/core/usage/recorder.ts';
import type { CountedCall } from '../../../electron/core/usage/counted-call.ts';
import type { UsageEntry } from '../../../electron/core/usage/usage-entry.ts';
import { PASSWORD } from '../../support/test-vault.ts';
import { callsLeft } from './left-behind.ts';
import { COMPLETION, endedCall, openRecording, until } from './open-recording.ts';
import { call, SHIPPED } from './recording.ts';

/** What keeps counters, and what it heard. */
function counting(hears = true) {
  const recorded: string[] = [];
  const written: string[] = [];
  let begun = 0;
  const ids = (calls: readonly CountedCall[]) => calls.map(({ requestId }) => requestId);
  const listener: RecordListener = {
    hears,
    begun: () => {
      begun += 1;
    },
    recorded: (entries) => recorded.push(...ids(entries)),
    written: (entries) => written.push(...ids(entries)),
  };
  return { listener, recorded, written, begun: () => begun };
}

test('a call that ended is read, priced and written by the thread within a second, and told once', async () => {
  const { usage, count, db, clock, heard } = await openRecording();
  usage.expect();
  usage.recordEnded(endedCall());
  await setImmediate();
  usage.recordEnded(endedCall({ outcome: 'client_error', status: 429, body: Buffer.from('{}') }));
  await until(() => {
    clock.advance(100); // the thread's second passes here
    return heard.length > 0;
  });
  expect(heard.reduce((sum, { data }) => sum + (data as { requests: number }).requests, 0)).toBe(2);
  expect(count()).toBe(2);
  expect(
    db().prepare('SELECT input_tokens, cost_micro_usd FROM usage_record ORDER BY seq LIMIT 1').raw().get(),
  ).toEqual([1000, 150]);
  expect(db().prepare("SELECT shown FROM usage_name WHERE name = 'abcdefghij'").pluck().get()).toBe('éditeur');
});

/** What a process that ends now leaves of calls that ended in this step. */
async function endedInOneStep(calls: number) {
  const test = await openRecording();
  const { usage, paths, vault } = test;
  const file = untakenFile(paths);
  usage.expect();
  const ids = Array.from({ length: calls }, () => endedCall()).map((call) => {
    usage.recordEnded(call);
    return call.requestId;
  });
  const { vaultId, keys } = vault.opened();
  const place = { file, vaultId, key: keys.usageSpill };
  const sealed = callsLeft(place)?.calls ?? [];
  return { ...test, file, left: readFileSync(file), ids, sealed };
}

test('calls that end are sealed before the step goes on, so that the end of the process loses nothing', async () => {
  const { sealed, ids } = await endedInOneStep(90);
  expect(sealed.map(({ requestId }) => requestId)).toEqual(ids);
  expect(sealed[0]).toMatchObject({ inputTokens: 1000, costMicroUsd: 150, cell: { model: 'gpt-6-luna' } });
});

test('those of a flood are sealed by the thread, and all are counted once', async () => {
  const { sealed, ids, usage, count } = await endedInOneStep(400);
  expect(sealed.slice(0, 99).map(({ requestId }) => requestId)).toEqual(ids.slice(0, 99));
  usage.flush();
  expect(count()).toBe(400);
});

test('the first call is sealed while the thread starts, and counted once', async () => {
  const { usage, vault, paths, count } = await openRecording();
  usage.expect();
  const one = endedCall();
  usage.recordEnded(one);
  const { vaultId, keys } = vault.opened();
  const place = { file: untakenFile(paths), vaultId, key: keys.usageSpill };
  expect(callsLeft(place)?.calls.map(({ requestId }) => requestId)).toEqual([one.requestId]);
  usage.flush();
  expect(count()).toBe(1);
});

test('what a process left of calls that it sealed itself is taken over once, whatever else it wrote of them', async () => {
  const { vault, file, left, count } = await endedInOneStep(2);
  vault.lock('asked');
  expect(existsSync(file)).toBe(false);
  writeFileSync(file, left, { mode: 0o600 }); // the process ended between the batch and the clearing
  await vault.unlock(PASSWORD);
  expect(count()).toBe(2);
  vault.opened().usageDb.exec('DELETE FROM usage_record WHERE seq = 2');
  vault.lock('asked');
  writeFileSync(file, left, { mode: 0o600 }); // it ended before a batch took the second
  await vault.unlock(PASSWORD);
  expect(count()).toBe(2);
});

test('they leave the file when a batch took them', async () => {
  const { usage, file, left, count } = await endedInOneStep(1);
  usage.flush();
  await until(() => readFileSync(file).byteLength < left.byteLength);
  expect(count()).toBe(1);
});

test('what asks for what is written waits for the calls that ended before', async () => {
  const { usage, count } = await openRecording();
  for (let n = 0; n < 300; n += 1) usage.recordEnded(endedCall());
  usage.flush();
  expect(count()).toBe(300);
  usage.record([call({})]);
  usage.recordEnded(endedCall());
  expect(usage.waiting).toEqual([]);
  expect(count()).toBe(302);
});

test('a lock writes what ended in this very turn, and leaves no spill file', async () => {
  const { usage, vault, paths, count } = await openRecording();
  usage.recordEnded(endedCall());
  vault.lock('asked');
  expect(usage.state).toBe('off');
  await vault.unlock(PASSWORD);
  expect(count()).toBe(1);
  expect(existsSync(`${paths.usageDb}-spill`)).toBe(false);
});

test('a thread that ends by itself is followed by another, which takes over what it sealed', async () => {
  const { usage, clock, count, paths, warned } = await openRecording();
  usage.recordEnded(endedCall());
  usage.record([call({}), null as unknown as UsageEntry]); // no program does that: it ends the thread
  usage.record([call({})]);
  await until(() => warned.includes('usage.thread-ended'));
  expect(existsSync(`${paths.usageDb}-spill`)).toBe(true);
  expect(usage.state).toBe('waiting');
  usage.record([call({})]);
  clock.advance(5000);
  usage.flush();
  expect(usage.state).toBe('recording');
  expect(count()).toBe(2); // the one that was sealed, and the one that came after
});

test('where counters listen they hear of a call in the step that counts it, and of a told one when it is new', async () => {
  const { usage } = await openRecording();
  const { listener, recorded, written } = counting();
  usage.listen(listener);
  const calls = [endedCall(), endedCall(), endedCall()];
  for (const one of calls) usage.recordEnded(one);
  await setImmediate();
  expect(recorded).toEqual(calls.map(({ requestId }) => requestId));
  const told = { source: 'reported', requestId: 'their-1' } as const;
  usage.record([call(told), call({ ...told, requestId: 'their-2' })]);
  expect(written).toEqual(['their-1', 'their-2']);
  usage.record([call(told)]);
  expect(written).toHaveLength(2);
  expect(usage.knows('reported', 'abcdefghij', 'their-1')).toBe(true);
  expect(usage.knows('reported', 'abcdefghij', 'their-3')).toBe(false);
});

test('what the database does not take waits, is told to who counts, and is written later', async () => {
  const { usage, db, clock, count, warned } = await openRecording();
  const { listener } = counting();
  usage.listen(listener);
  usage.record([call({})]);
  usage.flush();
  db().exec('CREATE TRIGGER full BEFORE INSERT ON usage_record BEGIN SELECT RAISE(ABORT, 1); END');
  usage.record([call({ requestId: 'waits' })]);
  expect(() => usage.flush()).toThrow();
  expect(usage.waiting.map(({ requestId }) => requestId)).toEqual(['waits']);
  expect(usage.waiting).toHaveLength(1);
  db().exec('DROP TRIGGER full');
  expect(usage.waiting).toEqual([]);
  expect(count()).toBe(2);
  clock.advance(60_000);
  expect(warned.filter((code) => code === 'usage.not-opened')).toEqual([]);
});

test('another reporting zone sums the days anew, by the thread that writes', async () => {
  const { usage, given, days } = await openRecording('America/New_York');
  usage.record([call({ atMs: Date.UTC(2030, 0, 16, 4, 59) }), call({ atMs: Date.UTC(2030, 0, 16, 5) })]);
  usage.flush();
  expect(days().map(([, requests]) => requests)).toEqual([1, 1]);
  given.zone = 'Asia/Tokyo';
  usage.zoneChanged();
  while (usage.foldOne());
  expect(days().map(([, requests]) => requests)).toEqual([2]);
});

test('a price that is changed holds for the next call, and a model that nobody knows is told of', async () => {
  const { usage, given, db } = await openRecording();
  const unknown: string[] = [];
  const ask = () => new PriceBook(SHIPPED.document, given.book.own, (_, model) => unknown.push(model));
  given.book = ask();
  usage.recordEnded(endedCall({ body: Buffer.from(JSON.stringify({ ...COMPLETION, model: 'never-heard-of' })) }));
  usage.flush();
  expect(unknown).toEqual(['never-heard-of']);
  expect(db().prepare('SELECT cost_micro_usd FROM usage_record').pluck().get()).toBeNull();
  const from = '2029-01-01';
  const prices = [{ from, input: 2_000_000, output: 0 }];
  const kind = { kind: 'chat', status: 'current', source: '' } as const;
  const price = { provider: 'openai', model: 'never-heard-of', prices, ...kind };
  given.book = ask().withOwn({ models: [price], units: [] });
  usage.recordEnded(endedCall({ body: Buffer.from(JSON.stringify({ ...COMPLETION, model: 'never-heard-of' })) }));
  usage.flush();
  expect(db().prepare('SELECT cost_micro_usd FROM usage_record ORDER BY seq DESC').pluck().get()).toBe(2000);
});

test('a model without a price for what was used of it is told of, though it has one for tokens, and once', async () => {
  const { usage, given } = await openRecording();
  const unknown: string[] = [];
  given.book = new PriceBook(SHIPPED.document, SHIPPED.own, (_, model) => unknown.push(model));
  for (let time = 0; time < 2; time += 1) {
    usage.record([call({ model: 'gpt-6-luna', quantity: { unit: 'seconds', thousandths: 1000 } })]);
    usage.flush();
  }
  expect(unknown).toEqual(['gpt-6-luna']);
});

test('the thread ends when nothing was recorded for minutes, and begins again with the next call', async () => {
  const { usage, clock, count, paths } = await openRecording();
  usage.recordEnded(endedCall());
  await setImmediate();
  usage.flush();
  clock.advance(3 * 60_000);
  clock.advance(3 * 60_000);
  expect(existsSync(`${paths.usageDb}-spill`)).toBe(false);
  expect(usage.state).toBe('recording');
  usage.recordEnded(endedCall());
  usage.flush();
  expect(count()).toBe(2);
});

test('a long log is emptied by the thread in a pause, and not by a commit; without a thread as SQLite does it', async () => {
  const { usage, clock, db, paths } = await openRecording();
  const emptiedAt = () => db().pragma('wal_autocheckpoint', { simple: true });
  const size = () => statSync(paths.usageDb).size;
  const before = size();
  expect(emptiedAt()).toBe(USUAL_PAGES);
  usage.recordEnded(endedCall());
  expect(emptiedAt()).toBe(BUSY_PAGES);
  db().exec('CREATE TABLE page (bytes BLOB)');
  const insert = db().prepare('INSERT INTO page VALUES (randomblob(3000))');
  db().transaction(() => {
    for (let page = 0; page < 2 * USUAL_PAGES; page += 1) insert.run();
  })();
  expect(size()).toBe(before); // the thread looks at the log after a batch
  usage.mayCheckpoint(false);
  expect(emptiedAt()).toBe(0);
  usage.mayCheckpoint(true);
  usage.flush();
  await until(() => size() > before + USUAL_PAGES * 4096);
  clock.advance(3 * 60_000);
  clock.advance(3 * 60_000); // the thread ends
  expect(emptiedAt()).toBe(USUAL_PAGES);
});

test('the days that are over are folded by the thread that writes', async () => {
  const { usage, db, clock } = await openRecording();
  usage.record([call({ atMs: clock.now() - 5 * 24 * 3_600_000 })]);
  usage.flush();
  expect(usage.foldOne()).toBe(true);
  expect(usage.foldOne()).toBe(false);
  expect(db().prepare('SELECT count(*) FROM usage_rollup WHERE span = 2 AND dimension = 7').pluck().get()).toBe(1);
});
