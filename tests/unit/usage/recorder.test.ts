import { existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import type { ContractEvent } from '../../../shared/contract/handlers.ts';
import type { UsageEntry } from '../../../electron/core/usage/usage-entry.ts';
import type { Vault } from '../../../electron/core/vault/vault.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { PASSWORD, type TestVault, testHome, unlockedVault } from '../../support/test-vault.ts';
import { MemoryVault } from '../endpoint/open-vault.ts';
import { callsLeft, entriesLeft } from './left-behind.ts';
import { call as usualCall, type GivenCall, listening, ReportingRecorder, SHIPPED } from './recording.ts';

interface Recording extends TestVault {
  readonly usage: ReportingRecorder;
  readonly heard: ContractEvent[];
  readonly warned: string[];
}

/** A recorder over a vault, as the app wires it. */
function recorderOn(test: TestVault, vault: Vault, zone = 'UTC'): Recording {
  const place = { ...test, vault, ...listening() };
  const usage = new ReportingRecorder({ ...place, book: SHIPPED, zone: () => zone });
  vault.onUnlocked(() => usage.unlocked());
  vault.onLocking(() => void usage.locking());
  return { ...place, usage };
}

/** Where keys, locks and restarts have no part: without the seconds that a password takes. */
function recording(zone = 'UTC', between?: () => void) {
  const place = { vault: new MemoryVault(), paths: testHome(), clock: new FakeClock(), ...listening() };
  const usage = new ReportingRecorder({ ...place, book: SHIPPED, zone: () => zone, ...(between && { between }) });
  usage.unlocked();
  onTestFinished(() => void usage.locking());
  return { ...place, usage };
}

async function vaultRecording(zone = 'UTC'): Promise<Recording> {
  const test = await unlockedVault();
  const recording = recorderOn(test, test.vault, zone);
  recording.usage.unlocked();
  return recording;
}

function call(given: GivenCall): UsageEntry {
  const tokens = { inputTokens: 1_000, outputTokens: 100, ...given.tokens };
  return usualCall({ atMs: Date.UTC(2030, 0, 15, 12), ...given, tokens });
}
const NO_ID = Buffer.alloc(16);
const COST = 150; // 1,000 tokens at $0.10 and 100 at $0.50 a million

const countRecords = (vault: Pick<Vault, 'opened'>) =>
  vault.opened().usageDb.prepare('SELECT count(*) FROM usage_record').pluck().get();

test('a long batch lets others run now and then, a short one does not', () => {
  let times = 0;
  const { usage, vault } = recording('UTC', () => {
    times += 1;
    expect(vault.opened().usageDb.inTransaction).toBe(true); // one batch is one transaction all the same
  });
  usage.record([call({})]);
  usage.flush();
  expect(times).toBe(0);
  usage.record(Array.from({ length: 640 }, () => call({})));
  usage.flush();
  expect(times).toBe(10);
  expect(countRecords(vault)).toBe(641);
});

test('what is recorded while a batch is written waits for the next, and outlasts the end of the process', () => {
  const { usage, vault, paths } = recording('UTC', () => {
    if (usage.waiting.length < 3) usage.record([call({ requestId: `meanwhile-${usage.waiting.length}` })]);
  });
  const meanwhile = ['meanwhile-0', 'meanwhile-1', 'meanwhile-2'];
  const waiting = () => usage.waiting.map(({ requestId }) => requestId);
  const { vaultId, keys, usageDb } = vault.opened();
  const spilled = () =>
    callsLeft({ file: `${paths.usageDb}-spill`, vaultId, key: keys.usageSpill })?.calls.map(
      ({ requestId }) => requestId,
    );
  usage.record(Array.from({ length: 640 }, () => call({})));
  usage.flush();
  expect([countRecords(vault), waiting(), spilled()]).toEqual([640, meanwhile, meanwhile]);
  usage.record(Array.from({ length: 637 }, () => call({})));
  usageDb.exec('CREATE TRIGGER full BEFORE INSERT ON usage_rollup BEGIN SELECT RAISE(ABORT, 1); END');
  expect(() => usage.flush()).toThrow();
  expect(countRecords(vault)).toBe(640);
  expect([waiting().length, waiting().slice(0, 3), waiting().slice(-3)]).toEqual([643, meanwhile, meanwhile]);
  expect(spilled()).toEqual(waiting());
  usageDb.exec('DROP TRIGGER full');
  usage.flush();
  expect([countRecords(vault), waiting().length, spilled()?.length]).toEqual([1283, 3, 3]);
});

test('records are written within a second, in one batch, and told once', () => {
  const { usage, vault, clock, heard } = recording();
  usage.record([call({})]);
  usage.record([call({ provider: 'anthropic', model: 'claude-opus-5', client: null })]);
  expect(countRecords(vault)).toBe(0);
  clock.advance(1000);
  expect(countRecords(vault)).toBe(2);
  expect(heard).toEqual([
    { event: 'usage.recorded', data: { requests: 2, providers: ['openai', 'anthropic'], clients: ['abcdefghij'] } },
  ]);
});

test('a report holds what was recorded a moment ago, priced', () => {
  const { usage } = recording();
  usage.record([call({})]);
  usage.record([call({ outcome: 'rate_limited', status: 429 })]);
  usage.record([call({ model: 'unheard-of' })]);
  expect(usage.report({ by: 'model' }).rows).toEqual([
    expect.objectContaining({
      key: 'gpt-6-luna',
      requests: 2,
      failed: 1,
      inputTokens: 2000,
      outputTokens: 200,
      costMicroUsd: 2 * COST,
    }),
    expect.objectContaining({ key: 'unheard-of', requests: 1, unpriced: 1, knownCostMicroUsd: 0, costMicroUsd: null }),
  ]);
  const total = { requests: 3, unpriced: 1, knownCostMicroUsd: 2 * COST, costMicroUsd: null };
  for (const [by, key] of [
    ['provider', 'openai'],
    ['credential', 'openai/work'],
    ['client', 'editor'],
    ['project', ''],
    ['endpoint', 'chat/completions'],
    ['day', '2030-01-15'],
  ] as const) {
    expect(usage.report({ by }).rows).toEqual([expect.objectContaining({ key, ...total })]);
  }
});

test('every rollup is the sum of the records', () => {
  const { usage, vault } = recording('Asia/Tokyo');
  const pick = <T>(list: readonly T[], n: number): T => list[n % list.length] as T;
  for (let n = 0; n < 700; n += 1) {
    usage.record([
      call({
        atMs: Date.UTC(2030, 0, 1) + n * 1_900_000,
        provider: pick(['openai', 'google'], n),
        model: pick(['gpt-6-luna', 'gpt-5', 'nothing'], n * 7),
        client: n % 3 === 0 ? null : { id: `client-${n % 5}`, name: pick(['a', 'b'], n) },
        outcome: pick(['ok', 'ok', 'cut', 'client_error'], n * 3),
        project: pick(['', '/home/me/app'], n),
        latencyMs: n * 3.7,
        tokens: { inputTokens: n, cacheReadTokens: n * 2, cacheWriteTokens: 1, cacheWriteLongTokens: 2 },
      }),
    ]);
  }
  usage.flush();
  const db = vault.opened().usageDb;
  const raw = db
    .prepare(
      `SELECT count(*) AS requests, sum(o.name <> 'ok') AS failed, sum(cost_micro_usd IS NULL) AS unpriced, sum(input_tokens) AS input,
       sum(cache_read_tokens) AS reads, sum(cache_write_tokens + cache_write_long_tokens) AS writes, sum(cost_micro_usd) AS cost
       FROM usage_record JOIN usage_cell AS c ON c.id = cell JOIN usage_name AS o ON o.id = c.outcome`,
    )
    .get();
  for (const span of [0, 1]) {
    for (let dimension = 0; dimension < (span === 0 ? 8 : 9); dimension += 1) {
      const sums = db
        .prepare(
          `SELECT sum(requests) AS requests, sum(failed) AS failed, sum(unpriced) AS unpriced, sum(input_tokens) AS input,
           sum(cache_read_tokens) AS reads, sum(cache_write_tokens) AS writes, sum(cost_micro_usd) AS cost
           FROM usage_rollup WHERE span = ? AND dimension = ?`,
        )
        .get(span, dimension);
      expect(sums).toEqual(raw);
    }
  }
  const hours = db
    .prepare(
      `SELECT (at_ms / 3600000) AS bucket, n.name, count(*) AS requests FROM usage_record JOIN usage_cell AS c ON c.id = cell
       JOIN usage_name AS n ON n.id = c.model GROUP BY 1, 2 ORDER BY 1, 2`,
    )
    .all();
  const rolled = db
    .prepare(
      `SELECT bucket, n.name, requests FROM usage_rollup AS r JOIN usage_name AS n ON n.id = r.name
       WHERE span = 0 AND dimension = 4 ORDER BY 1, 2`,
    )
    .all();
  expect(rolled).toEqual(hours);
});

test('a day is a day of the reporting zone, and another zone sums the days anew', async () => {
  const recorded = await vaultRecording('America/New_York');
  const { usage } = recorded;
  usage.record([call({ atMs: Date.UTC(2030, 0, 16, 4, 59) })]); // 23:59 on the 15th
  usage.record([call({ atMs: Date.UTC(2030, 0, 16, 5) })]);
  usage.record([call({ atMs: Date.UTC(2030, 6, 16, 3, 59), latencyMs: 9000 })]); // summer time: 23:59 on the 15th
  const days = (recorder: ReportingRecorder) =>
    recorder.report({ by: 'day' }).rows.map(({ key, requests: n }) => [key, n]);
  expect(days(usage)).toEqual([
    ['2030-01-15', 1],
    ['2030-01-16', 1],
    ['2030-07-15', 1],
  ]);
  const vault = await recorded.restart();
  const again = recorderOn(recorded, vault, 'Asia/Tokyo');
  await vault.unlock(PASSWORD);
  expect(days(again.usage)).toEqual([
    ['2030-01-16', 2],
    ['2030-07-16', 1],
  ]);
  const kept = vault
    .opened()
    .usageDb.prepare('SELECT sum(length(latency)) FROM usage_rollup WHERE span = ? AND dimension = 7')
    .pluck();
  while (again.usage.foldOne()); // reports are right before; days are summed again in steps
  expect(days(again.usage)).toEqual([
    ['2030-01-16', 2],
    ['2030-07-16', 1],
  ]);
  expect(kept.get(1)).toBe(2 * 2 * 2); // a pair of bucket and count a day, of whole times and of first bytes
});

test('a period takes whole days, or hours', () => {
  const { usage } = recording('Europe/Berlin');
  for (const [day, hour] of [
    [14, 22],
    [14, 23],
    [15, 12],
    [15, 22],
    [15, 23],
  ] as const) {
    usage.record([call({ atMs: Date.UTC(2030, 0, day, hour, 30) })]); // midnight there is 23:00 UTC
  }
  const counted = (from?: string, to?: string) =>
    usage.report({ by: 'provider', from, to }).rows.reduce((sum, row) => sum + row.requests, 0);
  expect(counted()).toBe(5);
  expect(counted('2030-01-15', '2030-01-15')).toBe(3);
  expect(counted('2030-01-15')).toBe(4);
  expect(counted(undefined, '2030-01-14')).toBe(1);
  expect(counted('2030-01-15T12:00:00Z', '2030-01-15T13:00:00Z')).toBe(1);
  expect(counted('2030-01-15', '2030-01-15T13:00:00Z')).toBe(2);
  expect(counted('2030-01-15T00:00:00+01:00', '2030-01-15')).toBe(3);
  expect(usage.report({ by: 'day', from: '2030-01-15T12:00:00Z' }).rows.map(({ key }) => key)).toEqual([
    '2030-01-15',
    '2030-01-16',
  ]);
  expect(() => counted('2030-01-16', '2030-01-15')).toThrow(expect.objectContaining({ code: 'invalid_input' }));
  expect(() => counted('some day')).toThrow(expect.objectContaining({ code: 'invalid_input' }));
});

test('a client sees its own use only', () => {
  const { usage } = recording();
  const other = { id: 'other12345', name: 'other' };
  usage.record([call({})]);
  usage.record([call({ client: other, model: 'gpt-5' })]);
  usage.record([call({ client: null })]);
  const own = (by: 'model' | 'day' | 'client') =>
    usage.report({ by, clientId: 'abcdefghij' }).rows.map(({ key, requests: n }) => [key, n]);
  expect(own('model')).toEqual([['gpt-6-luna', 1]]);
  expect(own('day')).toEqual([['2030-01-15', 1]]);
  expect(own('client')).toEqual([['editor', 1]]);
  expect(usage.report({ by: 'model', clientId: 'nobody' }).rows).toEqual([]);
});

test('a renamed client is shown by its new name, with all of its use', () => {
  const { usage } = recording();
  usage.record([call({})]);
  usage.flush();
  usage.record([call({ client: { id: 'abcdefghij', name: 'new name' } })]);
  expect(usage.report({ by: 'client' }).rows).toEqual([expect.objectContaining({ key: 'new name', requests: 2 })]);
});

test('locking writes what waits and leaves no spill file', async () => {
  const recorded = await vaultRecording();
  const spill = `${recorded.paths.usageDb}-spill`;
  recorded.usage.record([call({})]);
  expect(existsSync(spill)).toBe(true);
  recorded.vault.lock('asked');
  expect(existsSync(spill)).toBe(false);
  recorded.usage.record([call({})]); // too late: told, not thrown
  expect(recorded.warned).toEqual(['usage.not-recorded']);
  await recorded.vault.unlock(PASSWORD);
  expect(countRecords(recorded.vault)).toBe(1);
});

/** What the end of the process leaves: the files as they are, nothing flushed. */
async function crashed(recorded: Recording): Promise<Recording> {
  const spill = `${recorded.paths.usageDb}-spill`;
  const left = readFileSync(spill);
  recorded.usage.record = () => undefined;
  recorded.usage.flush = () => undefined;
  const vault = await recorded.restart();
  writeFileSync(spill, left, { mode: 0o600 });
  return recorderOn(recorded, vault);
}

test('a process that ends loses no finished call, and counts none twice', async () => {
  const first = await vaultRecording();
  first.usage.record([call({})]);
  first.clock.advance(1000); // taken by a batch
  first.usage.record([call({ model: 'gpt-5' })]);
  first.usage.record([call({ model: 'gpt-5' })]);
  const second = await crashed(first);
  await second.vault.unlock(PASSWORD);
  expect(second.usage.report({ by: 'model' }).rows.map(({ key, requests: n }) => [key, n])).toEqual([
    ['gpt-5', 2],
    ['gpt-6-luna', 1],
  ]);
});

test('calls that are told together are sealed together', async () => {
  const first = await vaultRecording();
  first.usage.record(Array.from({ length: 70 }, () => call({})));
  const { vaultId, keys } = first.vault.opened();
  const sealed = entriesLeft({ file: `${first.paths.usageDb}-spill`, vaultId, key: keys.usageSpill });
  expect(sealed?.entries.map(({ text }) => (JSON.parse(text) as { calls: unknown[] }).calls.length)).toEqual([64, 6]);
  const second = await crashed(first);
  await second.vault.unlock(PASSWORD);
  expect(countRecords(second.vault)).toBe(70);
  expect([...first.warned, ...second.warned]).toEqual([]);
});

test('many calls with the longest names are spilled like others', async () => {
  const first = await vaultRecording();
  const long = { client: { id: 'c'.repeat(256), name: 'ü'.repeat(256) }, project: `/${'ü'.repeat(1023)}` };
  first.usage.record(Array.from({ length: 64 }, () => call({ ...long, model: 'm'.repeat(128) })));
  const second = await crashed(first);
  await second.vault.unlock(PASSWORD);
  expect(countRecords(second.vault)).toBe(64);
});

test('a batch that was committed just before the end is not taken again', async () => {
  const first = await vaultRecording();
  first.usage.record([call({})]);
  const spill = `${first.paths.usageDb}-spill`;
  const before = readFileSync(spill);
  first.usage.flush();
  expect(readFileSync(spill).byteLength).toBeLessThan(before.byteLength);
  writeFileSync(spill, before); // the end came between the commit and the clearing
  const second = await crashed(first);
  await second.vault.unlock(PASSWORD);
  expect(countRecords(second.vault)).toBe(1);
});

test('an entry that was cut while it was written is left out, those before it are taken', async () => {
  const first = await vaultRecording();
  first.usage.record([call({})]);
  first.usage.record([call({})]);
  const second = await crashed(first);
  const spill = `${second.paths.usageDb}-spill`;
  truncateSync(spill, readFileSync(spill).byteLength - 1);
  await second.vault.unlock(PASSWORD);
  expect(countRecords(second.vault)).toBe(1);
  expect(second.warned).toEqual(['usage.spill-cut']);
});

test('a spill file of another vault, or a changed one, is not taken and not in the way', async () => {
  const first = await vaultRecording();
  first.usage.record([call({ project: '/home/me/secret-project' })]);
  const spill = `${first.paths.usageDb}-spill`;
  const left = readFileSync(spill);
  expect(left.includes('secret-project')).toBe(false);
  const second = await crashed(first);
  const middle = left.byteLength >> 1;
  left[middle] = (left[middle] as number) ^ 1;
  writeFileSync(spill, left);
  await second.vault.unlock(PASSWORD);
  expect(countRecords(second.vault)).toBe(0);
  second.usage.record([call({})]);
  expect(second.usage.report({ by: 'provider' }).rows).toHaveLength(1);
});

test('a reported call counts once, however often it is told', () => {
  const { usage, vault } = recording();
  const told = { source: 'reported', requestId: 'their-1' } as const;
  usage.record([call(told)]);
  usage.record([call(told)]);
  usage.flush();
  usage.record([call(told)]);
  usage.record([call({ ...told, client: { id: 'other12345', name: 'other' } })]);
  expect(usage.report({ by: 'provider' }).rows).toEqual([expect.objectContaining({ requests: 2 })]);
  expect(countRecords(vault)).toBe(2);
});

test('an answer of a batch counts once, whoever fetched it', () => {
  const { usage, vault } = recording();
  const told = { source: 'reported', requestId: 'batch-answer:1' } as const;
  usage.record([call(told), call({ ...told, client: { id: 'other12345', name: 'other' } })]);
  usage.flush();
  usage.record([call({ ...told, client: { id: 'third12345', name: 'third' } })]);
  expect(usage.report({ by: 'client' }).rows).toHaveLength(1);
  expect(countRecords(vault)).toBe(1);
});

test('a database that does not take a batch keeps it waiting', () => {
  const { usage, vault, clock, warned } = recording();
  const db = vault.opened().usageDb;
  db.pragma('query_only = ON');
  usage.record([call({})]);
  clock.advance(1000);
  expect(warned).toEqual(['usage.not-written']);
  db.pragma('query_only = OFF');
  usage.record([call({})]);
  clock.advance(5000);
  expect(countRecords(vault)).toBe(2);
});

test('where the database cannot be written at unlock, calls wait until it can', () => {
  const { usage, vault, clock, warned } = recording();
  usage.locking();
  const db = vault.opened().usageDb;
  db.prepare('INSERT INTO usage_state (id, zone, spill_id, spill_taken) VALUES (1, ?, ?, 0)').run('Asia/Tokyo', NO_ID);
  db.pragma('query_only = ON');
  usage.unlocked(); // another zone: its first act is to write
  expect(usage.state).toBe('waiting');
  usage.record([call({})]);
  clock.advance(60_000);
  expect(countRecords(vault)).toBe(0);
  db.pragma('query_only = OFF');
  clock.advance(5 * 60_000);
  expect(usage.state).toBe('recording');
  expect(countRecords(vault)).toBe(1);
  expect(warned.every((code) => code === 'usage.not-opened')).toBe(true);
});

test('calls for which there is no room are told once while that lasts, and how many they were when it is over', () => {
  const { usage, vault, clock, warned, counts } = recording();
  const givenUp = () => warned.filter((code) => code === 'usage.given-up').length;
  usage.locking();
  const db = vault.opened().usageDb;
  const stretch = (over: number) => {
    db.prepare('DELETE FROM usage_state').run();
    db.prepare('INSERT INTO usage_state (id, zone, spill_id, spill_taken) VALUES (1, ?, ?, 0)').run(
      'Asia/Tokyo',
      NO_ID,
    );
    db.pragma('query_only = ON');
    usage.unlocked(); // another zone: its first act is to write
    const one = call({});
    for (let n = 0; n < 50_000 + over; n += 1) usage.record([one]);
  };
  stretch(7);
  expect([givenUp(), counts]).toEqual([1, []]);
  usage.locking();
  expect([givenUp(), counts]).toEqual([2, [7]]);
  db.pragma('query_only = OFF');
  stretch(1);
  expect([givenUp(), counts]).toEqual([3, [7]]);
  db.pragma('query_only = OFF');
  clock.advance(5 * 60_000);
  expect(countRecords(vault)).toBe(50_000);
  expect([givenUp(), counts]).toEqual([3, [7]]);
});

test('a call that cannot be counted is not acknowledged', async () => {
  const recorded = await vaultRecording();
  recorded.vault.lock('asked');
  expect(() => recorded.usage.knows('reported', 'abcdefghij', 'r')).toThrow(
    expect.objectContaining({ code: 'internal' }),
  );
});
