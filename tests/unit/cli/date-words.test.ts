import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { endOf } from '../../../cli/client-options.ts';
import { metadata } from '../../../cli/credential-options.ts';
import { isDay, isTime, spanOf } from '../../../cli/date-words.ts';

beforeEach(() => vi.stubEnv('TZ', 'America/New_York'));
afterEach(() => vi.unstubAllEnvs());

const NOW = Date.parse('2026-11-20T14:30:00+01:00');
const span = (text: string): readonly string[] | null => {
  const found = spanOf(text, 'Europe/Berlin', NOW);
  return found === null ? null : [found.startMs, found.endMs].map((ms) => new Date(ms).toISOString());
};

test('a day that the calendar does not have is none', () => {
  for (const day of ['2026-02-31', '2026-13-01', '2026-00-10', '2026-1-1', '20261120'])
    expect(isDay(day), day).toBe(false);
  for (const time of ['2026-02-31T12:00:00Z', '2026-11-20T25:00:00Z', '2026-11-20T12:00', '2026-11-20 12:00Z'])
    expect(isTime(time), time).toBe(false);
  expect([isDay('2028-02-29'), isTime('2028-02-29T12:00Z'), isTime('2026-11-20T12:00:00.5+05:30')]).toEqual([
    true,
    true,
    true,
  ]);
});

test('such a day ends no key and no token, with a time neither', () => {
  for (const text of ['2027-02-31', '2027-02-31T12:00:00Z']) {
    expect(() => endOf(text)).toThrow('--expires');
    expect(() => metadata({ expires: text })).toThrow('--expires');
  }
  expect(metadata({ expires: '2027-02-28T12:00:00Z' })).toEqual({ expiresAt: '2027-02-28T12:00:00Z' });
});

test('days are those of the zone, also where they have 23 or 25 hours', () => {
  expect(span('2026-11-20')).toEqual(['2026-11-19T23:00:00.000Z', '2026-11-20T23:00:00.000Z']);
  expect(span('2026-10-25')).toEqual(['2026-10-24T22:00:00.000Z', '2026-10-25T23:00:00.000Z']);
  expect(span('2026-03-29')).toEqual(['2026-03-28T23:00:00.000Z', '2026-03-29T22:00:00.000Z']);
});

test('words mean what they mean for usage: up to now, the current day included', () => {
  expect(span('today')).toEqual(span('2026-11-20'));
  expect(span('yesterday')).toEqual(span('2026-11-19'));
  expect(span('1d')).toEqual(span('today'));
  expect(span('7d')).toEqual(['2026-11-13T23:00:00.000Z', '2026-11-20T23:00:00.000Z']);
  expect(span('1w')).toEqual(span('7d'));
  expect(span('2h')).toEqual(['2026-11-20T11:30:00.000Z', '2026-11-20T13:30:00.000Z']);
  expect(span('2026-11-20T14:00:00Z')).toEqual(['2026-11-20T14:00:00.000Z', '2026-11-20T14:00:00.000Z']);
  for (const text of ['tomorrow', '0d', '7', 'd', '', '2026-02-31'])
    expect(spanOf(text, 'Europe/Berlin', NOW), text).toBeNull();
});
