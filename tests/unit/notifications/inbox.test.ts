import { expect, test } from 'vitest';
import { Inbox } from '../../../electron/core/notifications/inbox.ts';
import { insertNotice } from '../../../electron/core/notifications/notice-table.ts';
import type { OpenVault } from '../../../electron/core/vault/open-vault.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { vaultTables } from '../../support/vault-tables.ts';

const HOUR_MS = 3_600_000;

function withInbox(lines = 3) {
  const db = vaultTables();
  const clock = new FakeClock();
  let changes = 0;
  const vault = { db, write: <T>(work: () => T): T => db.transaction(work)() } as unknown as OpenVault;
  const inbox = new Inbox({ vault: { opened: () => vault }, clock, changed: () => void (changes += 1) });
  const line = {
    kind: 'client.created',
    severity: 'info',
    title: '',
    detail: '',
    link: { to: 'client', id: 'a' },
  } as const;
  for (let at = 0; at < lines; at += 1) insertNotice(db, line, clock.now(), null);
  const inMs = (ms: number) => new Date(clock.now() + ms).toISOString();
  /** How often windows were told to look since the last time this was asked. */
  const told = (): number => {
    const since = changes;
    changes = 0;
    return since;
  };
  return { db, clock, inbox, inMs, told };
}

test('a line is read at the moment at which it is marked, and unread again when it is marked so', () => {
  const { inbox, clock } = withInbox();
  expect(inbox.mark({ ids: [2], read: true })).toEqual({ unread: 2, inbox: 3, snoozed: 0 });
  const readAt = new Date(clock.now()).toISOString();
  expect(inbox.list({ view: 'inbox' }).notices.map((one) => one.readAt)).toEqual([null, readAt, null]);
  expect(inbox.mark({ ids: [2], read: false })).toEqual({ unread: 3, inbox: 3, snoozed: 0 });
});

test('a line is snoozed to a time that is still to come, and brought back at any time', () => {
  const { inbox, inMs, told } = withInbox();
  for (const ms of [0, -1]) {
    expect(() => inbox.snooze({ ids: [1], until: inMs(ms) })).toThrow(
      expect.objectContaining({ code: 'invalid_input' }),
    );
  }
  expect(told()).toBe(0);
  expect(inbox.snooze({ ids: [1, 2], until: inMs(1) })).toEqual({ unread: 1, inbox: 1, snoozed: 2 });
  expect(inbox.snooze({ ids: [1], until: null })).toEqual({ unread: 2, inbox: 2, snoozed: 1 });
  expect(told()).toBe(2);
});

test('windows hear of a snoozed line at the moment at which it is back, and of the next one then', () => {
  const { inbox, inMs, clock, told } = withInbox();
  inbox.snooze({ ids: [1], until: inMs(10_000) });
  inbox.snooze({ ids: [2], until: inMs(20_000) });
  inbox.snooze({ ids: [3], until: inMs(5_000) });
  expect(clock.waiting).toBe(1); // one timer, for the first of them
  expect(told()).toBe(3);
  const heard: number[] = [];
  for (let seconds = 1; seconds <= 30; seconds += 1) {
    clock.advance(1000);
    if (told() > 0) heard.push(seconds);
  }
  expect(heard).toEqual([5, 10, 20]);
  expect(inbox.counts()).toEqual({ unread: 3, inbox: 3, snoozed: 0 });
  expect(clock.waiting).toBe(0);
});

test('a computer that slept finds out within an hour; a lock ends the look', () => {
  const { inbox, inMs, clock, told } = withInbox();
  inbox.snooze({ ids: [1], until: inMs(10 * HOUR_MS) });
  told();
  clock.wallMs += 10 * HOUR_MS; // its timers stood still
  clock.advance(HOUR_MS - 1);
  expect(told()).toBe(0);
  clock.advance(1);
  expect(told()).toBe(1);
  inbox.snooze({ ids: [1], until: inMs(HOUR_MS) });
  inbox.locking();
  expect(clock.waiting).toBe(0);
});

test('where one of several lines is not there none is changed, and nobody is told', () => {
  const { inbox, inMs, told } = withInbox();
  inbox.dismiss({ ids: [3] });
  told();
  const refused = expect.objectContaining({ code: 'not_found' }) as Error;
  expect(() => inbox.mark({ ids: [1, 3], read: true })).toThrow(refused);
  expect(() => inbox.snooze({ ids: [1, 9], until: inMs(1000) })).toThrow(refused);
  expect(() => inbox.dismiss({ ids: [1, 9] })).toThrow(refused);
  expect(inbox.counts()).toEqual({ unread: 2, inbox: 2, snoozed: 0 });
  expect(told()).toBe(0);
});

test('all means those in the inbox: a snoozed line stays as it is; of an empty inbox nobody is told', () => {
  const { inbox, inMs, told } = withInbox();
  inbox.snooze({ ids: [2], until: inMs(1000) });
  expect(inbox.dismiss({ ids: null })).toEqual({ unread: 0, inbox: 0, snoozed: 1 });
  expect(told()).toBe(2);
  expect(inbox.mark({ ids: null, read: true })).toEqual({ unread: 0, inbox: 0, snoozed: 1 });
  expect(told()).toBe(0);
});
