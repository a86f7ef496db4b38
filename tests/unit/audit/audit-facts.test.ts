import { expect, test } from 'vitest';
import { factsInWords } from '../../../shared/audit-facts.ts';

test('a name that stands beside the facts is not told twice', () => {
  const meta = { name: 'Tight', counts: 'requests', limit: 4_000 };
  expect(factsInWords(meta, 'Tight')).toBe('limit: 4,000 requests');
  expect(factsInWords(meta, 'Loose')).toBe('name: Tight; limit: 4,000 requests');
});

test.each([
  [{ reason: 'idle' }, 'because: nobody was there'],
  [{ clockWentBack: true, count: 3 }, 'the clock went back; 3 times'],
  [
    { count: 1, minute: '2030-01-15T12:05:00.000Z', reason: 'grant' },
    'once; in the minute of: 2030-01-15 12:05 UTC; because: it has no grant for that',
  ],
  [{ changed: 'baseUrl,label', newBaseUrl: true }, 'changed: base url, label; new base URL'],
  [{ newBaseUrl: false, from: '' }, ''],
  [{ outcome: 'invalid_key' }, 'outcome: refused by the provider'],
  [{ oldMicroUsd: 1_500_000, newMicroUsd: 2_250_000 }, 'spend before: $1.50; spend after: $2.25'],
  [{ oldMicroUsd: 14_580_000, newMicroUsd: 14_580_010 }, 'spend before: $14.58; spend after: $14.58001'],
  [{ name: 'Monthly', counts: 'cost', limit: 5_000_000 }, 'name: Monthly; limit: $5.00'],
  [{ vaultKv: true }, 'vault kv: yes'],
  [{ toString: 'x' }, 'to string: x'],
] as const)('%j are told as "%s"', (meta, words) => {
  expect(factsInWords(meta)).toBe(words);
});
