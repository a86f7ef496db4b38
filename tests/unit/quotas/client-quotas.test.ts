import { expect, test } from 'vitest';
import { quotasFor } from '../../../electron/core/quotas/client-quotas.ts';
import { CLIENT, Counting, daily } from './counting.ts';

test('a client sees the quota of a folder only where its own project is in it', () => {
  const counting = new Counting();
  counting.set(daily(10, { name: 'all' }));
  counting.set(daily(10, { name: 'folder', scope: { kind: 'project', project: '/home/ann/work' } }));
  const seen = (project?: string) =>
    quotasFor(
      { id: CLIENT, grants: [], ...(project === undefined ? {} : { project }) },
      counting.quotas.list(),
      () => null,
    ).map(({ name }) => name);
  expect(seen()).toEqual(['all']);
  expect(seen('/home/ann/other')).toEqual(['all']);
  expect(seen('/home/ann/workshop')).toEqual(['all']);
  expect(seen('/home/ann/work/site')).toEqual(['all', 'folder']);
});
