import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { fakeKey } from '../../support/fake-keys.ts';
import { KEYHARBOR } from './command.ts';
import { Screen } from './screen.ts';
import { type UnlockedHome, unlockedHome } from './unlocked-home.ts';
import { WireClient } from '../../unit/rpc/wire-client.ts';

const KEY = fakeKey('openai');
let vault: UnlockedHome;
let asking: WireClient[] = [];

beforeAll(async () => {
  vault = await unlockedHome('approve');
  for (const label of ['work', 'home']) await vault.must(['add', 'openai', '--label', label, '--stdin'], KEY);
});
afterAll(() => vault.close());
afterEach(() => {
  for (const each of asking) each.close();
  asking = [];
});

/** A program that asks for the use of the key; what it is answered, once it is. */
async function ask(
  reason: string,
  ref = 'kh://openai/work',
): Promise<{ readonly answer: Promise<unknown>; readonly leave: () => void }> {
  const wire = new WireClient(join(vault.home, 'run', 'agent.sock'));
  asking.push(wire);
  wire.send(WireClient.hello());
  await wire.next();
  const params = { refs: [ref], form: 'proxy', caller: { pid: process.pid, reason } };
  wire.send(WireClient.request(1, 'access.ask', params));
  return { answer: wire.next().then((line) => line?.['result']), leave: () => wire.close() };
}

async function atDesk(): Promise<Screen> {
  const screen = new Screen(KEYHARBOR, ['approve'], vault.env);
  await screen.until('Nobody waits');
  return screen;
}

test('a person sees who asks for what and why, and a yes that comes too quickly does not count', async () => {
  const screen = await atDesk();
  const { answer } = await ask('to build the site');
  await screen.until('Your answer');
  for (const words of [
    'kh://openai/work',
    'the key stays here',
    '"to build the site"',
    process.execPath,
    String(process.pid),
  ])
    expect(screen.shown).toContain(words);
  screen.type('2\r');
  await screen.until('too quick');
  let settled = false;
  void answer.then(() => (settled = true));
  while (!settled) {
    await Promise.race([screen.until('Your answer'), answer]);
    if (!settled) screen.type('2\r');
  }
  expect(await answer).toMatchObject({ granted: true });
  screen.type('\x03');
  expect(await screen.ended).toBe(130);
});

test('Enter alone is a no; a question whose asker left is taken back; the end of the vault ends the desk', async () => {
  // What was allowed before is forgotten.
  await vault.must(['lock']);
  await vault.unlock();
  const screen = await atDesk();
  const denied = await ask('first');
  await screen.until('Your answer');
  screen.type('\r');
  expect(await denied.answer).toMatchObject({ granted: false });
  const left = await ask('second', 'kh://openai/home');
  await screen.until('Your answer');
  left.leave();
  await screen.until('settled elsewhere');
  await vault.must(['lock']);
  expect(await screen.ended).toBe(3);
  await vault.unlock();
});

test('without a terminal what waits is listed, and nothing is asked', async () => {
  const outcome = await vault.kh(['approve']);
  expect(outcome).toEqual({ code: 0, signal: null, stdout: '', stderr: 'Nobody waits for an answer.\n' });
  expect(JSON.parse(await vault.must(['approve', '--json']))).toEqual([]);
  expect((await vault.kh(['approve', '0123456789abcdef'])).code).toBe(2);
  expect((await vault.kh(['approve', '0123456789abcdef', '--answer', 'once'])).code).toBe(4);
});

test('clients are narrowed and get new tokens; panic drops all at once, without a question', async () => {
  const first = (await vault.must(['client', 'add', 'tool', '--grant', 'proxy:openai', 'keys:list'])).trim();
  const narrowed = [
    'client',
    'narrow',
    'tool',
    '--grant',
    'proxy:openai/work',
    '--expires',
    '7d',
    '--rate',
    '5',
    '--json',
  ];
  expect(JSON.parse(await vault.must(narrowed))).toMatchObject({ grants: ['proxy:openai/work'], ratePerSecond: 5 });
  expect((await vault.kh(['client', 'narrow', 'tool', '--grant', 'proxy:openai'])).code).not.toBe(0);
  expect((await vault.kh(['client', 'narrow', 'tool'])).code).toBe(2);
  const second = (await vault.must(['client', 'rotate', 'tool'])).trim();
  expect(second).toMatch(/^kh_live_/);
  expect(second).not.toBe(first);
  await vault.must(['endpoint', 'on', '--port', '0']);
  const { port } = JSON.parse(await vault.must(['endpoint', 'status', '--json'])) as { port: number };
  const status = (token: string): Promise<number> =>
    fetch(`http://127.0.0.1:${port}/v1/keys`, { headers: { authorization: `Bearer ${token}` } }).then(
      (answer) => answer.status,
    );
  expect([await status(first), await status(second)]).toEqual([401, 403]);

  expect(JSON.parse(await vault.must(['panic', '--json']))).toMatchObject({ clients: 1 });
  await expect(status(second)).rejects.toThrow();
  expect(JSON.parse(await vault.must(['status', '--json']))).toMatchObject({
    state: 'locked',
    endpoint: { on: false },
  });
  await vault.unlock();
  expect(JSON.parse(await vault.must(['client', 'list', '--json']))).toMatchObject([{ state: 'revoked' }]);
  // A second time there is nothing to drop, and it is not an error.
  expect((await vault.kh(['panic'])).code).toBe(0);
  await vault.unlock();
});

test('the weakest form of a key is set, shown, taken back, and keeps tools from more', async () => {
  await vault.must(['edit', 'kh://openai/work', '--weakest-form', 'proxy']);
  expect(await vault.must(['show', 'kh://openai/work'])).toMatch(/Given out as: +proxy/);
  await vault.must(['edit', 'kh://openai/work', '--weakest-form', 'default']);
  expect(await vault.must(['show', 'kh://openai/work'])).not.toContain('Given out as');
  const { code, stderr } = await vault.kh(['edit', 'kh://openai/work', '--weakest-form', 'paper']);
  expect(code).toBe(2);
  expect(stderr).toContain('proxy, token, environment, value; or default');
});
