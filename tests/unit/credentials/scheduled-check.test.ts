import { expect, test } from 'vitest';
import { answeringServer, json } from '../../support/answering-server.ts';
import { fakeKey } from '../../support/fake-keys.ts';
import { credentialInput, PASSWORD, startUnlockedApp } from '../../support/test-app.ts';

const DAY_MS = 86_400_000;

async function withKeys(count: number) {
  let status = 200;
  let atOnce = 0;
  let most = 0;
  const server = await answeringServer(async (response) => {
    atOnce += 1;
    most = Math.max(most, atOnce);
    await new Promise((resolve) => setImmediate(resolve));
    atOnce -= 1;
    json(response, status, status === 200 ? { data: [] } : { error: { code: 'invalid_api_key' } });
  });
  const t = await startUnlockedApp();
  t.app.lockPolicy.close(); // what it does to an idle vault has tests of its own
  const told: string[] = [];
  t.shell.notify = (...words: string[]) => void told.push(words.join(' '));
  for (let at = 0; at < count; at += 1) {
    const input = { provider: 'openai', label: `key${at}`, fields: { api_key: fakeKey('openai', 'project') } };
    t.app.credentials.add(credentialInput({ ...input, baseUrl: `${server.url}/v1`, local: true }), 'cli');
  }
  const died = () => t.heard.filter(({ event }) => event === 'credentials.died');
  const answer = (next: number) => (status = next);
  /** A day passes in which no timer runs, as in a computer that sleeps; then it is looked again. */
  const day = async () => {
    t.clock.wallMs += DAY_MS;
    t.clock.advance(15 * 60_000);
    await t.app.scheduledCheck.settled();
    t.clock.advance(1000); // what it found is written and told a moment later
  };
  return { ...t, server, told, died, answer, day, most: () => most };
}

test('off, nothing is asked', async () => {
  const { server, day } = await withKeys(1);
  await day();
  expect(server.seen).toHaveLength(0);
});

test('on, every key is tested once a day, two at a time at one place; one that died is told once, without its name', async () => {
  const { app, server, day, died, told, answer, most } = await withKeys(5);
  app.settings.set({ vault: { dailyCheck: true } }, 'ui');
  await day();
  expect(server.seen).toHaveLength(5);
  expect(most()).toBeLessThanOrEqual(2);
  expect([died(), told]).toEqual([[], []]);
  answer(401);
  await day();
  const [event, ...more] = died();
  expect(more).toEqual([]);
  expect(event?.event === 'credentials.died' && event.data.ids.toSorted()).toEqual(
    app.credentials
      .list({})
      .map(({ id }) => id)
      .toSorted(),
  );
  expect(told).toEqual(['Keyharbor 5 keys no longer work. Open Keyharbor to see more.']);
  await day();
  expect(told).toHaveLength(1);
});

test('it waits for the unlock, and a lock within the day does not make it come twice', async () => {
  const { app, clock, server, day } = await withKeys(1);
  app.settings.set({ vault: { dailyCheck: true } }, 'ui');
  app.vault.lock('asked');
  clock.advance(2 * DAY_MS);
  expect(server.seen).toHaveLength(0);
  await app.vault.unlock(PASSWORD, 'cli');
  await app.scheduledCheck.settled();
  expect(server.seen).toHaveLength(1);
  app.vault.lock('asked');
  await app.vault.unlock(PASSWORD, 'cli');
  await app.scheduledCheck.settled();
  expect(server.seen).toHaveLength(1);
  await day();
  expect(server.seen).toHaveLength(2);
});

test('a round in which nobody answered is made again after an hour, not after a day', async () => {
  const { app, clock, server, day, answer } = await withKeys(2);
  app.settings.set({ vault: { dailyCheck: true } }, 'ui');
  const look = async (minutes: number) => {
    clock.advance(minutes * 60_000);
    await app.scheduledCheck.settled();
  };
  answer(503);
  await day();
  expect(server.seen).toHaveLength(2);
  await look(30);
  expect(server.seen).toHaveLength(2);
  answer(200);
  await look(30);
  expect(server.seen).toHaveLength(4);
  await look(60);
  expect(server.seen).toHaveLength(4);
});
