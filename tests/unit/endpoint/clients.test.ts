import { beforeEach, describe, expect, test } from 'vitest';
import { parseClientToken } from '../../../electron/core/endpoint/client-token.ts';
import { Clients } from '../../../electron/core/endpoint/clients.ts';
import { readAudit, verifyAudit } from '../../../electron/core/audit/audit-log.ts';
import { createLog } from '../../../electron/core/logs/log.ts';
import { LastUsed } from '../../../electron/core/usage/last-used.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { MemoryVault } from './open-vault.ts';

const DAY_MS = 86_400_000;
const asked = {
  name: 'demo',
  grants: ['keys:read:openai'],
  expiresInDays: 30,
  ratePerSecond: 20,
  test: false,
} as const;
const code = (expected: string) => expect.objectContaining({ code: expected }) as Error;

let vault: MemoryVault;
let clock: FakeClock;
let lastUsed: LastUsed;
let clients: Clients;
let events: string[];

beforeEach(() => {
  vault = new MemoryVault();
  clock = new FakeClock();
  lastUsed = new LastUsed({ vault, clock, log: createLog(null), written: () => undefined });
  events = [];
  clients = new Clients({ vault, clock, lastUsed, emit: ({ event }) => events.push(event) });
});

const create = (changes: Partial<Parameters<Clients['create']>[0]> = {}) =>
  clients.create({ ...asked, grants: [...asked.grants], ...changes }, 'cli');

function verify(text: string) {
  const token = parseClientToken(text);
  if (token === null) throw new Error('the token is malformed');
  return clients.verify(token);
}

describe('a new client', () => {
  test('is listed with what was asked for, and its token is genuine', () => {
    const { client, token } = create();
    expect(client).toEqual({
      id: token.slice(8, 18),
      name: 'demo',
      kind: 'live',
      grants: ['keys:read:openai'],
      state: 'active',
      createdAt: '2030-01-15T12:00:00.000Z',
      expiresAt: '2030-02-14T12:00:00.000Z',
      lastUsedAt: null,
      ratePerSecond: 20,
      exposed: false,
    });
    expect(clients.list()).toEqual([client]);
    expect(verify(token)).toMatchObject({ id: client.id, name: 'demo', kind: 'live', ratePerSecond: 20 });
    expect(events).toEqual(['clients.changed', 'client.created']);
  });

  test('leaves no trace of its secret in the database', () => {
    const { token } = create();
    const everything = JSON.stringify(vault.opened().db.prepare('SELECT * FROM client').all());
    expect(everything).not.toContain(token.slice(19, 40));
    expect(JSON.stringify(readAudit(vault.opened(), { limit: 10 }))).not.toContain(token.slice(19, 40));
  });

  test('is in the audit log, in the same transaction', () => {
    const { client } = create();
    expect(readAudit(vault.opened(), { limit: 10 })).toMatchObject([
      { actor: 'cli', action: 'client.create', target: client.id, result: 'ok', meta: { grants: 'keys:read:openai' } },
    ]);
    expect(verifyAudit(vault.opened()).firstBadSeq).toBeNull();
    vault.broken = true;
    expect(() => create({ name: 'other' })).toThrow(code('internal'));
    vault.broken = false;
    expect(clients.list()).toHaveLength(1);
  });

  test.each<[string, Partial<Parameters<Clients['create']>[0]>]>([
    ['an empty name', { name: '' }],
    ['a blank name', { name: '  ' }],
    ['a name of 65 characters', { name: 'a'.repeat(65) }],
    ['a name with a line feed', { name: 'a\nb' }],
    ['a name with an escape sequence', { name: 'a\u001b[31mb' }],
    ['a name that turns direction', { name: 'a\u202eb' }],
    ['a name with a direction mark', { name: 'a\u200fb' }],
    ['no grants', { grants: [] }],
    ['an unknown grant', { grants: ['vault:unlock'] }],
    ['a grant of everything', { grants: ['keys:read:*'] }],
    ['more than a year', { expiresInDays: 366 }],
    ['no time', { expiresInDays: 0 }],
    ['a proxy grant for more than 90 days', { grants: ['keys:list', 'proxy:openai/work'], expiresInDays: 91 }],
  ])('%s is refused', (_name, changes) => {
    expect(() => create(changes)).toThrow(code('invalid_input'));
    expect(clients.list()).toEqual([]);
  });

  test('may have 64 letters of any alphabet, a year of time, or a proxy for 90 days', () => {
    expect(create({ name: '\u{1F511}'.repeat(64), expiresInDays: 365 }).client.state).toBe('active');
    expect(create({ grants: ['proxy:openai'], expiresInDays: 90 }).client.state).toBe('active');
  });

  test('holds each grant once', () => {
    expect(create({ grants: ['keys:list', 'keys:list'] }).client.grants).toEqual(['keys:list']);
  });

  test('may not have the name of an active one, but that of a revoked or expired one', () => {
    create();
    expect(() => create()).toThrow(code('conflict'));
    clients.revoke('demo', 'cli');
    create();
    clock.advance(31 * DAY_MS);
    expect(create().client.state).toBe('active');
  });
});

describe('revoking', () => {
  test.each(['id', 'name'] as const)('by %s works at once, also after the token was used', (by) => {
    const { client, token } = create();
    expect(verify(token)).not.toBeNull();
    const heard: string[] = [];
    clients.onRevoked((id) => heard.push(id));
    expect(clients.revoke(client[by], 'ui')).toMatchObject({ id: client.id, state: 'revoked' });
    expect(verify(token)).toBeNull();
    expect(heard).toEqual([client.id]);
    expect(readAudit(vault.opened(), { limit: 1 })).toMatchObject([
      { actor: 'ui', action: 'client.revoke', target: client.id },
    ]);
  });

  test('a second time changes nothing', () => {
    const { client } = create();
    clients.revoke(client.id, 'cli');
    const entries = readAudit(vault.opened(), { limit: 10 }).length;
    expect(clients.revoke(client.id, 'cli').state).toBe('revoked');
    expect(readAudit(vault.opened(), { limit: 10 })).toHaveLength(entries);
  });

  test('an unknown one is not found', () => {
    expect(() => clients.revoke('nobody', 'cli')).toThrow(code('not_found'));
  });
});

describe('a token is refused', () => {
  test('when its secret is another', () => {
    const first = create().token;
    const second = create({ name: 'other' }).token;
    const mixed = parseClientToken(second);
    const id = parseClientToken(first)?.id;
    if (mixed === null || id === undefined) throw new Error('malformed');
    expect(verify(second)).not.toBeNull(); // now its secret is known to the cache
    expect(clients.verify({ ...mixed, id })).toBeNull();
    expect(clients.verify({ ...mixed, kind: 'test' })).toBeNull();
    expect(clients.verify({ ...mixed, secret: 'A'.repeat(43) })).toBeNull();
  });

  test('on the moment it expires', () => {
    const { client, token } = create({ expiresInDays: 1 });
    clock.advance(DAY_MS - 1);
    expect(verify(token)).not.toBeNull();
    clock.advance(1);
    expect(verify(token)).toBeNull();
    expect(clients.list()).toMatchObject([{ id: client.id, state: 'expired' }]);
  });

  test('after 14 days without use, counted from its last use', () => {
    const { client, token } = create({ expiresInDays: 365 });
    clock.advance(13 * DAY_MS);
    expect(verify(token)).not.toBeNull();
    lastUsed.note('client', client.id, 'endpoint');
    lastUsed.flush();
    clients.dropDecisions();
    clock.advance(13 * DAY_MS);
    expect(verify(token)).not.toBeNull();
    clock.advance(14 * DAY_MS);
    expect(verify(token)).toBeNull();
  });

  test('while the clock is before its last use, also where it went back in steps of less than 5 minutes', () => {
    const { client, token } = create();
    clock.advance(3_600_000);
    const use = () => {
      const verified = verify(token);
      if (verified !== null) lastUsed.note('client', client.id, 'proxy');
      return verified !== null;
    };
    const uses = [0, 4, 4, 0].map((minutes) => {
      clock.wallMs -= minutes * 60_000;
      return use();
    });
    expect(uses).toEqual([true, true, false, false]);
    clock.wallMs += 8 * 60_000;
    expect(use()).toBe(true);
  });

  test('while the clock is more than 5 minutes before its last use', () => {
    const { token } = create();
    clock.advance(3_600_000);
    expect(verify(token)).not.toBeNull();
    clock.wallMs -= 5 * 60_000;
    expect(verify(token)).not.toBeNull();
    clock.wallMs -= 1;
    expect(verify(token)).toBeNull();
  });

  test.each([
    ['grants', `UPDATE client SET grants = '["keys:read:github"]'`],
    ['expiry', 'UPDATE client SET expires_at_ms = expires_at_ms + 1'],
    ['rate', 'UPDATE client SET rate_per_second = NULL'],
    ['name', `UPDATE client SET name = 'x'`],
    ['secret', 'UPDATE client SET secret_mac = zeroblob(32)'],
    ['kind', `UPDATE client SET kind = 'test'`],
    ['creation', 'UPDATE client SET created_at_ms = created_at_ms - 1'],
  ])('when somebody changed its %s in the file', (_name, sql) => {
    const { token } = create();
    vault.opened().db.exec(sql);
    expect(verify(token)).toBeNull();
  });

  test('when somebody took back its revocation in the file', () => {
    const { token } = create();
    clients.revoke('demo', 'cli');
    vault.opened().db.exec('UPDATE client SET revoked_at_ms = NULL');
    expect(verify(token)).toBeNull();
  });

  test('when it was made in another vault', () => {
    const { token } = create();
    vault = new MemoryVault();
    clients = new Clients({
      vault,
      clock,
      lastUsed: new LastUsed({ vault, clock, log: createLog(null), written: () => undefined }),
      emit: () => undefined,
    });
    expect(verify(token)).toBeNull();
  });
});

test('a lock drops what was decided', () => {
  const { token } = create();
  expect(verify(token)).not.toBeNull();
  vault.lock();
  vault.unlock();
  vault.opened().db.exec('DELETE FROM client'); // only a decision from before could still say yes
  expect(verify(token)).toBeNull();
});

test('a token seen in a URL is flagged once, a false one never', () => {
  const { token } = create();
  const seen = parseClientToken(token);
  if (seen === null) throw new Error('malformed');
  clients.markExposed({ ...seen, secret: 'A'.repeat(43) });
  expect(clients.list()).toMatchObject([{ exposed: false }]);
  clients.markExposed(seen);
  clients.markExposed(seen);
  expect(clients.list()).toMatchObject([{ exposed: true, state: 'active' }]);
  expect(readAudit(vault.opened(), { limit: 10 }).filter((entry) => entry.action === 'client.exposed')).toHaveLength(1);
  clients.dropDecisions();
  expect(verify(token)).not.toBeNull();
});

describe('a narrowed client', () => {
  const wide = () => create({ grants: ['proxy:openai', 'keys:read:openai/work', 'keys:list'], ratePerSecond: 20 });
  const narrow = (changes: Omit<Parameters<Clients['narrow']>[0], 'client'>) =>
    clients.narrow({ client: 'demo', ...changes }, 'cli');

  test('has less at once, under the same token, and what it is receiving is cut', () => {
    const { token, client } = wide();
    const cut: string[] = [];
    clients.onRevoked((id) => cut.push(id));
    verify(token);
    const expiresAt = '2030-01-20T00:00:00.000Z';
    const left = narrow({ grants: ['proxy:openai/work', 'keys:list'], expiresAt, ratePerSecond: 5 });
    expect(left).toMatchObject({
      id: client.id,
      grants: ['proxy:openai/work', 'keys:list'],
      expiresAt,
      ratePerSecond: 5,
    });
    expect(verify(token)).toMatchObject({
      grants: [{ kind: 'proxy', provider: 'openai', label: 'work' }, { kind: 'keys:list' }],
      ratePerSecond: 5,
    });
    expect(cut).toEqual([client.id]);
    expect(readAudit(vault.opened(), { limit: 1 })).toMatchObject([{ action: 'client.narrow', target: client.id }]);
    clock.advance(6 * DAY_MS);
    expect(verify(token)).toBeNull();
  });

  test.each([
    ['a grant that it never had', { grants: ['keys:read:anthropic'] }],
    ['all labels where it had one', { grants: ['keys:read:openai'] }],
    ['the key itself where it had calls', { grants: ['keys:read:openai/home'] }],
    ['the list of all keys by losing the named ones', { grants: ['keys:list'] }],
    ['a later end', { expiresAt: '2030-03-01T00:00:00.000Z' }],
    ['a higher rate', { ratePerSecond: 21 }],
  ])('never gets %s', (_what, changes) => {
    const { token } = wide();
    const before = verify(token);
    expect(() => narrow(changes)).toThrow(code('invalid_input'));
    expect(verify(token)).toEqual(before);
  });

  test('keeps what it had by name when it loses the rest', () => {
    const { token } = wide();
    expect(narrow({ grants: ['keys:read:openai/work'] })).toMatchObject({ grants: ['keys:read:openai/work'] });
    expect(verify(token)).toMatchObject({ grants: [{ kind: 'keys:read', provider: 'openai', label: 'work' }] });
  });

  test('an end in the past, or now, is an error, not a revocation', () => {
    const { token } = wide();
    expect(() => narrow({ expiresAt: '2030-01-01T00:00:00.000Z' })).toThrow(code('invalid_input'));
    expect(() => narrow({ expiresAt: new Date(clock.now()).toISOString() })).toThrow(code('invalid_input'));
    expect(verify(token)).not.toBeNull();
  });
});

describe('a client with a new token', () => {
  test('keeps its grants and its end; the old token is dead at once', () => {
    const { token, client } = create({ test: true });
    verify(token);
    clients.markExposed(parseClientToken(token) ?? { kind: 'test', id: '', secret: '' });
    const renewed = clients.rotate('demo', 'cli');
    expect(verify(token)).toBeNull();
    expect(verify(renewed.token)).toMatchObject({ id: client.id, kind: 'test', grants: [{ provider: 'openai' }] });
    expect(renewed.client).toEqual({ ...client, exposed: false });
    expect(readAudit(vault.opened(), { limit: 1 })).toMatchObject([{ action: 'client.rotate', target: client.id }]);
  });

  test('one that was revoked, or is unknown, gets none', () => {
    const { client } = create();
    clients.revoke(client.id, 'cli');
    expect(() => clients.rotate(client.id, 'cli')).toThrow(code('conflict'));
    expect(() => clients.narrow({ client: client.id, ratePerSecond: 1 }, 'cli')).toThrow(code('conflict'));
    expect(() => clients.rotate('nobody', 'cli')).toThrow(code('not_found'));
  });

  test('a row that was changed in the file is not signed anew', () => {
    const { client } = create();
    vault.opened().db.exec(`UPDATE client SET grants = '["proxy:openai","keys:read:anthropic"]'`);
    expect(() => clients.rotate(client.id, 'cli')).toThrow(code('conflict'));
    expect(() => clients.narrow({ client: client.id, ratePerSecond: 1 }, 'cli')).toThrow(code('conflict'));
  });
});
