import { expect, test } from 'vitest';
import { grantLines, lineMatches } from '../../../renderer/clients/grant-lines.ts';
import { narrowChanges, narrowErrors, narrowFormOf } from '../../../renderer/clients/narrow-form.ts';
import type { AccessGrant } from '../../../shared/contract/access.ts';
import type { ClientSummary } from '../../../shared/contract/schemas.ts';

const CLIENT: ClientSummary = {
  id: 'abcdefghij',
  name: 'editor',
  kind: 'live',
  grants: ['keys:list', 'proxy:openai/work', 'keys:read:github'],
  state: 'active',
  createdAt: '2030-01-02T00:00:00.000Z',
  expiresAt: '2030-02-01T09:00:00.000Z',
  lastUsedAt: null,
  ratePerSecond: 20,
  exposed: false,
};
const GRANT: AccessGrant = {
  id: 'g1',
  caller: { kind: 'program', name: 'node', clientId: null },
  credentialId: '0'.repeat(32),
  ref: 'kh://openai/work',
  form: 'environment',
  lasts: 'always',
  folder: '/home/ada/notes',
  executable: '/usr/bin/node',
  createdAt: '2030-01-03T00:00:00.000Z',
  expiresAt: null,
  lastUsedAt: null,
};
const words = { formatDate: (iso: string) => iso.slice(0, 10) };

test('what the gate remembers and what clients hold stand in one table, newest first', () => {
  const lines = grantLines([GRANT], [CLIENT, { ...CLIENT, id: 'kkkkkkkkkk', state: 'revoked' }], new Map(), words);
  expect(lines.map(({ who, what, form, lasts }) => [who, what, form, lasts].join(' | '))).toEqual([
    'node | openai/work | Environment of a program | Until revoked',
    'editor | List keys | No key | Until 2030-02-01',
    'editor | openai/work | Calls through Keyharbor | Until 2030-02-01',
    'editor | github (all) | The key itself | Until 2030-02-01',
  ]);
});

test('a grant with an end says when; one to act as the owner is for everything', () => {
  const ends = { ...GRANT, form: 'owner', lasts: 'lock', expiresAt: null } as const;
  const [owner] = grantLines([ends], [], new Map(), words);
  expect(owner).toMatchObject({ what: 'Everything', lasts: 'Until lock' });
  const [dated] = grantLines([{ ...GRANT, expiresAt: '2030-03-01T00:00:00.000Z' }], [], new Map(), words);
  expect(dated?.lasts).toBe('Until 2030-03-01');
});

test('a grant is found by who, what and folder', () => {
  const [line] = grantLines([GRANT], [], new Map(), words);
  if (line === undefined) throw new Error('no line');
  expect(lineMatches(line, 'NODE notes')).toBe(true);
  expect(lineMatches(line, 'node github')).toBe(false);
});

test('a client is only narrowed: nothing that was touched is nothing to do', () => {
  const form = narrowFormOf(CLIENT);
  expect(narrowChanges(form, CLIENT)).toBeNull();
  expect(narrowErrors(form, CLIENT, '2030-01-10')).toEqual({});
});

test('fewer grants, an earlier end and a lower rate are sent; wider ones are errors', () => {
  const form = { keeps: new Set(['proxy:openai/work']), end: '2030-01-20', rate: '0,5' };
  expect(narrowChanges(form, CLIENT)).toEqual({
    grants: ['proxy:openai/work'],
    expiresAt: '2030-01-20',
    ratePerSecond: 0.5,
  });
  const wide = { keeps: new Set<string>(), end: '2030-02-02', rate: '21' };
  expect(Object.keys(narrowErrors(wide, CLIENT, '2030-01-10'))).toEqual(['keeps', 'end', 'rate']);
  expect(Object.keys(narrowErrors({ ...form, end: '2030-01-09' }, CLIENT, '2030-01-10'))).toEqual(['end']);
});

test('a client without a limit may get one, and needs none', () => {
  const free = { ...CLIENT, ratePerSecond: null };
  expect(narrowChanges(narrowFormOf(free), free)).toBeNull();
  expect(narrowChanges({ ...narrowFormOf(free), rate: '5' }, free)).toEqual({ ratePerSecond: 5 });
});
