import { expect, test } from 'vitest';
import { readAudit } from '../../../electron/core/audit/audit-log.ts';
import { parseClientToken } from '../../../electron/core/endpoint/client-token.ts';
import { Loans } from '../../../electron/core/endpoint/loans.ts';
import { unlockedVault } from '../../support/test-vault.ts';

const DAY_MS = 86_400_000;
const WORK = { provider: 'openai', label: 'work' };
const HOME = { provider: 'openai', label: 'home' };

async function setUp() {
  const { vault, clock } = await unlockedVault();
  const forgotten: string[] = [];
  const ended: string[] = [];
  const told = { count: 0 };
  const loans = new Loans({
    vault,
    clock,
    lastUsed: { of: () => null, forget: (_kind, id) => void forgotten.push(id) },
    emit: () => {
      told.count += 1;
    },
  });
  loans.onEnded((id) => ended.push(id));
  const good = (token: string): boolean => {
    const parsed = parseClientToken(token);
    return parsed !== null && loans.verify(parsed) !== null;
  };
  const lastEntry = () => readAudit(vault.opened(), { limit: 1 })[0];
  return { vault, clock, loans, good, ended, forgotten, told, lastEntry };
}

test('a lent token is good for proxied calls to its credentials, and for nothing else', async () => {
  const { clock, loans, lastEntry } = await setUp();
  const { id, token } = loans.lend('tool', [WORK, HOME], 'cli', 'p'.repeat(2000));
  const parsed = parseClientToken(token);
  expect(parsed && loans.verify(parsed)).toEqual({
    id,
    name: 'tool',
    kind: 'live',
    grants: [
      { kind: 'proxy', ...WORK },
      { kind: 'proxy', ...HOME },
    ],
    ratePerSecond: 20,
    expiresAtMs: clock.now() + 90 * DAY_MS,
    project: 'p'.repeat(1024),
  });
  expect(lastEntry()).toMatchObject({ actor: 'cli', action: 'client.lend', target: id });
  expect(JSON.stringify([loans.list(), lastEntry()])).not.toContain(token.split('_').at(-1));
});

test('neither another secret under its id nor its secret under another id is good', async () => {
  const { loans } = await setUp();
  const [first, second] = [loans.lend('a', [WORK], 'cli'), loans.lend('b', [WORK], 'cli')].map(({ token }) =>
    parseClientToken(token),
  );
  if (!first || !second) throw new Error('a token of ours cannot be read');
  expect(loans.verify(first)?.name).toBe('a');
  expect(loans.verify({ ...first, secret: second.secret })).toBeNull();
  expect(loans.verify({ ...second, secret: first.secret })).toBeNull();
  expect(loans.verify({ ...first, kind: 'test' })).toBeNull();
});

test('it ends once: with its child, by the owner, at a lock, and is told and forgotten each time', async () => {
  const { vault, loans, good, ended, forgotten, told, lastEntry } = await setUp();
  const [a, b, c] = ['a', 'b', 'c'].map((name) => loans.lend(name, [WORK], 'cli'));
  if (!a || !b || !c) throw new Error('three were lent');
  const before = told.count;
  expect([loans.end(a.id, 'returned'), loans.end(a.id, 'returned')]).toEqual([true, false]);
  expect(lastEntry()).toMatchObject({ action: 'client.loan-ended', target: a.id, meta: { why: 'returned' } });
  expect(loans.revoke('nobody')).toBeNull();
  expect(loans.revoke('b')).toMatchObject({ id: b.id, state: 'revoked', loan: true });
  expect([good(a.token), good(b.token), good(c.token)]).toEqual([false, false, true]);
  vault.lock('asked');
  expect(good(c.token)).toBe(false);
  expect([ended, forgotten, told.count - before]).toEqual([[a.id, b.id, c.id], [a.id, b.id, c.id], 3]);
});

test('it lives 90 days at most', async () => {
  const { clock, loans, good } = await setUp();
  const [asked, listed] = [loans.lend('asked', [WORK], 'cli'), loans.lend('listed', [WORK], 'cli')];
  clock.wallMs += 90 * DAY_MS - 1;
  expect(good(asked.token)).toBe(true);
  clock.wallMs += 1;
  expect(good(asked.token)).toBe(false);
  expect(loans.list()).toEqual([]);
  clock.wallMs -= 1; // what has ended does not come back
  expect([good(asked.token), good(listed.token)]).toEqual([false, false]);
});

test('of two of one name the newer is revoked; an id names exactly one', async () => {
  const { loans, good } = await setUp();
  const [older, newer] = [loans.lend('tool', [WORK], 'cli'), loans.lend('tool', [WORK], 'cli')];
  expect(loans.list().map(({ id }) => id)).toEqual([newer.id, older.id]);
  loans.revoke('tool');
  expect([good(older.token), good(newer.token)]).toEqual([true, false]);
  loans.revoke(older.id);
  expect(good(older.token)).toBe(false);
});

test('who was lent a credential that goes to another place loses all of it, others nothing', async () => {
  const { loans, good } = await setUp();
  const both = loans.lend('both', [HOME, WORK], 'cli');
  const other = loans.lend('other', [HOME], 'cli');
  const elsewhere = loans.lend('elsewhere', [{ provider: 'github', label: 'work' }], 'cli');
  loans.moved('openai', ['before', 'work']);
  expect([good(both.token), good(other.token), good(elsewhere.token)]).toEqual([false, true, true]);
});

test('a log that takes no entry lends nothing, and does not keep a token alive', async () => {
  const { vault, loans, good, ended } = await setUp();
  const { id, token } = loans.lend('tool', [WORK], 'cli');
  vault.opened().db.exec("CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'full'); END");
  expect(() => loans.lend('another', [WORK], 'cli')).toThrow();
  expect(loans.list()).toHaveLength(1);
  expect(loans.end(id, 'returned')).toBe(true);
  expect([good(token), ended]).toEqual([false, [id]]);
});
