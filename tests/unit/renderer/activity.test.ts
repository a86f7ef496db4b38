import { describe, expect, test } from 'vitest';
import { toQuery } from '../../../renderer/activity/filters.ts';
import { joined } from '../../../renderer/activity/joined.ts';
import { NO_FILTERS } from '../../../renderer/state/activity-route.ts';
import { formatRoute, HOME, parseRoute } from '../../../renderer/state/route.ts';
import type { AuditEntry } from '../../../shared/contract/audit.ts';
import { auditFilter } from '../../../shared/contract/audit.ts';

const entry = (seq: number): AuditEntry => ({
  seq,
  at: '2030-01-15T12:00:00.000Z',
  actor: 'ui',
  actorName: null,
  action: 'vault.unlock',
  target: '',
  targetName: null,
  result: 'ok',
  meta: {},
});
const part = (seqs: readonly number[], more = false) => ({ entries: seqs.map(entry), more });
const seqs = ({ entries }: { readonly entries: readonly AuditEntry[] }) => entries.map(({ seq }) => seq);

describe('the list of activity', () => {
  test('begins with the newest, and older ones come behind', () => {
    const first = joined(part([]), part([9, 8, 7], true), undefined);
    expect([seqs(first), first.more]).toEqual([[9, 8, 7], true]);
    const all = joined(first, part([6, 5]), 7);
    expect([seqs(all), all.more]).toEqual([[9, 8, 7, 6, 5], false]);
  });

  test('new ones come in front, once; whether there are older ones stays as it was', () => {
    const now = joined(part([9, 8], true), part([11, 10, 9], true), undefined);
    expect([seqs(now), now.more]).toEqual([[11, 10, 9, 8], true]);
  });

  test('begins anew where more came than a page holds: no gap passes for the whole', () => {
    expect(seqs(joined(part([3, 2, 1]), part([99, 98], true), undefined))).toEqual([99, 98]);
  });
});

describe('the filters', () => {
  test('that are empty ask for everything', () => {
    expect(toQuery(NO_FILTERS)).toEqual({});
  });

  test('stand in the address, and what is none is left out', () => {
    const activity = { area: 'keys', actor: 'A1b2C3d4E5', result: 'refused', from: '2030-01-15', to: '' } as const;
    expect(parseRoute(formatRoute({ ...HOME, screen: 'activity', activity })).activity).toEqual(activity);
    expect(formatRoute({ ...HOME, activity })).toBe('#/home');
    const wrong = parseRoute('#/activity?area=all&by=../x&result=no&from=1.1.2030&to=2030-1-1');
    expect(wrong.activity).toEqual(NO_FILTERS);
  });

  test('ask for whole days of this computer', () => {
    const query = auditFilter.parse(toQuery({ ...NO_FILTERS, area: 'keys', from: '2030-01-15', to: '2030-01-15' }));
    expect(query.area).toBe('keys');
    expect([new Date(query.from ?? 0), new Date(query.to ?? 0)]).toEqual([
      new Date(2030, 0, 15),
      new Date(2030, 0, 16),
    ]);
  });

  test('a day that is half typed does not filter', () => {
    expect(toQuery({ ...NO_FILTERS, from: '0002-1', to: '' })).toEqual({});
  });
});
