import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { QuotaStatus } from '../../../shared/contract/quotas.ts';
import { dropQuotas, loadQuotas, untilNextPeriod, useQuotas } from '../../../renderer/state/quotas.ts';

const NOW = Date.parse('2026-11-22T10:00:30.000Z');
const quota = (resetsAt: string, used: number, enabled = true) =>
  ({ resetsAt, used, definition: { enabled } }) as QuotaStatus;

beforeEach(() => vi.useFakeTimers({ now: NOW }));
afterEach(() => {
  dropQuotas();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

test('what is used is read again when the first period is over, though no call comes', async () => {
  const answers = [[quota('2026-11-22T10:01:00.000Z', 20)], [quota('2026-11-22T10:02:00.000Z', 0)]];
  const list = vi.fn(() => Promise.resolve({ ok: true, result: answers[list.mock.calls.length - 1] ?? [] }));
  vi.stubGlobal('window', { keyharbor: { 'quotas.list': list } });
  await loadQuotas();
  await vi.advanceTimersByTimeAsync(29_000);
  expect(useQuotas.getState().list[0]?.used).toBe(20);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(useQuotas.getState().list[0]?.used).toBe(0);
  dropQuotas(); // locked: nothing is asked any more
  await vi.advanceTimersByTimeAsync(600_000);
  expect(list).toHaveBeenCalledTimes(2);
});

test('the nearest end of those that are on counts; one that is over already is not asked about without a pause', () => {
  expect(untilNextPeriod([], NOW)).toBeNull();
  expect(untilNextPeriod([quota('2026-11-22T10:01:00.000Z', 0, false)], NOW)).toBeNull();
  const both = [quota('2026-12-01T00:00:00.000Z', 0), quota('2026-11-22T11:00:30.000Z', 0)];
  expect(untilNextPeriod(both, NOW)).toBe(3_600_250);
  expect(untilNextPeriod([quota('2026-11-22T10:00:00.000Z', 0)], NOW)).toBe(1_000);
  expect(untilNextPeriod([quota('2027-11-22T10:00:00.000Z', 0)], NOW)).toBe(2 ** 31 - 1);
});
