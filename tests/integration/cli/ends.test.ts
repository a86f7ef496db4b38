import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fakeKey } from '../../support/fake-keys.ts';
import { WireClient } from '../../unit/rpc/wire-client.ts';
import { type UnlockedHome, unlockedHome } from './unlocked-home.ts';

/** 14 hours ahead of UTC, without a change of its clocks; no computer that runs this stands there. */
const ZONE = 'Pacific/Kiritimati';
let vault: UnlockedHome;

async function ask(method: string, params: object): Promise<unknown> {
  const wire = new WireClient(join(vault.home, 'run', 'agent.sock'));
  wire.send(WireClient.hello());
  await wire.next();
  wire.send(WireClient.request(1, method, params));
  const line = await wire.next();
  wire.close();
  return line;
}
const json = async (...words: string[]) => JSON.parse(await vault.must([...words, '--json'])) as object;

beforeAll(async () => {
  vault = await unlockedHome('ends');
  expect(await ask('settings.set', { vault: { reportingZone: ZONE } })).toHaveProperty('result');
  await vault.must(['add', 'openai', '--stdin', '--expires', '2099-01-31'], fakeKey('openai'));
});
afterAll(() => vault.close());

test('a key that is given a day ends with it where the vault counts its days, and is shown so', async () => {
  expect(await json('show', 'kh://openai/default')).toMatchObject({ expiresAt: '2099-01-31T09:59:59.999Z' });
  expect(await vault.must(['show', 'kh://openai/default'])).toMatch(/Expires: +2099-01-31 23:59\n/);
  await vault.must(['edit', 'kh://openai/default', '--expires', '2099-03-01']);
  expect(await json('show', 'kh://openai/default')).toMatchObject({ expiresAt: '2099-03-01T09:59:59.999Z' });
  await vault.must(['edit', 'kh://openai/default', '--expires', '2099-03-01T12:00:00Z']);
  expect(await json('show', 'kh://openai/default')).toMatchObject({ expiresAt: '2099-03-01T12:00:00.000Z' });
});

test('so does a client whose end is moved to a day', async () => {
  await vault.must(['client', 'add', 'tool', '--grant', 'keys:list', '--expires', '30d']);
  const day = new Date(Date.now() + 7 * 86_400_000).toISOString().slice(0, 10);
  expect(await vault.must(['client', 'narrow', 'tool', '--expires', day])).toContain(`until ${day} 23:59 (${ZONE})`);
  expect(await json('client', 'list')).toMatchObject([{ expiresAt: `${day}T09:59:59.999Z` }]);
  const { stdout, stderr } = await vault.kh(['client', 'list']);
  expect([stdout.includes(`${day} 23:59`), stderr]).toEqual([true, `Times are those of ${ZONE}.\n`]);
});
