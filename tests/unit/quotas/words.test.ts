import { expect, test } from 'vitest';
import { amountInWords, durationInWords, periodInWords, scopeInWords } from '../../../shared/quota-words.ts';

test('amounts are told in what they count; money to what says something', () => {
  expect([0, 1, 1200].map((amount) => amountInWords(amount, 'requests'))).toEqual([
    '0 requests',
    '1 request',
    '1,200 requests',
  ]);
  expect([0, 4300, 20_000_000, 12_345_678, 1_500_000].map((amount) => amountInWords(amount, 'cost'))).toEqual([
    '$0.00',
    '$0.0043',
    '$20.00',
    '$12.35',
    '$1.50',
  ]);
});

test('times, periods and scopes', () => {
  expect([400, 1500, 90_000, 3_600_000, 12_000_000].map(durationInWords)).toEqual([
    '0.4 s',
    '1.5 s',
    '2 min',
    '1 h',
    '3 h 20 min',
  ]);
  expect(periodInWords({ every: 'month', day: 15 })).toBe('a month from day 15');
  expect(periodInWords({ every: 'cron', expression: '0 9 * * 1', zone: 'UTC' })).toBe('from each "0 9 * * 1" (UTC)');
  const named = (_kind: string, id: string) => (id === 'a' ? 'editor' : null);
  expect(scopeInWords({ kind: 'clients', clients: ['a', 'b'], fair: true }, named)).toBe(
    'clients editor, b, shared fairly',
  );
  expect(scopeInWords({ kind: 'credential', credential: 'x' })).toBe('a credential that is gone');
});
