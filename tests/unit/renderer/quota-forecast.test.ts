import { expect, test } from 'vitest';
import { forecastOf } from '../../../renderer/quotas/forecast.ts';
import { isWithin } from '../../../shared/folders.ts';
import { emptyQuotaForm, definitionOf, type QuotaForm } from '../../../renderer/quotas/quota-form.ts';
import type { QuotaStatus } from '../../../shared/contract/quotas.ts';
import { forecastQuery } from '../../../shared/contract/usage-forecast.ts';

function quota(part: Partial<QuotaForm>, startsAt: string, resetsAt: string): QuotaStatus {
  const definition = definitionOf({ ...emptyQuotaForm('UTC'), limit: '20', ...part }, 'x');
  const figures = { used: 0, imported: 0, reserved: 0, carriedOver: 0, kept: 0, percent: 0, refused: 0, unpriced: 0 };
  return {
    ...figures,
    ...{
      id: '0'.repeat(16),
      definition,
      inForce: { warnAt: [], throttle: null },
      state: 'ok',
      available: definition.limit,
      startsAt,
      resetsAt,
    },
    ...{ warnedAt: null, clients: [], updatedAt: startsAt },
  };
}
const november = ['2026-10-31T23:00:00.000Z', '2026-11-30T23:00:00.000Z'] as const;

test('a month is asked about by the days of its own zone', () => {
  const query = forecastOf(quota({ scope: 'provider', provider: 'openai' }, ...november), 'Europe/Berlin');
  expect(forecastQuery.parse(query)).toEqual({
    figure: 'cost',
    from: '2026-11-01',
    to: '2026-11-30',
    zone: 'Europe/Berlin',
    limit: 20_000_000,
    imports: false,
    sentOnly: true,
    filter: { provider: ['openai'] },
  });
});

test('short periods and scopes that no report knows are not asked about', () => {
  expect(forecastOf(quota({ every: 'day' }, '2026-11-01T00:00:00.000Z', '2026-11-02T00:00:00.000Z'), 'UTC')).toBeNull();
  expect(
    forecastOf(quota({ every: 'cron' }, '2026-11-01T09:00:00.000Z', '2026-11-02T09:00:00.000Z'), 'UTC'),
  ).toBeNull();
  expect(forecastOf(quota({ scope: 'project', project: '/p' }, ...november), 'UTC')).toBeNull();
  const many = Array.from({ length: 101 }, (_, n) => `/p/${n}`);
  expect(forecastOf(quota({ scope: 'project', project: '/p' }, ...november), 'UTC', many)).toBeNull();
  expect(forecastOf(quota({ scope: 'system' }, ...november), 'UTC')).toBeNull();
});

test('a project is asked about with the folders below it, as its quota counts', () => {
  const folders = ['/p', '/p/web'];
  const query = forecastOf(quota({ scope: 'project', project: '/p/' }, ...november), 'UTC', folders);
  expect(forecastQuery.parse(query).filter).toEqual({ project: folders });
  const names = ['/p', '/p/web', '/p2', 'C:\\p\\web', '/'];
  expect(names.filter((name) => isWithin('/p/', name))).toEqual(folders);
  expect(names.filter((name) => isWithin('C:\\p', name))).toEqual(['C:\\p\\web']);
  expect(['', '/p'].filter((name) => isWithin('/', name))).toEqual(['/p']);
});

test('a week in which the clock is set forward is still a week', () => {
  const week = quota({ every: 'week' }, '2026-03-22T23:00:00.000Z', '2026-03-29T22:00:00.000Z');
  expect(forecastOf(week, 'Europe/Berlin')).toMatchObject({ from: '2026-03-23', to: '2026-03-29' });
});
