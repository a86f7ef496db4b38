import type Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import type { UsageFilter } from '../../../../shared/contract/usage.ts';
import type { ContractEvent } from '../../../../shared/contract/handlers.ts';
import { usageAnomalies as contractAnomalies } from '../../../../shared/contract/usage-forecast.ts';
import { usageAnomalies } from '../../../../electron/core/usage/analysis/anomalies.ts';
import { AnomalyWatch } from '../../../../electron/core/usage/anomaly-watch.ts';
import { HOUR_MS } from '../../../../electron/core/usage/reporting-days.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { MemoryVault } from '../../endpoint/open-vault.ts';
import { type Made, usageDatabase, write } from './filled-usage.ts';

const ZONE = 'Europe/Berlin';
const DAY_MS = 24 * HOUR_MS;
/** A Thursday at 13:00 in Berlin. */
const NOW = Date.UTC(2029, 10, 15, 12);

/** Twenty calls a day between nine and five, for two months. */
const usual: Made[] = Array.from({ length: 60 * 20 }, (_, n) => ({
  atMs: NOW - (1 + Math.floor(n / 20)) * DAY_MS + (((n % 20) % 8) - 4) * HOUR_MS,
  costMicroUsd: 100_000,
}));

interface Given {
  readonly from?: string;
  readonly filter?: UsageFilter;
}
const lastPiece = (db: Database.Database, given: Given = {}) =>
  [...usageAnomalies(db, { reportingZone: ZONE, nowMs: NOW, ...given })].at(-1);

function ask(more: readonly Made[], given: Given = {}) {
  const db = usageDatabase();
  write(db, ZONE, usual);
  write(db, ZONE, more);
  return contractAnomalies.parse(lastPiece(db, given)).anomalies;
}

const times = (count: number, made: Made): Made[] => Array.from({ length: count }, () => made);

describe('out of the usual', () => {
  test('is nothing in ordinary weeks', () => expect(ask([])).toEqual([]));

  test('is a day above three times the same weekdays before, with the key and model that it is of', () => {
    const dear = { atMs: NOW - HOUR_MS, costMicroUsd: 1_500_000, model: 'gpt-dear', label: 'home' };
    const [found, ...more] = ask(times(5, dear));
    expect(more).toEqual([]);
    expect(found).toMatchObject({
      ...{ id: 'spend:2029-11-15', kind: 'spend', day: '2029-11-15', subject: 'openai/home', dimension: 'credential' },
      ...{ value: 7_500_000, usual: 2_000_000, at: '2029-11-14T23:00:00.000Z' },
    });
    expect(found?.text).toBe(
      '15 November 2029 cost $7.50; on a Thursday $2.00 is usual. Most of the rise, $7.50, is of openai/home, and the model that rose most is gpt-dear.',
    );
    expect(ask(times(4, { ...dear, costMicroUsd: 1_500_000 }))).toEqual([]); // three times is not above it
  });

  test('is a client that was never there', () => {
    const [found, ...more] = ask([{ atMs: NOW - HOUR_MS, client: 'stranger', costMicroUsd: 1 }]);
    expect(more).toEqual([]);
    expect(found).toMatchObject({ kind: 'new-client', subject: 'stranger', value: 1, at: '2029-11-15T11:00:00.000Z' });
    expect(found?.text).toContain('stranger made calls for the first time, 1 request on 15 November 2029');
  });

  test('is a client made anew under an old name, and it is said that there was one', () => {
    const call = (hoursAgo: number, clientId: string): Made => ({
      ...{ atMs: NOW - hoursAgo * HOUR_MS, costMicroUsd: 1 },
      ...{ client: 'deploy', clientId },
    });
    const [found, ...more] = ask([
      call(24 * 60, 'one that was revoked'),
      call(24, 'one that was revoked'),
      call(1, 'another'),
    ]);
    expect(more).toEqual([]);
    expect(found).toMatchObject({ kind: 'new-client', subject: 'deploy', value: 1, day: '2029-11-15' });
    expect(found?.text).toMatch(/ on 15 November 2029\. An earlier client had the same name\.$/);
  });

  test('is a program that was lent a token for the first time, and no later run of it', () => {
    const run = (hoursAgo: number): Made => ({
      ...{ atMs: NOW - hoursAgo * HOUR_MS, costMicroUsd: 1 },
      ...{ client: 'run node', clientId: `lent ${hoursAgo} hours ago` },
    });
    const [found, ...more] = ask([run(1), run(3), run(2)]);
    expect(more).toEqual([]);
    expect(found).toMatchObject({ kind: 'new-client', subject: 'run node', value: 3, at: '2029-11-15T09:00:00.000Z' });
    expect(ask([run(24 * 40), run(1)])).toEqual([]);
    // Told once: a run of the day after changes nothing of it.
    const [again, ...others] = ask([run(1 + 24), run(3 + 24), run(1)]);
    expect([again?.day, again?.value, others]).toEqual(['2029-11-14', 2, []]);
  });

  test('is an hour in which many calls failed; the hours after it belong to it', () => {
    const failed = { costMicroUsd: 0, outcome: 'upstream_error' as const };
    const burst = [
      ...times(12, { ...failed, atMs: NOW - 3 * HOUR_MS }),
      ...times(15, { ...failed, atMs: NOW - 2 * HOUR_MS }),
    ];
    const [found, ...more] = ask(burst);
    expect(more).toEqual([]);
    expect(found).toMatchObject({ id: 'errors:openai:2029-11-15T09', kind: 'errors', subject: 'openai', value: 27 });
    expect(found?.text).toBe('27 of 27 calls of openai failed; in the week before 0 % did.');
    expect(ask(times(9, { ...failed, atMs: NOW - 3 * HOUR_MS }))).toEqual([]);
  });

  test('is no burst of errors where a third fails in any week', () => {
    const failed = { costMicroUsd: 0, outcome: 'upstream_error' as const };
    const burst = times(12, { ...failed, atMs: NOW - HOUR_MS });
    const before = (hours: number) =>
      Array.from({ length: hours }, (_, n) =>
        times(9, { ...failed, atMs: NOW - 3 * DAY_MS + (n - 4) * HOUR_MS }),
      ).flat();
    const [found, ...more] = ask([...burst, ...before(7)]); // 63 of 200 failed
    expect(more).toEqual([]);
    expect(found?.text).toBe('12 of 12 calls of openai failed; in the week before 32 % did.');
    expect(found).toMatchObject({ value: 12, usual: 4 });
    expect(ask([...burst, ...before(8)])).toEqual([]); // 72 of 209
  });

  test('is a key at an hour at which it is hardly ever used', () => {
    const atNight = { atMs: Date.UTC(2029, 10, 15, 2), costMicroUsd: 1 };
    const [found, ...more] = ask(times(5, atNight));
    expect(more).toEqual([]);
    expect(found).toMatchObject({
      kind: 'unusual-hour',
      subject: 'openai/work',
      at: '2029-11-15T02:00:00.000Z',
      value: 5,
    });
    expect(found?.text).toContain('was used at 3:00');
    expect(ask(times(4, atNight))).toEqual([]);
  });

  test('leads to its calls: by a name that filters take, in the days or hours that are meant', () => {
    const at = (hour: number) => Date.UTC(2029, 10, 15, hour);
    const made = [
      ...times(5, { atMs: at(11), costMicroUsd: 1_500_000, label: null }),
      ...times(12, { atMs: at(9), costMicroUsd: 0, outcome: 'upstream_error' as const }),
      ...times(12, { atMs: at(10), costMicroUsd: 0, outcome: 'upstream_error' as const }),
      ...times(5, { atMs: at(2), costMicroUsd: 1 }),
    ];
    const found = ask(made).map(({ kind, dimension, key, from, to }) => [kind, dimension, key, from, to]);
    expect(found).toEqual([
      ['errors', 'provider', 'openai', '2029-11-15T09:00:00Z', '2029-11-15T11:00:00Z'],
      ['unusual-hour', 'credential', 'openai/work', '2029-11-15T02:00:00Z', '2029-11-15T03:00:00Z'],
      ['spend', 'credential', '', '2029-11-15', '2029-11-15'],
    ]);
  });

  test('with a filter is what calls that pass it were part of; a sudden spend is one of those calls', () => {
    const made = [
      ...times(12, { atMs: NOW - 2 * HOUR_MS, costMicroUsd: 0, outcome: 'upstream_error' as const }),
      ...times(5, { atMs: NOW - HOUR_MS, costMicroUsd: 1_500_000, client: 'stranger', label: 'home' }),
      { atMs: NOW - HOUR_MS, costMicroUsd: 1_000, provider: 'mistral' },
    ];
    const kinds = (filter: UsageFilter) => ask(made, { filter }).map(({ kind, subject }) => `${kind} ${subject}`);
    const all = ['new-client stranger', 'errors openai', 'spend openai/home'];
    expect(kinds({ provider: ['openai'] }).toSorted()).toEqual(all.toSorted());
    expect(kinds({ provider: ['mistral'] })).toEqual([]);
    expect(kinds({ client: ['stranger'] })).toEqual(['new-client stranger']); // nothing is usual for it yet
    expect(kinds({ outcome: ['upstream_error'] })).toEqual(['errors openai']);
    expect(kinds({ credential: ['openai/home'], provider: ['openai'] })).toEqual(['new-client stranger']);
    expect(kinds({ provider: ['openai'], client: ['editor'] })).toEqual(['errors openai']);
    const [spend] = ask(made, { filter: { provider: ['openai'] } }).filter(({ kind }) => kind === 'spend');
    expect(spend?.text).toMatch(/^On 15 November 2029 the calls looked at cost \$7\.50; /);
  });

  test('is asked for by range, and has the same ids each time', () => {
    const made = times(5, { atMs: NOW - 3 * DAY_MS, client: 'stranger', costMicroUsd: 2_000_000 });
    const all = ask(made);
    expect(all.map(({ kind }) => kind).toSorted()).toEqual(['new-client', 'spend']);
    expect(ask(made, { from: '7d' }).map(({ id }) => id)).toEqual(all.map(({ id }) => id));
    expect(ask(made, { from: 'today' })).toEqual([]);
  });

  test('says nothing of a vault that is empty or new', () => {
    const db = usageDatabase();
    expect(lastPiece(db)?.anomalies).toEqual([]);
    write(db, ZONE, times(100, { atMs: NOW - HOUR_MS, costMicroUsd: 9_000_000 }));
    expect(lastPiece(db)?.anomalies).toEqual([]);
  });
});

function watching(clock: FakeClock, vault: MemoryVault) {
  const { usageDb } = vault.opened();
  const heard: ContractEvent[] = [];
  const asked: (string | undefined)[] = [];
  let tell: (event: ContractEvent) => void = () => undefined;
  let looked: () => void = () => undefined;
  const watch = new AnomalyWatch({
    ...{ vault, clock, log: { warn: () => undefined }, zone: () => 'UTC' },
    emit: (event) => heard.push(event),
    onEvent: (listener) => {
      tell = listener;
      return () => undefined;
    },
    reader: {
      last: (_name, input) => {
        asked.push((input as Given).from);
        queueMicrotask(looked);
        return Promise.resolve([...usageAnomalies(usageDb, input as never)].at(-1) as never);
      },
    },
  });
  watch.unlocked();
  return {
    ...{ watch, heard, asked },
    counted: () => tell({ event: 'usage.recorded', data: { requests: 1, providers: [], clients: [] } }),
    look: async () => {
      const done = new Promise<void>((resolve) => (looked = resolve));
      clock.advance(60_000);
      await done;
      await Promise.resolve();
      await watch.look(); // what the first one has not told by now it never would
    },
  };
}

test('each is told once, after calls were counted, and at most once a minute', async () => {
  const clock = new FakeClock();
  const vault = new MemoryVault();
  const { usageDb } = vault.opened();
  const now = clock.now();
  write(usageDb, 'UTC', [{ atMs: now - 3 * DAY_MS }]);
  const { watch, heard, asked, counted, look } = watching(clock, vault);
  counted();
  clock.advance(59_999);
  expect(asked).toEqual([]);
  write(usageDb, 'UTC', [{ atMs: now, client: 'stranger' }]);
  counted();
  await look();
  expect(heard).toMatchObject([{ event: 'usage.anomaly', data: { kind: 'new-client', subject: 'stranger' } }]);
  counted();
  await look();
  expect(heard).toHaveLength(1);
  counted();
  watch.locking();
  const before = asked.length;
  counted(); // what is still written at a lock
  clock.advance(600_000);
  expect(asked).toHaveLength(before);
});

test('what ended right before midnight or a lock is told after it', async () => {
  const clock = new FakeClock();
  const vault = new MemoryVault();
  const { usageDb } = vault.opened();
  const midnight = Math.ceil(clock.now() / DAY_MS) * DAY_MS;
  write(usageDb, 'UTC', [{ atMs: midnight - 3 * DAY_MS }]);
  clock.advance(midnight - 90_000 - clock.now());
  const { watch, heard, asked, counted, look } = watching(clock, vault);
  const subjects = () => heard.map(({ data }) => (data as { subject?: string }).subject);
  counted();
  await look();
  expect(asked[0]).toBe('today'); // nothing that is old is told as new

  write(usageDb, 'UTC', [{ atMs: midnight - 10_000, client: 'late' }]);
  counted();
  await look();
  expect(clock.now()).toBeGreaterThan(midnight);
  expect(subjects()).toEqual(['late']);

  write(usageDb, 'UTC', [{ atMs: clock.now(), client: 'last' }]);
  counted();
  watch.locking();
  clock.advance(5 * DAY_MS);
  expect(subjects()).toEqual(['late']);
  watch.unlocked();
  await look();
  expect(subjects()).toEqual(['late', 'last']);

  watch.locking();
  clock.advance(DAY_MS);
  watch.unlocked();
  const before = asked.length;
  clock.advance(600_000);
  expect(asked).toHaveLength(before); // nothing was counted meanwhile
});
