import { expect, test } from 'vitest';
import {
  countDeliveries,
  deadIds,
  type DeliveryRow,
  dueDeliveries,
  findDelivery,
  giveUpWaiting,
  insertDelivery,
  listDeliveries,
  nextDueMs,
  pruneDeliveries,
  queueAgain,
  updateDelivery,
} from '../../../electron/core/webhooks/delivery-table.ts';
import { vaultTables } from '../../support/vault-tables.ts';

const hook = (n: number): Buffer => Buffer.alloc(16, n);

function withHooks(...on: readonly boolean[]) {
  const db = vaultTables();
  on.forEach((isOn, n) => {
    db.prepare(
      `INSERT INTO webhook (id, label, origin, shown_url, local, events, is_on, url_version, url_data_key, sealed_url, created_at_ms)
       VALUES (?, ?, '', '', 0, '', ?, 1, x'00', x'00', 0)`,
    ).run(hook(n), `hook ${n}`, isOn ? 1 : 0);
  });
  const add = (id: string, of: number, given: Partial<DeliveryRow> = {}): DeliveryRow => {
    const row: DeliveryRow = {
      ...{
        id,
        webhook_id: hook(of),
        type: 'client.created',
        body: `{"id":"${id}"}`,
        created_at_ms: 1,
        queued_at_ms: 1,
      },
      ...{ state: 'waiting', tries: 0, log: '[]', next_try_at_ms: 100, finished_at_ms: null, dead_because: null },
      ...given,
    };
    insertDelivery(db, row);
    return row;
  };
  return { db, add };
}

const delivered = (atMs: number) =>
  ({ state: 'delivered', next_try_at_ms: null, finished_at_ms: atMs, created_at_ms: atMs }) as const;
const dead = (atMs: number) => ({ ...delivered(atMs), state: 'dead', dead_because: 'tries' }) as const;
const ids = (rows: readonly DeliveryRow[]): string[] => rows.map(({ id }) => id);

test('due is one of each webhook that is on, the longest due first; what is not due yet and what is over are not', () => {
  const { db, add } = withHooks(true, true, false, true);
  add('a later', 0, { next_try_at_ms: 90 });
  add('a first', 0, { next_try_at_ms: 80 });
  add('b first', 1, { next_try_at_ms: 50 });
  add('of one that is off', 2, { next_try_at_ms: 1 });
  add('over', 3, delivered(1));
  add('to come', 3, { next_try_at_ms: 101 });
  expect(ids(dueDeliveries(db, 100))).toEqual(['b first', 'a first']);
  expect(ids(dueDeliveries(db, 101))).toEqual(['b first', 'a first', 'to come']);
  expect(ids(dueDeliveries(db, 49))).toEqual([]);
});

test('the next one that is due later is told: of a webhook that is on, and after this moment', () => {
  const { db, add } = withHooks(true, false);
  expect(nextDueMs(db, 0)).toBeNull();
  add('now', 0, { next_try_at_ms: 100 });
  add('of one that is off', 1, { next_try_at_ms: 150 });
  add('next', 0, { next_try_at_ms: 200 });
  add('after it', 0, { next_try_at_ms: 300 });
  expect([nextDueMs(db, 99), nextDueMs(db, 100), nextDueMs(db, 300)]).toEqual([100, 200, null]);
});

test('a delivery is found as it was kept, and one that is not there is not', () => {
  const { db, add } = withHooks(true);
  const row = add('a', 0);
  expect(findDelivery(db, 'a')).toEqual(row);
  expect(findDelivery(db, 'b')).toBeUndefined();
  const tried: DeliveryRow = { ...row, ...dead(7), tries: 3, log: '[1]', created_at_ms: 1 };
  updateDelivery(db, { ...tried, body: 'another', type: 'another' });
  expect(findDelivery(db, 'a')).toEqual(tried);
  updateDelivery(db, { ...tried, id: 'b' });
  expect(findDelivery(db, 'b')).toBeUndefined();
});

test('a list has the newest first, by webhook and state, and no test among those that were given up', () => {
  const { db, add } = withHooks(true, true);
  add('c', 0, dead(3));
  add('b', 0, dead(3));
  add('old', 0, delivered(2));
  add('test', 0, { ...dead(4), type: 'webhook.test', dead_because: 'test' });
  add('other', 1, dead(5));
  const list = (webhookId: Buffer | null, state: DeliveryRow['state'] | null, limit = 10) =>
    ids(listDeliveries(db, { webhookId, state, limit }));
  expect(list(null, null)).toEqual(['other', 'test', 'b', 'c', 'old']);
  expect(list(null, null, 2)).toEqual(['other', 'test']);
  expect(list(hook(0), null)).toEqual(['test', 'b', 'c', 'old']);
  expect(list(null, 'dead')).toEqual(['other', 'b', 'c']);
  expect(list(hook(0), 'delivered')).toEqual(['old']);
  expect([deadIds(db, hook(0)), deadIds(db, hook(1))]).toEqual([['b', 'c'], ['other']]);
  expect([countDeliveries(db, hook(0), 'dead'), countDeliveries(db, hook(1), 'delivered')]).toEqual([3, 0]);
});

test('the oldest that was given up is sent again first', () => {
  const { db, add } = withHooks(true);
  add('a', 0, dead(2));
  add('b', 0, dead(1));
  add('c', 0, delivered(0));
  expect(deadIds(db, hook(0))).toEqual(['b', 'a']);
});

test('one that is over goes into the queue as if it had just come; one that waits is left alone', () => {
  const { db, add } = withHooks(true);
  add('dead', 0, { ...dead(5), tries: 12, log: '[1]' });
  const waiting = add('waiting', 0, { tries: 2 });
  expect([queueAgain(db, 'dead', 9), queueAgain(db, 'waiting', 9), queueAgain(db, 'none', 9)]).toEqual([
    true,
    false,
    false,
  ]);
  expect(findDelivery(db, 'dead')).toMatchObject({
    ...{ state: 'waiting', tries: 0, log: '[1]', queued_at_ms: 9, next_try_at_ms: 9 },
    ...{ finished_at_ms: null, dead_because: null, created_at_ms: 5 },
  });
  expect(findDelivery(db, 'waiting')).toEqual(waiting);
});

test('of a receiver that is gone all that waits is given up, and nothing of another', () => {
  const { db, add } = withHooks(true, true);
  add('waits', 0, { tries: 2 });
  const over = add('over', 0, delivered(3));
  const other = add('other', 1);
  giveUpWaiting(db, hook(0), 9);
  expect(findDelivery(db, 'waits')).toMatchObject({
    ...{ state: 'dead', dead_because: 'gone', next_try_at_ms: null, finished_at_ms: 9, tries: 2 },
  });
  expect([findDelivery(db, 'over'), findDelivery(db, 'other')]).toEqual([over, other]);
});

test('500 delivered and 500 dead ones are kept, those that ended last; what waits is never thrown away', () => {
  const { db, add } = withHooks(true);
  for (let at = 1; at <= 501; at += 1) {
    const name = String(1000 - at);
    add(`delivered ${name}`, 0, delivered(at));
    add(`dead ${name}`, 0, dead(at));
    add(`waiting ${name}`, 0);
  }
  pruneDeliveries(db);
  const count = (state: DeliveryRow['state']) => countDeliveries(db, hook(0), state);
  expect([count('delivered'), count('dead'), count('waiting')]).toEqual([500, 500, 501]);
  const kept = ['delivered 999', 'delivered 998', 'dead 999', 'dead 998'].map(
    (id) => findDelivery(db, id) !== undefined,
  );
  expect(kept).toEqual([false, true, false, true]);
});
