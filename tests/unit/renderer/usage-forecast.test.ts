import { expect, test } from 'vitest';
import { hasPicture } from '../../../renderer/quotas/forecast.ts';
import { definitionOf, emptyQuotaForm, type QuotaForm } from '../../../renderer/quotas/quota-form.ts';
import { fittingQuota } from '../../../renderer/usage/fitting-quota.ts';
import { sayPoint } from '../../../renderer/usage/forecast-view.ts';
import type { QuotaStatus } from '../../../shared/contract/quotas.ts';

const NOW = Date.UTC(2026, 10, 21, 12);
const KEY = 'a'.repeat(32);

function quota(name: string, part: Partial<QuotaForm>, status: Partial<QuotaStatus> = {}): QuotaStatus {
  const definition = definitionOf({ ...emptyQuotaForm('UTC'), limit: '20', ...part }, name);
  const figures = { used: 0, imported: 0, reserved: 0, carriedOver: 0, kept: 0, percent: 0, refused: 0, unpriced: 0 };
  const month = { startsAt: '2026-11-01T00:00:00.000Z', resetsAt: '2026-12-01T00:00:00.000Z' };
  return {
    ...{ id: '0'.repeat(16), definition, inForce: { warnAt: [], throttle: null }, state: 'ok' },
    ...{ ...figures, ...month, available: definition.limit, warnedAt: null, clients: [] },
    ...{ updatedAt: month.startsAt, ...status },
  };
}

const week = { startsAt: '2026-11-16T00:00:00.000Z', resetsAt: '2026-11-23T00:00:00.000Z' };
const QUOTAS = [
  quota('month', {}),
  quota('week', { every: 'week' }, week),
  quota('day', { every: 'day' }, { startsAt: '2026-11-21T00:00:00.000Z', resetsAt: '2026-11-22T00:00:00.000Z' }),
  quota('calls', { counts: 'requests' }),
  quota('off', { scope: 'provider', provider: 'groq' }, {}),
  quota('openai', { scope: 'provider', provider: 'openai' }),
  quota('key', { scope: 'credential', credential: KEY }),
  quota('folder', { scope: 'project', project: '/home/me/app' }),
].map((one) => (one.definition.name === 'off' ? { ...one, definition: { ...one.definition, enabled: false } } : one));

const IDS = { credential: (id: string) => (id === KEY ? 'openai/work' : undefined), client: () => undefined };
type Names = Parameters<typeof fittingQuota>[1]['names'];
function fits(from: string, to: string, names: Names = [], counts: 'cost' | 'requests' | 'tokens' = 'cost') {
  const shown = { counts, range: { from, to, zone: 'Europe/Berlin' }, names, nowMs: NOW };
  return fittingQuota(QUOTAS, shown, IDS)?.definition.name ?? null;
}

test('the limit on all calls is that whose period is most like the range', () => {
  expect(fits('2026-10-23', '2026-11-21')).toBe('month');
  expect(fits('2026-11-15', '2026-11-21')).toBe('week');
  expect(fits('2026-11-20T12:00:00Z', '2026-11-21T13:00:00Z')).toBe('week'); // a day has no burn-down by day
  expect(fits('2026-10-23', '2026-11-21', [], 'requests')).toBe('calls');
  expect(fits('2026-10-23', '2026-11-21', [], 'tokens')).toBeNull();
});

test('a range that is over has no limit that runs', () => {
  expect(fits('2026-10-01', '2026-10-31')).toBeNull();
});

test('with a filter it is the limit on that one name', () => {
  const month = ['2026-10-23', '2026-11-21'] as const;
  expect(fits(...month, [{ dimension: 'provider', name: 'openai' }])).toBe('openai');
  expect(fits(...month, [{ dimension: 'provider', name: 'groq' }])).toBeNull(); // it is off
  expect(fits(...month, [{ dimension: 'credential', name: 'openai/work' }])).toBe('key');
  expect(fits(...month, [{ dimension: 'credential', name: '' }])).toBeNull();
  expect(fits(...month, [{ dimension: 'project', name: '/home/me/app' }])).toBe('folder');
  expect(fits(...month, [{ dimension: 'model', name: 'gpt-5' }])).toBeNull();
  const both = [
    { dimension: 'provider', name: 'openai' },
    { dimension: 'model', name: 'gpt-5' },
  ] as const;
  expect(fits(...month, both)).toBeNull();
  expect(hasPicture(QUOTAS[2] as QuotaStatus)).toBe(false);
});

test('a point is said with its middle first and the ends of its band in their order', () => {
  const band = { low: 36_190_000, middle: 37_040_000, high: 45_880_000 };
  const point = { key: 'x', name: 'Nov 30', title: '30 November 2026', actual: null, ideal: null, band };
  expect(sayPoint('spend', point)).toBe('30 November 2026: likely $37.04, between $36.19 and $45.88');
  expect(sayPoint('spend', { ...point, ideal: 50_000_000 })).toMatch(/\$45\.88; evenly it would be \$50\.00$/);
  expect(sayPoint('spend', { ...point, actual: 1_000_000 })).toBe('30 November 2026: $1.00 so far');
});
