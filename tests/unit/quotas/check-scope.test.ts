import { expect, test } from 'vitest';
import { CLIENT, Counting, daily, OTHER } from './counting.ts';

const GONE = 'z'.repeat(10);
const buffer = (...clients: string[]) => ({ percent: 10, clients });

test('a quota of what is not there is refused, however it was written down', () => {
  const counting = new Counting();
  const refused = (given: Parameters<typeof daily>[1]) => () => counting.set(daily(5, given));
  expect(refused({ scope: { kind: 'credential', credential: 'f'.repeat(32) } })).toThrow('a key that is not there');
  expect(refused({ scope: { kind: 'clients', clients: [CLIENT, GONE] } })).toThrow('a client that has no access');
  expect(refused({ buffer: buffer(GONE) })).toThrow('a client that has no access');
  for (const project of ['.', '~/work', 'work/app']) {
    expect(refused({ scope: { kind: 'project', project } }), project).toThrow('no whole path');
  }
  expect(counting.quotas.list()).toEqual([]);
  for (const project of ['/home/me/app', 'C:\\work', '\\\\server\\share']) {
    counting.set(daily(5, { name: project, scope: { kind: 'project', project } }));
  }
  expect(counting.quotas.list()).toHaveLength(3);
});

test('one whose client has gone since can still be changed, and gets no other that is gone', () => {
  const counting = new Counting();
  const pool = { kind: 'clients' as const, clients: [CLIENT, OTHER] };
  const { id } = counting.set(daily(5, { scope: pool, buffer: buffer(OTHER) }));
  counting.clients = [CLIENT];
  expect(counting.set(daily(9, { scope: pool, buffer: buffer(OTHER) }), id).definition.limit).toBe(9);
  expect(() => counting.set(daily(9, { scope: { ...pool, clients: [CLIENT, GONE] } }), id)).toThrow('has no access');
});
