import { expect, test } from 'vitest';
import { clockIn, daysLater, momentAt } from '../../../shared/zone-clock.ts';

const at = (text: string): number => Date.parse(text);

test.each([
  ['UTC', '2026-11-22T09:05:00Z', '2026-11-22 09:05'],
  ['Europe/Berlin', '2026-11-21T23:30:00Z', '2026-11-22 00:30'],
  ['Asia/Kathmandu', '2026-11-21T18:15:00Z', '2026-11-22 00:00'],
  ['America/New_York', '2026-01-01T04:59:00Z', '2025-12-31 23:59'],
])('a clock in %s at %s shows %s', (zone, moment, shown) => {
  expect(clockIn(zone)(at(moment))).toBe(shown);
});

test.each([
  ['2026-11-22', '09:00', 'UTC', '2026-11-22T09:00:00Z'],
  ['2026-11-22', '00:00', 'Europe/Berlin', '2026-11-21T23:00:00Z'],
  ['2026-07-01', '00:00', 'Europe/Berlin', '2026-06-30T22:00:00Z'],
  ['2026-11-22', '09:30', 'Asia/Kathmandu', '2026-11-22T03:45:00Z'],
  ['2026-11-22', '12:00', 'Pacific/Kiritimati', '2026-11-21T22:00:00Z'], // 14 hours ahead
  ['2026-11-22', '12:00', 'Pacific/Pago_Pago', '2026-11-22T23:00:00Z'], // 11 hours behind
])('%s %s in %s is %s', (day, time, zone, moment) => {
  expect(momentAt(day, time, zone)).toBe(at(moment));
});

test('a time that the clock jumps over is the moment of the jump', () => {
  expect(momentAt('2026-03-29', '02:30', 'Europe/Berlin')).toBe(at('2026-03-29T01:00:00Z'));
  expect(momentAt('2026-03-29', '03:00', 'Europe/Berlin')).toBe(at('2026-03-29T01:00:00Z'));
});

test.each([
  ['2026-11-30', 1, '2026-12-01'],
  ['2026-03-01', -1, '2026-02-28'],
  ['2028-02-28', 1, '2028-02-29'],
  ['2026-12-31', 7, '2027-01-07'],
  ['2026-03-28', 2, '2026-03-30'],
  ['2026-11-22', 0, '2026-11-22'],
])('%s and %i days is %s', (day, days, then) => {
  expect(daysLater(day, days)).toBe(then);
});
