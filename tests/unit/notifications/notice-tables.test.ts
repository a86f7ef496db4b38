import { expect, test } from 'vitest';
import {
  countNotices,
  dismissNotice,
  hasNotice,
  insertNotice,
  listNotices,
  markNotice,
  nextWakingMs,
  noticeIds,
  snoozeNotice,
} from '../../../electron/core/notifications/notice-table.ts';
import { pruneTold, tell, wasTold } from '../../../electron/core/notifications/told-table.ts';
import { MAX_NOTICES } from '../../../shared/notifications.ts';
import { vaultTables } from '../../support/vault-tables.ts';

const AT = Date.UTC(2030, 0, 15);
const VIEWS = ['inbox', 'unread', 'snoozed'] as const;

function withLines(count: number) {
  const db = vaultTables();
  const add = (title: string, readAtMs: number | null = null) => {
    const link = { to: 'client', id: title } as const;
    insertNotice(db, { kind: 'client.created', severity: 'info', title, detail: '', link }, AT, readAtMs);
  };
  for (let at = 1; at <= count; at += 1) add(`line ${at}`);
  const views = (nowMs = AT) => VIEWS.map((view) => noticeIds(db, view, nowMs));
  return { db, add, views };
}

test('a line stands in the inbox until it is snoozed or dismissed; read ones are not among the unread', () => {
  const { db, add, views } = withLines(4);
  add('read already', AT);
  markNotice(db, 1, AT);
  markNotice(db, 2, AT);
  markNotice(db, 2, null);
  snoozeNotice(db, 3, AT + 1000);
  dismissNotice(db, 4, AT);
  expect(views()).toEqual([[1, 2, 5], [2], [3]]);
  expect(VIEWS.map((view) => countNotices(db, view, AT))).toEqual([3, 1, 1]);
  expect(listNotices(db, 'inbox', AT).map(({ id, readAt }) => [id, readAt !== null])).toEqual([
    [5, true],
    [2, false],
    [1, true],
  ]);
});

test('a snoozed line is back at that very moment, unread; one that is dismissed meanwhile stays away', () => {
  const { db, views } = withLines(3);
  for (const id of [1, 2, 3]) markNotice(db, id, AT);
  snoozeNotice(db, 1, AT + 1000);
  snoozeNotice(db, 2, AT + 500);
  dismissNotice(db, 2, AT);
  expect(nextWakingMs(db, AT)).toBe(AT + 1000);
  expect(views(AT + 999)).toEqual([[3], [], [1]]);
  expect(views(AT + 1000)).toEqual([[1, 3], [1], []]);
  expect(nextWakingMs(db, AT + 1000)).toBeNull();
  snoozeNotice(db, 1, AT + 5000);
  snoozeNotice(db, 1, null);
  expect(views()).toEqual([[1, 3], [1], []]);
});

test('a line that was dismissed is there no more', () => {
  const { db } = withLines(2);
  dismissNotice(db, 2, AT);
  expect([1, 2, 3].map((id) => hasNotice(db, id))).toEqual([true, false, false]);
});

test('dismissed lines go with the next one, whose number is new; snoozed and read ones stay', () => {
  const { db, add, views } = withLines(4);
  markNotice(db, 1, AT);
  snoozeNotice(db, 2, AT + 1000);
  dismissNotice(db, 3, AT);
  dismissNotice(db, 4, AT);
  add('next');
  expect(views()).toEqual([[1, 5], [5], [2]]);
  expect(db.prepare('SELECT id FROM notice ORDER BY id').pluck().all()).toEqual([1, 2, 5]);
});

test('of more than 500 the oldest goes, snoozed or not', () => {
  const { db, add, views } = withLines(MAX_NOTICES);
  snoozeNotice(db, 1, AT + 1000);
  expect(views()[2]).toEqual([1]);
  add('one more');
  expect(views()[2]).toEqual([]);
  expect(countNotices(db, 'inbox', AT)).toBe(MAX_NOTICES);
  expect(noticeIds(db, 'inbox', AT)[0]).toBe(2);
});

test('what was told is remembered until 5,000 newer things were; then it can be told again', () => {
  const db = vaultTables();
  expect([wasTold(db, 'old'), tell(db, 'old', AT), tell(db, 'old', AT + 1), wasTold(db, 'old')]).toEqual([
    false,
    true,
    false,
    true,
  ]);
  // Names in the other order: the time counts.
  for (let at = 1; at < 5_000; at += 1) tell(db, `new ${9_999 - at}`, AT + at);
  pruneTold(db);
  expect(wasTold(db, 'old')).toBe(true);
  tell(db, 'newest', AT + 5_000);
  pruneTold(db);
  expect(['old', 'new 9998', 'newest'].map((key) => wasTold(db, key))).toEqual([false, true, true]);
});
