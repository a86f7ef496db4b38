import { expect, test } from 'vitest';
import { attentionOf } from '../../../renderer/home/attention.ts';
import { m } from '../../../renderer/i18n/messages.ts';
import type { QuotaStatus } from '../../../shared/contract/quotas.ts';
import { credential, inDays, NOW_MS } from './credential-fixture.ts';

const quota = (state: QuotaStatus['state']): QuotaStatus => ({
  id: '0123456789abcdef',
  definition: {
    name: 'Month',
    enabled: true,
    counts: 'cost',
    scope: { kind: 'all' },
    period: { every: 'month', day: 1 },
    limit: 10,
    atLimit: 'block',
    warnAt: [],
    throttle: null,
    buffer: null,
    rollover: null,
    countImports: false,
    adjust: null,
  },
  inForce: { warnAt: [], throttle: null },
  state,
  used: 10,
  imported: 0,
  reserved: 0,
  carriedOver: 0,
  kept: 0,
  available: 10,
  percent: 100,
  startsAt: inDays(-10),
  resetsAt: inDays(10),
  refused: 0,
  unpriced: 0,
  warnedAt: null,
  clients: [],
  updatedAt: inDays(0),
});

test('what is used up, expired, about to expire and long unused is told, the worst first, each with its place', () => {
  const keys = [
    credential({ expiresAt: inDays(-1), lastUsedAt: inDays(-1) }),
    credential({ expiresAt: inDays(3), lastUsedAt: inDays(-1) }),
    credential({ createdAt: inDays(-200), lastUsedAt: inDays(-120) }),
    credential({ createdAt: inDays(-120), lastUsedAt: null }),
    credential({ createdAt: inDays(-1), lastUsedAt: null }),
  ];
  const lines = attentionOf(keys, [quota('used-up')], NOW_MS);
  expect(lines.map(({ text }) => text)).toEqual([
    m.home.usedUp('Month'),
    m.home.expired(1),
    m.home.expiring(1),
    m.home.unused(2),
  ]);
  expect(lines[0]?.to).toEqual({ screen: 'quotas', id: '0123456789abcdef' });
  expect(lines.at(-1)?.query).toBe('unused:>90d');
});

test('binned keys and quotas with room need nobody', () => {
  const binned = credential({ state: 'binned', expiresAt: inDays(-5), createdAt: inDays(-300) });
  expect(attentionOf([binned], [quota('ok'), quota('warned'), quota('off')], NOW_MS)).toEqual([]);
});
