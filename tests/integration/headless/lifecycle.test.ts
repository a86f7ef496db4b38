import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Keychain, Question, Shell } from '../../../electron/core/seams.ts';
import { type RunningCore, startCore } from '../../../electron/hosts/common/start-core.ts';
import { headlessOptions } from '../../../electron/hosts/headless/agent.ts';
import { SUBSCRIBE_METHOD } from '../../../shared/wire.ts';
import { FakeClock } from '../../unit/rpc/fake-clock.ts';
import { WireClient } from '../../unit/rpc/wire-client.ts';
import { AgentCaller } from './headless-process.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const PASSWORD = ['correct', 'horse', 'battery', 'staple', '42'].join(' ');
const SECRET = ['sk', 'proj', 'k'.repeat(48)].join('-');

const noKeychain: Keychain = {
  probe: () => Promise.resolve({ name: null, reason: 'none in this test' }),
  read: () => Promise.resolve(null),
  write: () => Promise.reject(new Error('no keychain')),
  remove: () => Promise.resolve(),
};

let folder: string;
let clock: FakeClock;
let cores: RunningCore[];
let callers: AgentCaller[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kh-life-'));
  clock = new FakeClock();
  cores = [];
  callers = [];
});

afterEach(async () => {
  for (const caller of callers) caller.close();
  for (const core of cores) await core.close();
  rmSync(folder, { recursive: true, force: true });
});

async function start(onDemand: boolean, shell: Partial<Shell> = {}): Promise<RunningCore> {
  const options = headlessOptions({ onDemand });
  const core = await startCore({
    ...options,
    shell: (paths, log) => ({ ...options.shell(paths, log), ...shell }),
    env: { KEYHARBOR_HOME: join(folder, 'home'), HOME: folder },
    clock,
    keychain: noKeychain,
  });
  if (core.kind !== 'running') throw new Error('it runs elsewhere');
  cores.push(core);
  return core;
}

async function call(core: RunningCore): Promise<AgentCaller> {
  const caller = new AgentCaller(core.socketPath);
  callers.push(caller);
  await caller.greeted;
  return caller;
}

async function unlocked(core: RunningCore): Promise<AgentCaller> {
  const caller = await call(core);
  await caller.ask('vault.create', { password: PASSWORD });
  expect(core.app.vault.state).toBe('unlocked');
  return caller;
}

test.each([
  ['an agent started on demand', true, 30 * MINUTE_MS],
  ['serve', false, 8 * HOUR_MS],
])('%s locks after its idle time without a request, tells it, and goes on serving', async (_what, onDemand, idleMs) => {
  const core = await start(onDemand);
  const caller = await unlocked(core);
  const listening = await call(core);
  listening.wire.send(WireClient.request(99, SUBSCRIBE_METHOD));
  await listening.wire.next();

  clock.advance(idleMs - MINUTE_MS);
  expect(core.app.vault.state).toBe('unlocked');
  await caller.ask('credentials.list'); // starts the idle time anew
  clock.advance(idleMs - MINUTE_MS);
  expect(core.app.vault.state).toBe('unlocked');
  clock.advance(MINUTE_MS);
  expect(core.app.vault.state).toBe('locked');

  let line = await listening.wire.next();
  while (line !== null && line['event'] !== 'vault.locked') line = await listening.wire.next();
  expect(line).toEqual({ event: 'vault.locked', data: { reason: 'idle' } });
  expect(await caller.ask('credentials.list')).toMatchObject({ error: { code: 'vault_locked' } });
});

test('a request on the endpoint keeps the vault open, too', async () => {
  const core = await start(false);
  const caller = await unlocked(core);
  await caller.ask('credentials.add', { provider: 'openai', label: 'work', fields: { api_key: SECRET } });
  const { token } = await caller.ask('clients.create', { name: 'demo', grants: ['keys:read:openai'] });
  const { port } = await caller.ask('endpoint.on', { port: 0 });
  clock.advance(8 * HOUR_MS - MINUTE_MS);
  const answer = await fetch(`http://127.0.0.1:${Number(port)}/v1/keys/openai/work`, {
    headers: { authorization: `Bearer ${String(token)}` },
  });
  expect(await answer.json()).toMatchObject({ value: SECRET });
  clock.advance(2 * MINUTE_MS);
  expect(core.app.vault.state).toBe('unlocked');
});

test('a hand-over locks and closes before the answer is read by anybody else; serve and windows refuse it', async () => {
  const serve = await start(false);
  const stays = await call(serve);
  expect(await stays.ask('app.handOver')).toMatchObject({ error: { code: 'conflict' } });
  expect(await stays.ask('app.focus')).toEqual({ shown: false });
  stays.close();
  await serve.close();

  const agent = await start(true);
  const caller = await unlocked(agent);
  expect(await caller.ask('app.handOver')).toEqual({});
  expect(agent.app.vault.state).toBe('locked');
  caller.close();
  await agent.closed;
  expect(existsSync(agent.socketPath)).toBe(false);
  await start(false); // the home is free
});

test('closing twice is closing once, and a new start finds the home free', async () => {
  const core = await start(false);
  await Promise.all([core.close(), core.close()]);
  await core.closed;
  await start(false);
});

test('a signal that comes again while it closes does not end it half-way', async () => {
  const before = process.listenerCount('SIGINT');
  const core = await start(false);
  await unlocked(core);
  const listening: number[] = [];
  core.app.onEvent(({ event }) => {
    if (event === 'vault.locked') listening.push(process.listenerCount('SIGINT'));
  });
  await core.close();
  expect(listening).toEqual([before + 1]);
  expect(process.listenerCount('SIGINT')).toBe(before);
});

test('an on-demand agent brings the endpoint back as it was set, but only once the vault is open', async () => {
  const first = await start(true);
  const caller = await unlocked(first);
  const { port } = await caller.ask('endpoint.on', { port: 0 });
  expect(port).toBeGreaterThan(0);
  const file = JSON.parse(readFileSync(first.paths.settings, 'utf8')) as unknown;
  expect(JSON.stringify(file)).toContain('endpointOn');
  caller.close();
  await first.close();

  const second = await start(true);
  const again = await call(second);
  expect(await again.ask('endpoint.status')).toMatchObject({ on: false });
  const changed = new Promise<void>((resolve) => {
    second.app.onEvent(({ event }) => {
      if (event === 'endpoint.changed') resolve();
    });
  });
  await again.ask('vault.unlock', { password: PASSWORD });
  await changed;
  expect(await again.ask('endpoint.status')).toMatchObject({ on: true });
  await again.ask('vault.lock');
  expect(await again.ask('endpoint.status')).toMatchObject({ on: true });
});

test('what needs a yes outside the page is declined where there is nobody to ask', async () => {
  const core = await start(false);
  await unlocked(core);
  const fromWindow = (method: string, params: unknown) =>
    core.route({ caller: 'window', connection: 'page', method, params });
  const declined = expect.objectContaining({ code: 'forbidden' }) as Error;
  await expect(fromWindow('clients.create', { name: 'x', grants: ['keys:list'] })).rejects.toThrow(declined);
  await expect(fromWindow('app.openLink', { url: 'https://example.com/' })).rejects.toThrow(declined);
  const add = { provider: 'openai', fields: { api_key: SECRET }, baseUrl: 'https://gateway.example.com/v1' };
  await expect(fromWindow('credentials.add', add)).rejects.toThrow(declined);
  expect(core.app.credentials.list({})).toEqual([]);
  expect(core.app.clients.list()).toEqual([]);
});

test('what a page asks for is shown outside of it, in full, and done after a yes', async () => {
  const questions: Question[] = [];
  const opened: string[] = [];
  const core = await start(false, {
    confirm: (question) => {
      questions.push(question);
      return Promise.resolve(true);
    },
    openLink: (url) => {
      opened.push(url);
      return Promise.resolve();
    },
  });
  await unlocked(core);
  const fromWindow = (method: string, params: unknown) =>
    core.route({ caller: 'window', connection: 'page', method, params });
  const shown = () => {
    const text = JSON.stringify(questions);
    questions.length = 0;
    return text;
  };

  await fromWindow('clients.create', { name: 'my tool', grants: ['keys:list', 'proxy:openai/work'] });
  expect(shown()).toMatch(/my tool.*30 days.*keys:list\\nproxy:openai\/work/);
  await expect(fromWindow('clients.create', { name: 'x', grants: ['keys:all'] })).rejects.toMatchObject({
    code: 'invalid_input',
  });
  expect(questions).toEqual([]); // what is not in the grammar is not asked

  const baseUrl = 'https://gateway.example.com/v1';
  const add = { provider: 'openai', label: 'gw', fields: { api_key: SECRET }, baseUrl };
  const added = (await fromWindow('credentials.add', add)) as { readonly credential: { readonly id: string } };
  expect(shown()).toContain('gateway.example.com');
  const target = { id: added.credential.id };
  await fromWindow('credentials.edit', { target, changes: { name: 'Gateway', baseUrl } });
  expect(questions).toEqual([]); // nothing moves
  await fromWindow('credentials.edit', { target, changes: { baseUrl: 'https://other.example.com/v1' } });
  expect(shown()).toContain('other.example.com');
  expect(core.app.credentials.get(target).baseUrl).toBe('https://other.example.com/v1');

  const known = core.app.providers.list().flatMap(({ links }) => links.docs ?? [])[0] ?? '';
  await fromWindow('app.openLink', { url: known });
  expect(questions).toEqual([]);
  await fromWindow('app.openLink', { url: 'https://xn--exmple-cua.com/a?b=c' });
  expect(shown()).toContain('https://xn--exmple-cua.com/a?b=c');
  expect(opened).toEqual([new URL(known).href, 'https://xn--exmple-cua.com/a?b=c']);
});

test.each(['http://example.com/', 'javascript:alert(1)', 'file:///etc/passwd', 'https://user@example.com/', 'x'])(
  'the link %s is never opened',
  async (url) => {
    const core = await start(false);
    const opening = core.route({ caller: 'window', connection: 'page', method: 'app.openLink', params: { url } });
    await expect(opening).rejects.toMatchObject({ code: 'invalid_input' });
  },
);
