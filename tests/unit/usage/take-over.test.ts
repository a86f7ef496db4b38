import { createSecretKey, randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { ReportingDays } from '../../../electron/core/usage/reporting-days.ts';
import { readSpilledCalls, SpilledCalls } from '../../../electron/core/usage/spilled-calls.ts';
import { takeOver, takeOverUnknown } from '../../../electron/core/usage/take-over.ts';
import { UsageStore } from '../../../electron/core/usage/usage-store.ts';
import { testHome } from '../../support/test-vault.ts';
import { MemoryVault } from '../endpoint/open-vault.ts';
import { pricedCall } from './usage-file.ts';

/** A spill file with so many calls, and an empty database. */
function left(calls: number) {
  const place = {
    file: `${testHome().usageDb}-spill`,
    vaultId: randomBytes(16),
    key: createSecretKey(randomBytes(32)),
  };
  const spill = new SpilledCalls(place);
  const all = Array.from({ length: calls }, (_, n) => ({ ...pricedCall(), requestId: `call-${n}` }));
  spill.add(all);
  spill.close(true);
  const db = new MemoryVault().opened().usageDb;
  const store = new UsageStore(db, new ReportingDays('UTC'));
  const read = () => {
    const found = readSpilledCalls(place);
    if (found === null) throw new Error('no spill file');
    return found;
  };
  const counts = () =>
    db.prepare('SELECT count(*), count(DISTINCT request_id) FROM usage_record').raw().get() as [number, number];
  return { db, store, read, counts, all };
}

test('a file of many calls is written in several transactions, all of it', () => {
  const { db, store, read, counts } = left(9000);
  const sizes: number[] = [];
  takeOver(db, store, read(), ({ requests }) => sizes.push(requests));
  expect(counts()).toEqual([9000, 9000]);
  expect(sizes.length).toBeGreaterThan(1);
  takeOver(db, store, read());
  expect(counts()).toEqual([9000, 9000]);
});

test('what another thread commits meanwhile is not written again', () => {
  const { db, store, read, counts } = left(9000);
  let isOther = false;
  takeOver(db, store, read(), () => {
    if (!isOther) takeOver(db, store, read());
    isOther = true;
  });
  expect(counts()).toEqual([9000, 9000]);
});

test('what is in the database by another way is left out', () => {
  const { db, store, read, counts, all } = left(5000);
  store.write(all.slice(100, 200), Buffer.alloc(16), 0);
  takeOverUnknown(db, store, read());
  expect(counts()).toEqual([5000, 5000]);
});
