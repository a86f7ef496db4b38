import { expect, test } from 'vitest';
import { inForce, QUOTA_DEFAULTS } from '../../../shared/quota-defaults.ts';
import {
  actsInWords,
  amountInWords,
  defaultsInWords,
  durationInWords,
  figureInWords,
  periodInWords,
  scopeInWords,
} from '../../../shared/quota-words.ts';
import { quotaDefinition } from '../../../shared/quotas.ts';

test('amounts are told in what they count; money to what says something', () => {
  expect([0, 1, 1200].map((amount) => amountInWords(amount, 'requests'))).toEqual([
    '0 requests',
    '1 request',
    '1,200 requests',
  ]);
  expect([1, 50_000, 999_999, 1_000_000, 1_000_001].map((amount) => figureInWords(amount, 'cost'))).toEqual([
    '$0.000001',
    '$0.05',
    '$0.999999',
    '$1.00',
    '$1.00',
  ]);
  expect([1, 1200].map((amount) => figureInWords(amount, 'tokens'))).toEqual(['1', '1,200']);
  expect([0, 4300, 20_000_000, 12_345_678, 1_500_000].map((amount) => amountInWords(amount, 'cost'))).toEqual([
    '$0.00',
    '$0.0043',
    '$20.00',
    '$12.35',
    '$1.50',
  ]);
});

test('times, periods and scopes', () => {
  expect([400, 1500, 59_900, 60_000, 90_000, 3_540_000, 3_600_000, 12_000_000].map(durationInWords)).toEqual([
    '0.4 s',
    '1.5 s',
    '59.9 s',
    '1 min',
    '2 min',
    '59 min',
    '1 h',
    '3 h 20 min',
  ]);
  expect(periodInWords({ every: 'month', day: 15 })).toBe('a month from day 15');
  expect(periodInWords({ every: 'month', day: 1 })).toBe('a month');
  expect((['minute', 'hour', 'day', 'week'] as const).map((every) => periodInWords({ every }))).toEqual([
    'a minute',
    'an hour',
    'a day',
    'a week',
  ]);
  expect(periodInWords({ every: 'cron', expression: '0 9 * * 1', zone: 'UTC' })).toBe('from each "0 9 * * 1" (UTC)');
  const named = (_kind: string, id: string) => (id === 'a' ? 'editor' : null);
  expect(scopeInWords({ kind: 'clients', clients: ['a', 'b'], fair: true }, named)).toBe(
    'clients editor, b, shared fairly',
  );
  expect(scopeInWords({ kind: 'credential', credential: 'x' })).toBe('a credential that is gone');
  expect(scopeInWords({ kind: 'clients', clients: ['a', 'b'], fair: false }, named)).toBe('clients editor, b, shared');
  expect(scopeInWords({ kind: 'clients', clients: ['a'], fair: true }, named)).toBe('client editor');
  expect(scopeInWords({ kind: 'credential', credential: 'a' }, named)).toBe('editor');
});

const plain = { name: 'a', counts: 'tokens', scope: { kind: 'all' }, period: { every: 'day' }, limit: 9 } as const;
const acts = (given: object) => {
  const definition = quotaDefinition.parse({ ...plain, ...given });
  return actsInWords(definition, inForce(definition, QUOTA_DEFAULTS));
};

test('what a quota does is told a line each, and what it leaves to the settings as theirs', () => {
  expect(acts({})).toEqual(['refuses calls at the limit', 'warns at 75 %, 90 %, 100 %, as in the settings']);
  expect(acts({ atLimit: 'warn', warnAt: [] })).toEqual(['only warns at the limit']);
  expect(
    acts({
      warnAt: [90, 9],
      throttle: { curve: 'late', maxDelayMs: 1500 },
      buffer: { percent: 20, clients: ['Ab3dEf9hIj'] },
      countImports: true,
      rollover: { maxPercent: 30 },
      adjust: { min: 1, max: 1000 },
    }),
  ).toEqual([
    'refuses calls at the limit',
    'warns at 9 %, 90 %',
    'slows calls from 90 %, late, up to 1.5 s',
    'keeps 20 % for critical calls',
    'counts imported calls too',
    'brings over what was unused, up to 30 %',
    'may set its limit by itself from 1 token to 1,000 tokens',
  ]);
});

test('what the settings say', () => {
  expect(defaultsInWords(QUOTA_DEFAULTS)).toEqual([
    'warns at 75 %, 90 %, 100 %',
    'calls that are slowed wait from 90 %, evenly, up to 5 s',
  ]);
  expect(defaultsInWords({ ...QUOTA_DEFAULTS, warnAt: [] })[0]).toBe('no warnings');
});
