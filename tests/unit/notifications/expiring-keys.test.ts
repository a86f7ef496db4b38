import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { expiringKeys } from '../../../electron/core/notifications/expiring-keys.ts';
import { tell } from '../../../electron/core/notifications/told-table.ts';
import { vaultTables } from '../../support/vault-tables.ts';

const DAY_MS = 86_400_000;
const NOW = Date.UTC(2030, 0, 15, 12);

function withKeys() {
  const db = vaultTables();
  const names = new Map<string, string>();
  const add = (label: string, expiresAtMs: number | null, state = 'active'): string => {
    const id = randomBytes(16);
    db.prepare(
      `INSERT INTO credential (id, provider, auth_kind, label, name, scope, state, current_version, project, note, origin, local,
         expires_at_ms, created_at_ms, updated_at_ms)
       VALUES (?, 'openai', 'api_key', ?, '', 'user', ?, 1, '', '', '', 0, ?, 0, 0)`,
    ).run(id, label, state, expiresAtMs);
    names.set(id.toString('hex'), `openai/${label}`);
    return id.toString('hex');
  };
  const known = { zone: 'Asia/Tokyo', nameOf: (id: string) => names.get(id) ?? null, providerName: (id: string) => id };
  const look = (nowMs = NOW) => expiringKeys(db, nowMs, known);
  return { db, add, names, look };
}

test('a key near its end is told with the day in the owner’s zone, and leads to it', () => {
  const { add, look } = withKeys();
  const id = add('work', NOW + 4 * 3_600_000); // 16 January, 01:00 in Tokyo
  const [happening, ...more] = look();
  expect(more).toEqual([]);
  expect(happening).toEqual({
    keys: [`key.expiring:${id}:${NOW + 4 * 3_600_000}`],
    atMs: NOW,
    plain: 'A key expires within 14 days.',
    notice: {
      kind: 'key.expiring',
      severity: 'warning',
      title: 'The key openai/work expires on 16 January 2030, 01:00.',
      detail: 'Replace it at the provider, then rotate it here.',
      link: { to: 'credential', id },
    },
    data: { keys: [{ id, name: 'openai/work', expiresAt: '2030-01-15T16:00:00.000Z' }] },
  });
});

test('a key that has come to its end is told as a problem', () => {
  const { add, look } = withKeys();
  const id = add('work', NOW - 1);
  expect(look()).toMatchObject([
    {
      keys: [`key.expired:${id}:${NOW - 1}`],
      plain: 'A key has expired.',
      notice: { kind: 'key.expired', severity: 'problem', title: 'The key openai/work has expired.' },
    },
  ]);
});

test.each([
  ['15 days before', 15 * DAY_MS, []],
  ['a moment before the 14 days begin', 14 * DAY_MS + 1, []],
  ['with 14 days left', 14 * DAY_MS, ['key.expiring']],
  ['a moment before its end', 1, ['key.expiring']],
  ['at its end', 0, ['key.expired']],
  ['a year after', -365 * DAY_MS, ['key.expired']],
])('%s', (_, leftMs, kinds) => {
  const { add, look } = withKeys();
  add('work', NOW + leftMs);
  expect(look().map(({ notice }) => notice.kind)).toEqual(kinds);
});

test('keys without an end, and those out of use, are not told of', () => {
  const { add, look } = withKeys();
  add('endless', null);
  for (const state of ['suspended', 'revoked', 'binned']) add(state, NOW, state);
  expect(look()).toEqual([]);
});

test('the same end is told once, near it and when it has come; another end is another thing', () => {
  const { db, add, look } = withKeys();
  const id = add('work', NOW + DAY_MS);
  const tellAll = (nowMs: number): string[] =>
    look(nowMs).flatMap(({ keys, notice }) => {
      for (const key of keys) tell(db, key, nowMs);
      return [notice.kind];
    });
  expect([tellAll(NOW), tellAll(NOW), tellAll(NOW + DAY_MS), tellAll(NOW + 2 * DAY_MS)]).toEqual([
    ['key.expiring'],
    [],
    ['key.expired'],
    [],
  ]);
  db.prepare('UPDATE credential SET expires_at_ms = ? WHERE id = ?').run(NOW + 9 * DAY_MS, Buffer.from(id, 'hex'));
  expect(tellAll(NOW + 2 * DAY_MS)).toEqual(['key.expiring']);
});

test('three at once are three lines, the one that ends first before the others; four are one', () => {
  const { add, look } = withKeys();
  for (const days of [3, 1, 2]) add(`in ${days}`, NOW + days * DAY_MS);
  expect(look().map(({ data }) => (data as { keys: { name: string }[] }).keys.map(({ name }) => name))).toEqual([
    ['openai/in 1'],
    ['openai/in 2'],
    ['openai/in 3'],
  ]);
  add('in 4', NOW + 4 * DAY_MS);
  const [one, ...more] = look();
  expect([one?.keys.length, more]).toEqual([4, []]);
  expect(one).toMatchObject({
    plain: '4 keys expire within 14 days.',
    notice: {
      title: '4 keys expire within 14 days.',
      detail: expect.stringContaining('openai/in 1') as string,
      link: { to: 'credentials' },
    },
  });
});

test('many that have ended and many that soon will are a line each', () => {
  const { add, look } = withKeys();
  for (let at = 0; at < 5; at += 1) {
    add(`over ${at}`, NOW - at);
    add(`soon ${at}`, NOW + 1 + at);
  }
  expect(look().map(({ plain, notice }) => [plain, notice.title, notice.severity])).toEqual([
    ['5 keys have expired.', '5 keys have expired.', 'problem'],
    ['5 keys expire within 14 days.', '5 keys expire within 14 days.', 'warning'],
  ]);
});
