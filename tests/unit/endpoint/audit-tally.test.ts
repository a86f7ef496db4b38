import { beforeEach, expect, test } from 'vitest';
import { readAudit } from '../../../electron/core/audit/audit-log.ts';
import { AuditTally, type CountedAct } from '../../../electron/core/endpoint/audit-tally.ts';
import { createLog } from '../../../electron/core/logs/log.ts';
import { startUnlockedApp, type TestApp } from '../../support/test-app.ts';

const ACT: CountedAct = { actor: 'one', action: 'proxy.call', target: 'a'.repeat(32), result: 'ok', reason: '' };
let t: TestApp;
let tally: AuditTally;

beforeEach(async () => {
  t = await startUnlockedApp();
  const { vault, credentials } = t.app;
  tally = new AuditTally({ vault, credentials, clock: t.clock, log: createLog(null), delayMs: 900 });
});

/** Actor, target's first letter and count of what was written, oldest first. */
function written(): string[] {
  const entries = readAudit(t.app.vault.opened(), { limit: 100 }).filter(({ action }) => action === 'proxy.call');
  return entries.toReversed().map(({ actor, target, meta }) => `${actor} ${target.slice(0, 1)} ${meta['count']}`);
}

test('the same act again and again is one entry with its count, written within a second', () => {
  for (let n = 0; n < 5; n += 1) tally.add({ ...ACT });
  expect(written()).toEqual([]);
  t.clock.advance(900);
  expect(written()).toEqual(['one a 5']);
});

test('acts that take turns are counted apart', () => {
  const other = { ...ACT, actor: 'two' };
  const third = { ...ACT, target: 'b'.repeat(32) };
  for (const act of [ACT, other, ACT, third, third, other, ACT]) tally.add({ ...act });
  tally.flush();
  expect(written()).toEqual(['one a 3', 'two a 2', 'one b 2']);
});

test('what was written is not counted again: the same act after it is a new entry', () => {
  tally.add({ ...ACT });
  t.clock.advance(900);
  tally.add({ ...ACT });
  tally.add({ ...ACT });
  t.clock.advance(900);
  expect(written()).toEqual(['one a 1', 'one a 2']);
});

test('each minute has an entry of its own', () => {
  tally.add({ ...ACT });
  t.app.vault.opened().db.exec('PRAGMA query_only = 1'); // cannot be written: the count waits
  t.clock.advance(60_000);
  tally.add({ ...ACT });
  expect(tally.isWritable).toBe(false);
  t.app.vault.opened().db.exec('PRAGMA query_only = 0');
  tally.flush();
  expect(written()).toEqual(['one a 1', 'one a 1']);
  expect(tally.isWritable).toBe(true);
});
