import { expect, test } from 'vitest';
import { routeOfLink } from '../../../renderer/notifications/notice-link.ts';
import { snoozedUntil } from '../../../renderer/notifications/snooze.ts';
import { formatRoute, HOME, parseRoute } from '../../../renderer/state/route.ts';

const at = (text: string): number => new Date(text).getTime();
const local = (iso: string): string => {
  const moment = new Date(iso);
  return `${moment.getDay()} ${moment.getDate()} ${moment.getHours()}:${moment.getMinutes()}`;
};

test('what is put off comes back in an hour, tomorrow at nine, or on the next Monday at nine', () => {
  const saturday = at('2026-11-21T22:30:00');
  expect(snoozedUntil('hour', saturday)).toBe(new Date(saturday + 3_600_000).toISOString());
  expect(local(snoozedUntil('tomorrow', saturday))).toBe('0 22 9:0');
  expect(local(snoozedUntil('week', saturday))).toBe('1 23 9:0');
  expect(local(snoozedUntil('week', at('2026-11-22T10:00:00')))).toBe('1 23 9:0'); // a Sunday
  expect(local(snoozedUntil('week', at('2026-11-23T10:00:00')))).toBe('1 30 9:0'); // a Monday: the one after
});

test('every line of the inbox leads to a place that the address can hold', () => {
  const id = '0123456789abcdef';
  const links = [
    { to: 'credential', id: id + id },
    { to: 'provider', id: 'openai' },
    { to: 'credentials' },
    { to: 'quota', id },
    { to: 'client', id: 'A1b2C3d4E5' },
    { to: 'usage', at: '2026-11-21T13:37:00.000Z' },
    { to: 'prices' },
    { to: 'webhook', id: id + id },
  ] as const;
  for (const link of links) {
    const route = { ...HOME, ...routeOfLink(link) };
    expect(parseRoute(formatRoute(route))).toEqual(route);
  }
});

test('unusual use leads to its hour', () => {
  const { usage } = routeOfLink({ to: 'usage', at: '2026-11-21T13:37:00.000Z' });
  expect(usage).toMatchObject({ from: '2026-11-21T13:00:00.000Z', to: '2026-11-21T14:00:00.000Z' });
});
