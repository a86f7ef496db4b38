import { expect, test } from 'vitest';
import { credentialInput, startUnlockedApp } from '../../support/test-app.ts';
import { quotaDefinition } from '../../../shared/quotas.ts';
import { CLIENT, Counting, daily, KEY, OTHER } from './counting.ts';

const GONE = 'z'.repeat(10);
const buffer = (...clients: string[]) => ({ percent: 10, clients });

test('a quota of what is not there is refused, however it was written down', () => {
  const counting = new Counting();
  const refused = (given: Parameters<typeof daily>[1]) => () => counting.set(daily(5, given));
  expect(refused({ scope: { kind: 'credential', credential: 'f'.repeat(32) } })).toThrow('a key that is not there');
  expect(refused({ scope: { kind: 'provider', provider: 'opnai' } })).toThrow('no provider');
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

test('one whose client, key or own provider has gone since can still be changed, and gets no other that is gone', () => {
  const counting = new Counting();
  const own = { ...counting.catalogue.get('openai'), id: 'acme', own: true as const };
  counting.catalogue.setOwn([{ provider: own, enabled: true }]);
  const pool = { kind: 'clients' as const, clients: [CLIENT, OTHER] };
  const scopes: readonly Parameters<typeof daily>[1][] = [
    { name: 'pool', scope: pool, buffer: buffer(OTHER) },
    { name: 'all', buffer: buffer(OTHER) },
    { name: 'key', scope: { kind: 'credential', credential: KEY } },
    { name: 'provider', scope: { kind: 'provider', provider: 'acme' } },
  ];
  const ids = scopes.map((given) => counting.set(daily(5, given)).id);
  counting.clients = [CLIENT];
  counting.keys = [];
  counting.catalogue.setOwn([]);
  scopes.forEach((given, at) => {
    expect(counting.set(daily(9, given), ids[at]).definition).toMatchObject({ name: given?.name, limit: 9 });
  });
  const refused = (at: number, given: Parameters<typeof daily>[1]) => () => counting.set(daily(9, given), ids[at]);
  expect(refused(0, { scope: { ...pool, clients: [CLIENT, GONE] } })).toThrow('has no access');
  expect(refused(1, { buffer: buffer(GONE) })).toThrow('has no access');
  expect(refused(2, { scope: { kind: 'credential', credential: 'f'.repeat(32) } })).toThrow('a key that is not there');
  expect(refused(3, { scope: { kind: 'provider', provider: 'acme2' } })).toThrow('no provider');
  expect(refused(3, { scope: { kind: 'credential', credential: KEY } })).toThrow('a key that is not there');
});

test('a key in the bin and a client that was revoked are not there for a quota', async () => {
  const { app } = await startUnlockedApp();
  app.credentials.add(
    credentialInput({ provider: 'openai', fields: { api_key: ['sk', 'proj', 'x'.repeat(40)].join('-') } }),
    'cli',
  );
  const { id: credential } = app.credentials.resolve('openai', 'default');
  const input = { name: 'tool', grants: ['proxy:openai'], expiresInDays: 1, ratePerSecond: null, test: false };
  const { client } = app.clients.create(input, 'cli');
  const ofKey = { name: 'key', scope: { kind: 'credential' as const, credential } };
  const ofClient = { name: 'client', scope: { kind: 'clients' as const, clients: [client.id] } };
  const set = (given: Parameters<typeof daily>[1]) =>
    app.quotas.set({ definition: quotaDefinition.parse(daily(5, given)) }, 'cli');
  for (const given of [ofKey, ofClient]) app.quotas.remove(set(given).id, 'cli');
  app.credentials.move({ id: credential }, 'delete', 'cli');
  app.clients.revoke('tool', 'cli');
  expect(() => set(ofKey)).toThrow('a key that is not there');
  expect(() => set(ofClient)).toThrow('a client that has no access');
  expect(() => set({ scope: { kind: 'credential', credential: 'f'.repeat(32) } })).toThrow('a key that is not there');
  expect(() => set({ scope: { kind: 'clients', clients: [GONE] } })).toThrow('a client that has no access');
});
