import { expect, test } from 'vitest';
import { usageReport } from '../../../electron/core/usage/report.ts';
import { usageDatabase, write } from './analysis/filled-usage.ts';

const AT = Date.UTC(2029, 10, 8, 12);
const context = { zone: 'Europe/Berlin', nowMs: AT };

test('a report says how many of its requests were refused before they were sent: no quota counts them', () => {
  const db = usageDatabase();
  const refused = { atMs: AT - 3_600_000, outcome: 'refused', costMicroUsd: 0 } as const;
  write(db, context.zone, [{ atMs: AT }, refused, refused, { ...refused, client: 'bot', provider: 'anthropic' }]);
  const told = (given: Omit<Parameters<typeof usageReport>[1], 'by'>, by: 'client' | 'day' = 'client') =>
    usageReport(db, { by, ...given }, context).remarks.map(({ code, text }) => [code, text]);
  const three = [['refused', '3 of the requests were refused before being sent, and no quota counts that.']];
  expect(told({})).toEqual(three);
  expect(told({}, 'day')).toEqual(three);
  const one = [['refused', '1 of the requests was refused before being sent, and no quota counts that.']];
  expect(told({ filter: { client: ['bot'], provider: ['anthropic'] } })).toEqual(one);
  expect(told({ filter: { client: ['bot'] }, from: 'today' })).toEqual(one);
  expect(told({ from: '2029-11-09' })).toEqual([]);
  // Asked for by their outcome, or by a client of its own use.
  expect(told({ filter: { outcome: ['refused'] } })).toEqual([]);
  expect(told({ clientId: 'id-of-bot' })).toEqual([]);
});
