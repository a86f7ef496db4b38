import { describe, expect, test } from 'vitest';
import {
  deliveryGivenUp,
  type Happening,
  happeningsOf,
  type HeardEvent,
  isHeard,
  linkTo,
  listed,
} from '../../../electron/core/notifications/happening.ts';
import { panicNotice } from '../../../electron/core/notifications/panic-notice.ts';

const AT = Date.UTC(2030, 0, 15, 12);
const DAY_MS = 86_400_000;
/** All ids have a name but those that begin with "gone". */
const known = {
  zone: 'UTC',
  nameOf: (id: string) => (id.startsWith('gone') ? null : `openai/${id}`),
  providerName: (id: string) => id.toUpperCase(),
};
const happenings = (event: HeardEvent, atMs = AT) => happeningsOf(event, atMs, known);
const only = (event: HeardEvent, atMs = AT): Happening => {
  const [happening, ...more] = happenings(event, atMs);
  if (happening === undefined || more.length > 0) throw new Error('not one');
  return happening;
};
const quota = (percent: number, resetsAt = '2030-02-01T00:00:00.000Z'): HeardEvent => ({
  event: 'quota.warning',
  data: { id: 'q1', name: 'Team', percent, counts: 'cost', used: 4_500_000, limit: 5_000_000, resetsAt },
});
const died = (...ids: string[]): HeardEvent => ({ event: 'credentials.died', data: { ids } });
const reported = (id: string): HeardEvent => ({
  event: 'credential.reported',
  data: { id, client: 'editor' },
});

test('other events are not heard', () => {
  expect(isHeard(quota(90))).toBe(true);
  expect(isHeard({ event: 'settings.changed', data: { app: {} as never, vault: null } })).toBe(false);
});

describe('a quota', () => {
  test.each([
    [99, 'quota.warning', 'warning', 'The quota “Team” passed 99 %.'],
    [100, 'quota.exceeded', 'problem', 'The quota “Team” is used up.'],
  ])('at %s percent: %s', (percent, kind, severity, title) => {
    const detail = 'Used: $4.50 of $5.00. It begins anew on 1 February 2030, 00:00.';
    expect(only(quota(percent)).notice).toMatchObject({ kind, severity, title, detail });
    expect(only(quota(percent)).data).toEqual({ quota: quota(percent).data });
  });

  test('is another thing at another level, and in another period', () => {
    const events = [quota(75), quota(90), quota(90, '2030-03-01T00:00:00.000Z')];
    expect(new Set(events.flatMap((event) => only(event).keys)).size).toBe(3);
    expect(only(quota(75)).keys).toEqual(only(quota(75), AT + DAY_MS).keys);
  });

  test('whose limit was set is told to no webhook', () => {
    const data = { id: 'q1', name: 'Team', counts: 'cost', from: 1_000_000, to: 2_500_000, because: 'why' } as const;
    const happening = only({ event: 'quota.adjusted', data });
    expect(happening.notice.title).toBe('The limit of the quota “Team” was set from $1.00 to $2.50.');
    expect(happening.data).toBeNull();
  });
});

describe('keys that died', () => {
  test('are named one by one or counted, and those that are gone are left out', () => {
    expect(only(died('a', 'gone')).notice).toMatchObject({
      title: 'The key openai/a no longer works.',
      detail: 'The provider refused what worked before. Replace it, or see what the test says.',
      link: { to: 'credential', id: 'a' },
    });
    expect(only(died('a', 'gone')).plain).toBe('A key no longer works.');
    const two = only(died('a', 'b'));
    expect([two.notice.title, two.plain, two.notice.link]).toEqual([
      '2 keys no longer work.',
      '2 keys no longer work.',
      { to: 'credentials' },
    ]);
    expect(two.notice.detail).toMatch(/^openai\/a, openai\/b\. The provider/);
    expect(two.data).toEqual({
      keys: [
        { id: 'a', name: 'openai/a' },
        { id: 'b', name: 'openai/b' },
      ],
    });
    expect(happenings(died('gone', 'gone too'))).toEqual([]);
  });

  test('are told again on another day; the word of a tool is the same thing on the same day', () => {
    const midnight = Date.UTC(2030, 0, 16);
    expect(only(died('a'), midnight - 1).keys).toEqual(only(died('a'), AT).keys);
    expect(only(died('a'), midnight).keys).not.toEqual(only(died('a'), AT).keys);
    expect(only(reported('a'), midnight - 1).keys).toEqual(only(died('a'), AT).keys);
    expect(only(reported('a'), midnight).keys).not.toEqual(only(reported('a'), AT).keys);
  });

  test('by the word of a tool are told as such; of one that is gone nothing is', () => {
    expect(only(reported('a'))).toMatchObject({
      notice: { severity: 'warning', title: 'The key openai/a no longer works, says “editor”.' },
      data: { toldBy: 'editor' },
    });
    expect(happenings(reported('gone'))).toEqual([]);
  });
});

test('what the owner did in the window is seen; what came from elsewhere is not, and of what is gone nothing is told', () => {
  const events = (by: 'ui' | 'cli'): HeardEvent[] => [
    { event: 'credential.revoked', data: { id: 'a', by } },
    { event: 'client.created', data: { id: 'c', name: 'tool', by } },
    { event: 'client.revoked', data: { id: 'c', name: 'tool', by } },
  ];
  expect(events('ui').map((event) => only(event).seen)).toEqual([true, true, true]);
  expect(events('cli').map((event) => only(event).seen)).toEqual([undefined, undefined, undefined]);
  expect(happenings({ event: 'credential.revoked', data: { id: 'gone', by: 'cli' } })).toEqual([]);
});

test('an anomaly is one within its hour', () => {
  const anomaly = (at: string, subject = 'a'): HeardEvent => ({
    event: 'usage.anomaly',
    data: { kind: 'spend', at, subject, text: 'Far more than usual.' },
  });
  const keys = (event: HeardEvent) => only(event).keys[0];
  expect(keys(anomaly('2030-01-15T12:59:59.000Z'))).toBe(keys(anomaly('2030-01-15T12:00:00.000Z')));
  expect(keys(anomaly('2030-01-15T13:00:00.000Z'))).not.toBe(keys(anomaly('2030-01-15T12:00:00.000Z')));
  expect(keys(anomaly('2030-01-15T12:00:00.000Z', 'b'))).not.toBe(keys(anomaly('2030-01-15T12:00:00.000Z')));
});

describe('which keys', () => {
  const named = (count: number) => Array.from({ length: count }, (_, at) => ({ id: `${at}`, name: `k${at}` }));

  test.each([
    [0, ''],
    [1, ''],
    [2, 'k0, k1. '],
    [5, 'k0, k1, k2, k3, k4. '],
    [6, 'k0, k1, k2, k3, k4 and 1 more. '],
  ])('%s are listed as %j', (count, text) => {
    expect(listed(named(count))).toBe(text);
  });

  test('one leads to itself, others to the list', () => {
    expect([0, 1, 2].map((count) => linkTo(named(count)))).toEqual([
      { to: 'credentials' },
      { to: 'credential', id: '0' },
      { to: 'credentials' },
    ]);
  });
});

describe('a delivery that was given up', () => {
  const webhook = { id: 'w1', label: 'ops' };
  const givenUp = (because: string, atMs = AT) => deliveryGivenUp(webhook, because, atMs);

  test('is told with its reason, to no webhook', () => {
    expect(givenUp('gone').notice.title).toBe('The receiver of the webhook “ops” is gone; the webhook is off.');
    expect(givenUp('tries').notice.title).toBe('The webhook “ops” could not be delivered.');
    const details = ['tries', 'age', 'gone', 'queue-full', 'other'].map((because) => givenUp(because).notice.detail);
    expect(new Set(details).size).toBe(5);
    expect(details[4]).toBe('See its deliveries.');
    expect(givenUp('tries').data).toBeNull();
  });

  test('is told once a day for each reason', () => {
    const midnight = Date.UTC(2030, 0, 16);
    expect(givenUp('tries', midnight - 1).keys).toEqual(givenUp('tries').keys);
    expect(givenUp('tries', midnight).keys).not.toEqual(givenUp('tries').keys);
    expect(givenUp('age').keys).not.toEqual(givenUp('tries').keys);
  });
});

test.each([
  [0, 'A panic ended all access; no client had any.', 'Switch on what you need.'],
  [1, 'One client lost its access by a panic.', 'Make new tokens for the clients that you trust'],
  [2, '2 clients lost their access by a panic.', 'Make new tokens for the clients that you trust'],
])('a panic that ended the access of %s', (clients, title, advice) => {
  const notice = panicNotice(clients);
  expect(notice.title).toBe(title);
  expect(notice.detail).toMatch(/^The endpoint and all webhooks are off\. /);
  expect(notice.detail).toContain(advice);
  if (clients === 0) expect(notice.detail).not.toContain('tokens');
});
