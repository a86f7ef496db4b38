import { beforeEach, expect, test } from 'vitest';
import { appendAudit, readAudit, verifyAudit } from '../../../electron/core/audit/audit-log.ts';
import type { OpenVault } from '../../../electron/core/vault/open-vault.ts';
import type { FakeClock } from '../../support/fake-clock.ts';
import { unlockedVault } from '../../support/test-vault.ts';

let vault: OpenVault;
let clock: FakeClock;
beforeEach(async () => {
  const test = await unlockedVault();
  vault = test.vault.opened();
  clock = test.clock;
});

const add = (action: string, meta = {}) =>
  vault.write(() => appendAudit(vault, clock, { actor: 'ui', action, target: 'abc', result: 'ok', meta }));

/** What somebody with the key of the file, but not of the log, could do. */
function tamper(sql: string): void {
  vault.db.exec('DROP TRIGGER audit_no_update; DROP TRIGGER audit_no_delete');
  vault.db.exec(sql);
}

test('entries come newest first, by pages', () => {
  for (const action of ['one', 'two', 'three']) add(action, { count: 2 });
  const page = readAudit(vault, { limit: 2 });
  expect(page.map((entry) => entry.action)).toEqual(['three', 'two']);
  expect(readAudit(vault, { limit: 1, beforeSeq: page[1]?.seq ?? 0 })[0]).toMatchObject({
    action: 'one',
    actor: 'ui',
    target: 'abc',
    result: 'ok',
    meta: { count: 2 },
    atMs: clock.now(),
  });
});

test('an untouched chain verifies', () => {
  for (let round = 0; round < 20; round += 1) add(`act ${round}`);
  expect(verifyAudit(vault)).toEqual({ entries: 21, firstBadSeq: null });
});

test.each([
  ['actor', "'cli'"],
  ['action', "'other'"],
  ['target', "'other'"],
  ['result', "'failed'"],
  ['meta', '\'{"count":1}\''],
  ['at_ms', '1'],
  ['monotonic_ms', '1'],
  ['prev', 'zeroblob(32)'],
  ['mac', 'zeroblob(32)'],
])('a changed %s is found at its place', (column, value) => {
  for (const action of ['one', 'two', 'three']) add(action, { count: 2 });
  tamper(`UPDATE audit SET ${column} = ${value} WHERE seq = 3`);
  expect(verifyAudit(vault).firstBadSeq).toBe(3);
});

test.each([
  ['in the middle', 'DELETE FROM audit WHERE seq = 2', 2],
  ['at the end', 'DELETE FROM audit WHERE seq = 4', 4],
  ['everywhere', 'DELETE FROM audit', 1],
  ['and a renumbered rest', 'DELETE FROM audit WHERE seq = 2; UPDATE audit SET seq = seq - 1 WHERE seq > 2', 2],
])('an entry missing %s is found', (_, sql, firstBadSeq) => {
  for (const action of ['one', 'two', 'three']) add(action);
  tamper(sql);
  expect(verifyAudit(vault).firstBadSeq).toBe(firstBadSeq);
});

test('entries cannot be changed or deleted by our own code', () => {
  expect(() => vault.db.exec("UPDATE audit SET action = 'x'")).toThrow('append-only');
  expect(() => vault.db.exec('DELETE FROM audit')).toThrow('append-only');
});

test('an act and its entry are one: if the act fails there is no entry, if the entry fails there is no act', () => {
  const settings = () => vault.db.prepare('SELECT count(*) FROM setting').pluck().get();
  expect(() =>
    vault.write(() => {
      add('act');
      throw new Error('the act failed');
    }),
  ).toThrow('the act failed');
  expect(verifyAudit(vault)).toEqual({ entries: 1, firstBadSeq: null });
  vault.db.exec("CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no room'); END");
  expect(() =>
    vault.write(() => {
      vault.db.exec("INSERT INTO setting VALUES ('a', 'b')");
      add('act');
    }),
  ).toThrow('no room');
  expect(settings()).toBe(0);
});

test('an entry outside a transaction is a mistake of the caller', () => {
  expect(() => appendAudit(vault, clock, { actor: 'ui', action: 'x', result: 'ok' })).toThrow('transaction');
});

test('a clock that goes back keeps the order and is flagged', () => {
  add('before');
  clock.wallMs -= 60_000;
  add('after');
  const [after, before] = readAudit(vault, { limit: 2 });
  expect([before?.action, after?.action, after?.meta]).toEqual(['before', 'after', { clockWentBack: true }]);
  expect(verifyAudit(vault).firstBadSeq).toBeNull();
});

test('facts are bounded: sixteen of them, 256 characters each', () => {
  const many = Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`fact ${at}`, 'x'.repeat(1000)]));
  add('long', many);
  const [entry] = readAudit(vault, { limit: 1 });
  expect(Object.keys(entry?.meta ?? {})).toHaveLength(16);
  expect(entry?.meta['fact 0']).toHaveLength(256);
  expect(verifyAudit(vault).firstBadSeq).toBeNull();
});
