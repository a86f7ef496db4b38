import { afterEach, describe, expect, test } from 'vitest';
import { toQuery } from '../../../renderer/activity/filters.ts';
import { formatDate, formatDateTime, formatMoment } from '../../../renderer/i18n/format.ts';
import { showTimesIn, windowZone, zoneHere } from '../../../renderer/i18n/zone.ts';
import { momentAt } from '../../../shared/zone-clock.ts';
import { narrowChanges, narrowErrors, narrowFormOf } from '../../../renderer/clients/narrow-form.ts';
import { dayAfter, formOf } from '../../../renderer/providers/form-model.ts';
import { snoozedUntil } from '../../../renderer/notifications/snooze.ts';
import { NO_FILTERS } from '../../../renderer/state/activity-route.ts';
import { useSession } from '../../../renderer/state/session.ts';
import type { Settings } from '../../../shared/contract/schemas.ts';

const iso = (ms: number): string => new Date(ms).toISOString();
afterEach(() => showTimesIn(''));

describe('the window shows one zone', () => {
  test('the one that usage is counted in, and this computer’s where none is named or the vault is locked', () => {
    const settings = { vault: { reportingZone: 'Pacific/Auckland' } } as Settings;
    useSession.setState({ settings });
    expect(windowZone()).toBe('Pacific/Auckland');
    useSession.setState({ settings: { ...settings, vault: null } });
    expect(windowZone()).toBe(zoneHere());
  });

  test('in every day and time, filter and snooze', () => {
    const evening = '2026-11-20T23:30:00.000Z';
    showTimesIn('Asia/Tokyo');
    expect([formatDate(evening), formatDateTime(evening)]).toEqual(['21 Nov 2026', '21 Nov 2026, 08:30']);
    expect(formatMoment(evening, Date.parse('2026-11-21T10:00:00Z'))).toBe('08:30:00');
    expect(toQuery({ ...NO_FILTERS, from: '2026-11-21', to: '2026-11-21' })).toEqual({
      from: '2026-11-20T15:00:00.000Z',
      to: '2026-11-21T15:00:00.000Z',
    });
    expect(snoozedUntil('tomorrow', Date.parse(evening))).toBe('2026-11-22T00:00:00.000Z');
    showTimesIn('America/Los_Angeles');
    expect(formatDateTime(evening)).toBe('20 Nov 2026, 15:30');
    expect(snoozedUntil('tomorrow', Date.parse(evening))).toBe('2026-11-21T17:00:00.000Z');
  });
});

test('a day that was picked as an end stands in its form as that day, and one that is over is none to come', () => {
  const named = { label: 'work', fields: [], expiresAt: '2026-12-01T14:59:59.999Z' } as never;
  showTimesIn('Asia/Tokyo'); // where that is the end of a day
  expect([formatDate('2026-12-01T14:59:59.999Z'), formOf(named).expires]).toEqual(['1 Dec 2026', '2026-12-01']);
  expect([dayAfter(0, Date.parse('2026-11-20T15:00:00Z')), dayAfter(30, Date.parse('2026-11-20T15:00:00Z'))]).toEqual([
    '2026-11-21',
    '2026-12-21',
  ]);
  showTimesIn('America/Los_Angeles');
  expect(dayAfter(0, Date.parse('2026-11-20T07:59:59Z'))).toBe('2026-11-19');
});

test('an earlier end of a client is a day where the window shows its days', () => {
  showTimesIn('America/Los_Angeles');
  const client = { grants: ['keys:list'], ratePerSecond: null, expiresAt: '2026-12-02T07:59:59.999Z' } as never;
  const form = narrowFormOf(client);
  expect(form.end).toBe('2026-12-01');
  expect(narrowChanges(form, client)).toBeNull();
  expect(narrowChanges({ ...form, end: '2026-11-30' }, client)).toEqual({ expiresAt: '2026-11-30' });
  expect(narrowErrors({ ...form, end: '2026-12-02' }, client, '2026-11-20')).toHaveProperty('end');
});

test('a time of a day is found where clocks change, and where a day does not begin at midnight', () => {
  expect(iso(momentAt('2026-03-29', '09:00', 'Europe/Berlin'))).toBe('2026-03-29T07:00:00.000Z');
  expect(iso(momentAt('2026-03-29', '00:00', 'Europe/Berlin'))).toBe('2026-03-28T23:00:00.000Z');
  expect(iso(momentAt('2026-10-26', '00:00', 'Europe/Berlin'))).toBe('2026-10-25T23:00:00.000Z');
  expect(iso(momentAt('2026-03-29', '02:30', 'Europe/Berlin'))).toBe('2026-03-29T01:00:00.000Z'); // left out there
  // In Cairo the clock goes from 23:59 to 01:00 on that night.
  expect(iso(momentAt('2026-04-24', '00:00', 'Africa/Cairo'))).toBe('2026-04-23T22:00:00.000Z');
  expect(iso(momentAt('2026-11-20', '00:00', 'Pacific/Kiritimati'))).toBe('2026-11-19T10:00:00.000Z');
});
