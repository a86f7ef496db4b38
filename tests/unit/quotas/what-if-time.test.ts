import { expect, test } from 'vitest';
import { whatIfTime } from '../../../electron/core/quotas/what-if-time.ts';

/** In Tokyo it is the 22nd already. */
const NOW = Date.parse('2026-11-21T20:30:00Z');
const told = (from?: string, to?: string, zone = 'Asia/Tokyo') => {
  const { fromMs, toMs } = whatIfTime({ from, to }, zone, NOW);
  return [fromMs, toMs].map((ms) => new Date(ms).toISOString().slice(0, 16));
};

test('days and words are those of the reporting zone, as in usage reports', () => {
  expect(told('2026-11-21', '2026-11-21')).toEqual(['2026-11-20T15:00', '2026-11-21T15:00']);
  expect(told('today')).toEqual(['2026-11-21T15:00', '2026-11-21T20:30']);
  expect(told('yesterday', 'yesterday')).toEqual(['2026-11-20T15:00', '2026-11-21T15:00']);
  expect(told('7d')).toEqual(['2026-11-15T15:00', '2026-11-21T20:30']);
  expect(told('this-month')).toEqual(['2026-10-31T15:00', '2026-11-21T20:30']);
  expect(told('24h')).toEqual(['2026-11-20T21:00', '2026-11-21T20:30']);
});

test('days begin at half an hour where they do, and a time is meant exactly', () => {
  expect(told('2026-11-21', '2026-11-21', 'Asia/Kolkata')).toEqual(['2026-11-20T18:30', '2026-11-21T18:30']);
  expect(told('2026-11-20T14:10:00Z', '2026-11-20T16:20:00+01:00')).toEqual(['2026-11-20T14:10', '2026-11-20T15:20']);
});

test('left out it is 30 days up to now; an end before its beginning is refused', () => {
  expect(told()).toEqual(['2026-10-22T20:30', '2026-11-21T20:30']);
  expect(() => told('2026-11-22', '2026-11-20')).toThrow('ends before it begins');
  expect(() => told('2027-01-01')).toThrow('ends before it begins');
});
