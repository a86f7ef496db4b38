import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { factsInWords } from '../../../shared/audit-facts.ts';
import { auditWords } from '../../../shared/audit-words.ts';

/** An act where it is written: as a member, or handed to a helper. */
const WRITTEN = /(?:action: |#audit\([^;]*?)'([a-z]+\.[A-Za-z-]+)'/g;

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

test('times are those of UTC, or as whoever shows them tells times', () => {
  const meta = { since: '2026-11-22T00:39:00.000Z', count: 7 };
  expect(factsInWords(meta)).toContain('2026-11-22 00:39 UTC');
  expect(factsInWords(meta, null, () => 'twelve')).toContain('twelve');
});

test('everything that is written into the log has words', () => {
  const core = join(import.meta.dirname, '../../../electron');
  const acts = readdirSync(core, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .flatMap((path) => [...readFileSync(join(core, path), 'utf8').matchAll(WRITTEN)].map(([, act = '']) => act));
  expect(acts.length).toBeGreaterThan(40);
  expect(acts).toContain('webhook.rotate');
  expect([...new Set(acts)].filter((act) => auditWords(act) === act)).toEqual([]);
});
