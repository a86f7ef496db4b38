import { expect, test } from 'vitest';
import { isWholePath, quotaDefinition } from '../../../shared/quotas.ts';

const LEAST = { name: 'a', counts: 'cost', scope: { kind: 'all' }, period: { every: 'day' }, limit: 1 };
const takes = (given: object) => quotaDefinition.safeParse({ ...LEAST, ...given }).success;
const client = (n: number) => `client${String(n).padStart(4, '0')}`;
const clients = (count: number) => Array.from({ length: count }, (_, n) => client(n));
const ID = '0123456789abcdef'.repeat(2);

test('what is left out is as the settings say, or the mildest', () => {
  expect(quotaDefinition.parse(LEAST)).toEqual({
    ...{ ...LEAST, enabled: true, atLimit: 'block', countImports: false },
    ...{ warnAt: null, throttle: null, buffer: null, rollover: null, adjust: null },
  });
  const fair = { kind: 'clients', clients: clients(1) };
  const given = {
    scope: fair,
    period: { every: 'month' },
    throttle: {},
    buffer: { clients: clients(1) },
    rollover: {},
  };
  expect(quotaDefinition.parse({ ...LEAST, ...given })).toMatchObject({
    scope: { ...fair, fair: true },
    period: { every: 'month', day: 1 },
    throttle: { fromPercent: null, curve: null, maxDelayMs: null },
    buffer: { percent: 10 },
    rollover: { maxPercent: 50 },
  });
});

/** By the name of a figure: what it is in, the least and the most that it may be. */
test.each<[string, (n: number) => object, number, number]>([
  ['limit', (n) => ({ limit: n }), 0, 1e15],
  ['limit to adjust to', (n) => ({ adjust: { min: n, max: n } }), 0, 1e15],
  ['day of the month', (n) => ({ period: { every: 'month', day: n } }), 1, 31],
  ['percent from which calls are slowed', (n) => ({ throttle: { fromPercent: n } }), 1, 99],
  ['longest delay', (n) => ({ throttle: { maxDelayMs: n } }), 100, 60_000],
  ['part for critical calls', (n) => ({ buffer: { percent: n, clients: clients(1) } }), 1, 50],
  ['part that is brought over', (n) => ({ rollover: { maxPercent: n } }), 1, 100],
  ['level of a warning', (n) => ({ warnAt: [n] }), 1, 100],
  ['letters of the name', (n) => ({ name: 'n'.repeat(n) }), 1, 64],
  ['letters of a folder', (n) => ({ scope: { kind: 'project', project: '/'.repeat(n) } }), 1, 1024],
  ['letters of an expression', (n) => ({ period: { every: 'cron', expression: '*'.repeat(n), zone: 'UTC' } }), 1, 128],
  ['letters of a zone', (n) => ({ period: { every: 'cron', expression: '* * * * *', zone: 'z'.repeat(n) } }), 1, 64],
  ['clients of a pool', (n) => ({ scope: { kind: 'clients', clients: clients(n) } }), 1, 32],
  ['clients with critical calls', (n) => ({ buffer: { clients: clients(n) } }), 1, 32],
  ['levels of warnings', (n) => ({ warnAt: Array.from({ length: n }, (_, at) => at + 1) }), 0, 8],
])('the %s is within its bounds', (_, given, least, most) => {
  expect([takes(given(least)), takes(given(most))]).toEqual([true, true]);
  expect(takes(given(most + 1))).toBe(false);
  if (least > 0) expect(takes(given(least - 1))).toBe(false);
});

test.each([
  ['a limit below nothing', { limit: -1 }],
  ['a part of one', { limit: 1.5 }],
  ['a least above the most', { adjust: { min: 2, max: 1 } }],
  ['a level twice', { warnAt: [50, 50] }],
  ['a client twice', { scope: { kind: 'clients', clients: [client(1), client(1)] } }],
  ['a client that is none', { scope: { kind: 'clients', clients: [`${client(1)}x`] } }],
  ['a key that is none', { scope: { kind: 'credential', credential: `${ID}0` } }],
  ['a name of blanks', { name: '   ' }],
  ['a name that breaks the line', { name: 'a\nb' }],
  ['a name that turns what follows', { name: 'a\u202eb' }],
  ['a folder with a control character', { scope: { kind: 'project', project: '/srv/\u0007' } }],
])('%s is refused', (_, given) => expect(takes(given)).toBe(false));

test('a member that is not known is refused wherever it stands', () => {
  const cron = { every: 'cron', expression: '* * * * *', zone: 'UTC' };
  const known: readonly (readonly [string, object])[] = [
    ...[{ kind: 'all' }, { kind: 'provider', provider: 'openai' }, { kind: 'credential', credential: ID }].map(
      (scope) => ['scope', scope] as const,
    ),
    ...[{ kind: 'clients', clients: clients(2) }, { kind: 'project', project: '/srv' }, { kind: 'system' }].map(
      (scope) => ['scope', scope] as const,
    ),
    ...[...['minute', 'hour', 'day', 'week', 'month'].map((every) => ({ every })), cron].map(
      (period) => ['period', period] as const,
    ),
    ...[['throttle', {}] as const, ['buffer', { clients: clients(1) }] as const],
    ...[['rollover', {}] as const, ['adjust', { min: 1, max: 2 }] as const],
  ];
  for (const [name, value] of known) {
    expect([name, value, takes({ [name]: value })]).toEqual([name, value, true]);
    expect([name, value, takes({ [name]: { ...value, more: 1 } })]).toEqual([name, value, false]);
  }
  expect(takes({ more: 1 })).toBe(false);
});

test('a whole path begins at a root, with either slash, or with a drive', () => {
  const whole = ['/srv', '\\\\host\\share', 'C:\\work', 'c:/work'];
  const parts = ['srv', './srv', 'C:', 'C:work', '~/work', ''];
  expect([...whole, ...parts].filter(isWholePath)).toEqual(whole);
});
