import { expect, test } from 'vitest';
import { filterOf, healthOf, healthRank } from '../../../renderer/providers/health.ts';
import { resultWords } from '../../../renderer/providers/test-line.tsx';
import { VALIDATION_RESULTS } from '../../../shared/provider/answer.ts';
import { credential, inDays, NOW_MS, tested } from './credential-fixture.ts';

const health = (over: Parameters<typeof credential>[0]) => healthOf(credential(over), NOW_MS);

test('a key that was never tested is not called healthy', () => {
  expect(health({})).toBe('untested');
});

test('a provider that was not reached does not make a key failing', () => {
  for (const result of ['timeout', 'provider_unavailable', 'rate_limited'] as const) {
    expect(health({ lastTest: tested(result) })).toBe('unknown');
  }
});

test('every other refusal is failing, and only valid is healthy', () => {
  const verdicts = VALIDATION_RESULTS.map((result) => health({ lastTest: tested(result) }));
  expect(verdicts.filter((verdict) => verdict === 'healthy')).toHaveLength(1);
  expect(health({ lastTest: tested('invalid_key') })).toBe('failing');
  expect(health({ lastTest: tested('quota_exceeded') })).toBe('failing');
});

test('a key is not healthy where the provider answers the same without one', () => {
  const open = { ...tested('valid'), hint: 'Choose a path to test that refuses requests without a key.' };
  expect(health({ lastTest: open })).toBe('unknown');
  expect(health({ lastTest: open, expiresAt: inDays(3) })).toBe('expiring');
  expect([resultWords(open), resultWords(tested('valid'))]).toEqual(['Proves nothing', 'Works']);
});

test('expiry within 14 days shows on a healthy key, but not over a failing one', () => {
  expect(health({ lastTest: tested('valid'), expiresAt: inDays(14) })).toBe('expiring');
  expect(health({ lastTest: tested('valid'), expiresAt: inDays(15) })).toBe('healthy');
  expect(health({ lastTest: tested('invalid_key'), expiresAt: inDays(3) })).toBe('failing');
});

test('a past expiry wins over the last test', () => {
  expect(health({ lastTest: tested('valid'), expiresAt: inDays(-1) })).toBe('expired');
});

test('suspended, revoked and binned stand before everything else', () => {
  for (const state of ['suspended', 'revoked', 'binned'] as const) {
    expect(health({ state, lastTest: tested('valid'), expiresAt: inDays(-1) })).toBe(state);
  }
});

test('expired keys are found with the expiring ones, what needs attention comes first', () => {
  expect(filterOf('expired')).toBe('expiring');
  expect(filterOf('suspended')).toBe('disabled');
  expect(healthRank('failing')).toBeLessThan(healthRank('healthy'));
});
