import { expect, test } from 'vitest';
import { Notifications } from '../../../electron/core/notifications/notifications.ts';
import { snoozeNotice } from '../../../electron/core/notifications/notice-table.ts';
import { tell } from '../../../electron/core/notifications/told-table.ts';
import { putSetting } from '../../../electron/core/settings/setting-table.ts';
import type { OpenVault } from '../../../electron/core/vault/open-vault.ts';
import { countDeliveries, findDelivery, insertDelivery } from '../../../electron/core/webhooks/delivery-table.ts';
import type { ContractEvent } from '../../../shared/contract/handlers.ts';
import { AppError } from '../../../shared/errors.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { vaultTables } from '../../support/vault-tables.ts';

const DAY_MS = 86_400_000;
const client = (name: string, by = 'cli'): ContractEvent => ({ event: 'client.created', data: { id: name, name, by } });
const quotaOf = (name: string, resetsAt = '2030-02-01T00:00:00.000Z'): ContractEvent => ({
  event: 'quota.warning',
  data: { id: name, name, percent: 90, counts: 'requests', used: 91, limit: 100, resetsAt },
});

/** Notifications over the tables of a vault in memory, whose writes can be made to fail. */
function setUp() {
  const db = vaultTables();
  const clock = new FakeClock();
  const state = { vault: 'unlocked', refuses: null as Error | null, writes: 0 };
  const opened = {
    db,
    write: <T>(work: () => T): T => {
      state.writes += 1;
      return db.transaction(() => {
        const result = work();
        if (state.refuses !== null) throw state.refuses;
        return result;
      })();
    },
  } as unknown as OpenVault;
  const log: string[] = [];
  const shown: string[] = [];
  const changedAtMs: number[] = [];
  let hear = (_: ContractEvent): void => undefined;
  const notifications = new Notifications({
    vault: {
      get state() {
        return state.vault;
      },
      opened: () => opened,
    },
    clock,
    log: { warn: (what, details) => void log.push([what, ...Object.values(details ?? {})].join(' ')) },
    shell: { notify: (...words) => void shown.push(words.join(': ')) },
    emit: ({ event }) => void (event === 'notifications.changed' && changedAtMs.push(clock.monotonic())),
    onEvent: (listener) => {
      hear = listener;
      return () => undefined;
    },
    zone: () => 'Asia/Tokyo',
    providerName: (id) => {
      if (id === 'broken') throw new Error('no such provider');
      return id;
    },
    isWindowLocked: () => false,
    version: '0.0.0-test',
    way: () => {
      throw new Error('nothing is sent here');
    },
  });
  const titles = () => notifications.inbox.list({ view: 'inbox' }).notices.map(({ title }) => title);
  const startMs = clock.monotonic();
  const addKey = (id: string, label: string, expiresAtMs: number | null) =>
    db
      .prepare(
        `INSERT INTO credential (id, provider, auth_kind, label, name, scope, state, current_version, project, note, origin,
           local, expires_at_ms, created_at_ms, updated_at_ms)
         VALUES (?, 'openai', 'api_key', ?, '', 'user', 'active', 1, '', '', '', 0, ?, 0, 0)`,
      )
      .run(Buffer.from(id, 'hex'), label, expiresAtMs);
  return {
    ...{ db, clock, state, log, shown, notifications, titles },
    emit: (event: ContractEvent) => hear(event),
    addKey,
    keyEndsIn: (ms: number) => addKey('0a'.repeat(16), 'x', clock.now() + ms),
    /** When windows were told, in milliseconds since the start. */
    told: () => changedAtMs.map((at) => at - startMs),
  };
}

test('what is heard is written 50 ms after the first of it, all in one, at the time at which it was heard', () => {
  const t = setUp();
  t.emit(client('a'));
  t.clock.advance(49);
  t.emit(client('b'));
  expect(t.titles()).toEqual([]);
  t.clock.advance(1);
  expect(t.titles()).toEqual(['The client “b” was let in.', 'The client “a” was let in.']);
  const [b, a] = t.notifications.inbox.list({ view: 'inbox' }).notices;
  expect(Date.parse(b?.at ?? '') - Date.parse(a?.at ?? '')).toBe(49);
  expect([t.state.writes, t.told(), t.clock.waiting]).toEqual([1, [50], 0]);
});

test('what is nothing for people, or was told before, is written and told to nobody', () => {
  const t = setUp();
  t.emit({ event: 'routing.changed', data: {} });
  expect(t.clock.waiting).toBe(0);
  t.emit(client('a'));
  t.clock.advance(5000);
  t.emit(client('a'));
  t.clock.advance(5000);
  expect([t.titles().length, t.told(), t.shown.length]).toEqual([1, [50], 1]);
});

test('windows are told at once, and again at most once a second', () => {
  const t = setUp();
  for (let at = 0; at < 15; at += 1) {
    t.emit(client(`client ${at}`));
    t.clock.advance(100);
  }
  t.clock.advance(10_000);
  expect(t.told()).toEqual([50, 1050, 2050]);
  t.emit(client('later'));
  t.clock.advance(50);
  expect(t.told().at(-1)).toBe(11_550);
});

test('200 are written in one go, the rest after another moment', () => {
  const t = setUp();
  for (let at = 0; at < 401; at += 1) t.emit(client(`client ${at}`));
  const counts = [1, 2, 3, 4].map(() => {
    t.clock.advance(50);
    return t.titles().length;
  });
  expect(counts).toEqual([200, 400, 401, 401]);
  expect([t.state.writes, t.clock.waiting]).toEqual([3, 2]); // windows and the desktop are told once more
});

test('more than 20,000 that wait are not kept, which is said once each time', () => {
  const t = setUp();
  for (const time of [1, 2]) {
    for (let at = 0; at < 20_000; at += 1) t.emit(client('a'));
    expect(t.log).toHaveLength(time - 1);
    t.emit(client('a'));
    expect(t.log).toHaveLength(time);
    for (let at = 0; at < 3; at += 1) t.emit(client('a'));
    expect(t.log).toEqual(Array(time).fill('notifications.too-many client.created'));
    t.notifications.locking();
  }
  expect(t.titles()).toHaveLength(1);
});

test('what cannot be written is tried again after a minute, whole, and told then', () => {
  const t = setUp();
  t.state.refuses = new AppError('internal', 'The disk is full.');
  t.emit(client('a'));
  t.clock.advance(50);
  t.emit(client('b'));
  t.clock.advance(59_999);
  expect([t.log, t.titles(), t.state.writes]).toEqual([['notifications.not-written internal'], [], 1]);
  t.state.refuses = null;
  t.clock.advance(1);
  expect([t.titles().length, t.told(), t.shown.length]).toEqual([2, [60_050], 1]);
});

test('into a vault of a newer Keyharbor nothing is written, and nothing waits for that', () => {
  const t = setUp();
  t.state.refuses = new AppError('unsupported', 'It is open for reading only.');
  t.keyEndsIn(DAY_MS);
  t.notifications.unlocked();
  t.emit(client('a'));
  t.clock.advance(50);
  expect([t.log, t.clock.waiting]).toEqual([['notifications.not-written unsupported'], 1]); // the hourly look
  t.state.refuses = null;
  t.emit(client('b'));
  t.clock.advance(50);
  expect(t.titles()).toEqual(['The client “b” was let in.']);
});

test('one that cannot be read holds up no other', () => {
  const t = setUp();
  t.emit({ event: 'usage.unknownModel', data: { provider: 'broken', model: 'm' } });
  t.emit(client('a'));
  t.clock.advance(50);
  expect([t.log, t.titles(), t.clock.waiting]).toEqual([
    ['notifications.not-read usage.unknownModel'],
    ['The client “a” was let in.'],
    0,
  ]);
});

test('of several keys all are noted as told, also where only one is new', () => {
  const t = setUp();
  const ids = ['01', '02', '03'].map((id) => id.repeat(16));
  for (const id of ids) t.addKey(id, id.slice(0, 2), null);
  const die = (...which: readonly number[]) => {
    t.emit({ event: 'credentials.died', data: { ids: which.map((n) => ids[n] ?? '') } });
    t.clock.advance(50);
    return t.titles().length;
  };
  expect([die(0), die(0, 1, 2), die(2), die(1, 2)]).toEqual([1, 2, 2, 2]);
  expect(t.titles()).toEqual(['3 keys no longer work.', 'The key openai/01 no longer works.']);
});

test('what the owner did is a line that is read already, and comes up nowhere', () => {
  const t = setUp();
  t.emit(client('own', 'ui'));
  t.clock.advance(50);
  expect([t.shown, t.notifications.inbox.counts()]).toEqual([[], { unread: 0, inbox: 1, snoozed: 0 }]);
});

test('times are those of the zone that was chosen for notifications, else of the reporting zone', () => {
  const t = setUp();
  const detail = () => t.notifications.inbox.list({ view: 'inbox' }).notices[0]?.detail;
  t.emit(quotaOf('a'));
  t.clock.advance(50);
  expect(detail()).toContain('1 February 2030, 09:00');
  const chosen = { ...t.notifications.preferences(), zone: 'America/New_York' };
  putSetting(t.db, 'notifications', JSON.stringify(chosen));
  t.emit(quotaOf('b'));
  t.clock.advance(50);
  expect(detail()).toContain('31 January 2030, 19:00');
});

test('a lock writes all that waits, tells nobody of it any more, and leaves no timer', () => {
  const t = setUp();
  t.notifications.unlocked();
  t.emit(client('first'));
  t.clock.advance(50);
  snoozeNotice(t.db, 1, t.clock.now() + 10_000);
  t.notifications.inbox.look();
  t.emit(client('second')); // windows and the desktop are to be told of it later
  t.clock.advance(50);
  for (let at = 0; at < 450; at += 1) t.emit(client(`client ${at}`));
  t.state.vault = 'locked';
  t.notifications.locking();
  expect([t.clock.waiting, t.shown.length, t.told()]).toEqual([0, 1, [50]]);
  t.state.vault = 'unlocked';
  expect(t.titles()).toHaveLength(451); // and one that is snoozed
  t.notifications.unlocked();
  for (const name of ['x', 'y']) {
    t.emit(client(name));
    t.clock.advance(50);
  }
  expect(t.told()).toHaveLength(1);
  t.clock.advance(30_000);
  expect(t.told()).toEqual([50, 1050, 10_050]); // after a second; then the snoozed line is back
});

test('what a lock writes down comes up over no locked screen', () => {
  const t = setUp();
  t.emit(client('a'));
  t.state.vault = 'locked'; // as the vault says of itself while it locks
  t.notifications.locking();
  expect([t.titles().length, t.shown]).toEqual([1, []]);
});

test('a lock with nothing to write writes nothing', () => {
  const t = setUp();
  t.notifications.locking();
  t.keyEndsIn(DAY_MS);
  t.notifications.unlocked();
  t.clock.advance(50);
  expect(t.titles()).toHaveLength(1);
  t.notifications.locking();
  expect(t.state.writes).toBe(1);
});

test('what comes while the vault is locked is said once, and written with what comes after the unlock', () => {
  const t = setUp();
  t.state.vault = 'locked';
  t.state.refuses = new AppError('vault_locked', 'The vault is locked.');
  t.emit(client('a'));
  t.clock.advance(50);
  expect([t.log, t.clock.waiting]).toEqual([['notifications.not-written vault_locked'], 0]);
  t.state.vault = 'unlocked';
  t.state.refuses = null;
  t.emit(client('b'));
  t.clock.advance(50);
  expect(t.titles()).toHaveLength(2);
});

test('of a key that is gone meanwhile nothing is told', () => {
  const t = setUp();
  t.emit({ event: 'credentials.died', data: { ids: ['0f'.repeat(16)] } });
  t.clock.advance(50);
  expect([t.titles(), t.log, t.told()]).toEqual([[], [], []]);
});

test('the memory of what was told does not grow for ever', () => {
  const t = setUp();
  for (let at = 0; at < 5_000; at += 1) tell(t.db, `old ${at}`, at);
  t.emit(client('a'));
  t.clock.advance(50);
  expect(t.db.prepare('SELECT count(*), min(at_ms) FROM notice_told').raw().get()).toEqual([5_000, 1]);
});

test('what a lock could not write is lost, and does not come into the next session', () => {
  const t = setUp();
  t.keyEndsIn(DAY_MS);
  t.notifications.unlocked();
  t.state.refuses = new Error('of another kind');
  t.emit(client('a'));
  t.notifications.locking();
  expect(t.log).toEqual(['notifications.not-written internal']);
  t.db.exec('DELETE FROM credential');
  t.state.refuses = null;
  expect(t.clock.waiting).toBe(0);
  t.notifications.unlocked();
  t.emit(client('b'));
  t.clock.advance(50);
  expect(t.titles()).toEqual(['The client “b” was let in.']);
});

test('an unlock looks for snoozed lines and ends of keys, and each hour again; what is hurt there stops nothing', () => {
  const t = setUp();
  t.emit(client('a'));
  t.clock.advance(50);
  snoozeNotice(t.db, 1, t.clock.now() + 10_000);
  t.keyEndsIn(15 * DAY_MS);
  t.notifications.unlocked();
  t.clock.advance(10_000);
  expect(t.told()).toEqual([50, 10_050]);
  t.clock.advance(DAY_MS - 10_001);
  expect(t.titles()).toHaveLength(1);
  t.clock.advance(1 + 3_600_000 + 50);
  expect(t.titles()[0]).toContain('openai/x expires on');
  t.notifications.locking();
  t.db.exec(
    'ALTER TABLE notice RENAME COLUMN snoozed_until_ms TO gone; ALTER TABLE credential RENAME COLUMN state TO gone',
  );
  t.notifications.unlocked();
  expect(t.log).toEqual(['notifications.not-looked', 'notifications.ends-not-looked-at']);
});

test('a webhook whose queue is full is told of once; its oldest dead ones go', () => {
  const t = setUp();
  const id = Buffer.alloc(16, 7);
  t.db
    .prepare(
      `INSERT INTO webhook (id, label, origin, shown_url, local, events, is_on, url_version, url_data_key, sealed_url, created_at_ms)
       VALUES (?, 'ops', '', '', 0, '["client.created"]', 1, 1, x'00', x'00', 0)`,
    )
    .run(id);
  const of = { webhook_id: id, type: 'client.created', body: '{}', queued_at_ms: 1, tries: 0, log: '[]' } as const;
  const waits = { state: 'waiting', next_try_at_ms: 1, finished_at_ms: null, dead_because: null } as const;
  for (let at = 0; at < 199; at += 1) insertDelivery(t.db, { ...of, ...waits, id: `w${at}`, created_at_ms: at });
  const dead = { state: 'dead', next_try_at_ms: null, dead_because: 'tries' } as const;
  for (let at = 0; at < 501; at += 1) {
    insertDelivery(t.db, { ...of, ...dead, id: `d${at}`, created_at_ms: at, finished_at_ms: at });
  }
  for (const time of [1, 2]) {
    t.emit(client('a')); // told before the second time: it is not sent again
    t.clock.advance(50 * time);
  }
  expect(countDeliveries(t.db, id, 'waiting')).toBe(200);
  expect(t.titles()).toHaveLength(1); // there was room for this one, and nothing is thrown away
  expect(findDelivery(t.db, 'd0')).toBeDefined();
  for (const name of ['b', 'c']) t.emit(client(name));
  t.clock.advance(50);
  const failed = t.titles().filter((title) => title.includes('ops'));
  expect(failed).toEqual(['The webhook “ops” could not be delivered.']);
  expect(['d0', 'd1', 'd2', 'd3'].map((one) => findDelivery(t.db, one) !== undefined)).toEqual([
    false,
    false,
    false,
    true,
  ]);
});
