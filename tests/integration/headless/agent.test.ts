import {
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WireClient } from '../../unit/rpc/wire-client.ts';
import { type AgentCaller, HeadlessProcess } from './headless-process.ts';

const PASSWORD = ['correct', 'horse', 'battery', 'staple', '42'].join(' ');
const SECRET = ['sk', 'proj', 'k'.repeat(48)].join('-');

let folder: string;
let home: string;
let started: HeadlessProcess[];
let callers: AgentCaller[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kh-headless-'));
  home = join(folder, 'home');
  started = [];
  callers = [];
});

afterEach(async () => {
  for (const caller of callers) caller.close();
  for (const agent of started) {
    agent.kill('SIGKILL');
    await agent.ended;
  }
  rmSync(folder, { recursive: true, force: true });
});

function run(args: readonly string[] = ['--port', '0'], stdin: string | null = null, at = home): HeadlessProcess {
  const agent = new HeadlessProcess(at, args, stdin);
  started.push(agent);
  return agent;
}

async function call(agent: HeadlessProcess): Promise<AgentCaller> {
  const caller = await agent.connect();
  callers.push(caller);
  return caller;
}

async function running(args?: readonly string[], stdin?: string): Promise<HeadlessProcess> {
  const agent = run(args, stdin);
  if ((await agent.greeting) === null) throw new Error(`the agent did not start: ${agent.errors}`);
  return agent;
}

/** A home with an unlocked vault and one OpenAI key. */
async function withVault(agent: HeadlessProcess): Promise<AgentCaller> {
  const caller = await call(agent);
  expect(await caller.ask('vault.create', { password: PASSWORD })).toHaveProperty('recoveryCode');
  const added = await caller.ask('credentials.add', { provider: 'openai', label: 'work', fields: { api_key: SECRET } });
  expect(added).toHaveProperty('credential');
  return caller;
}

const health = async (agent: HeadlessProcess): Promise<{ readonly port: number; readonly body: unknown }> => {
  const { port } = JSON.parse(readFileSync(join(agent.home, 'run/endpoint.json'), 'utf8')) as { port: number };
  const answer = await fetch(`http://127.0.0.1:${port}/healthz`);
  return { port, body: await answer.json() };
};

test('serve says in one line where it listens and what to do, and is reachable by the owner only', async () => {
  const agent = await running();
  expect(agent.output).toMatch(/^Keyharbor serves, endpoint on http:\/\/127\.0\.0\.1:\d+, no vault yet: .*\n$/);
  expect(lstatSync(join(home, 'run')).mode & 0o777).toBe(0o700);
  expect(lstatSync(agent.agentFile.socket).mode & 0o777).toBe(0o600);
  expect(lstatSync(join(home, 'run/agent.json')).mode & 0o777).toBe(0o600);
  expect(agent.agentFile.pid).toBe(agent.child.pid);
  const caller = await call(agent);
  expect(await caller.ask('vault.status')).toMatchObject({ state: 'no-vault', host: 'headless' });
});

test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('%s ends it with 0 and leaves nothing in run', async (signal) => {
  const agent = await running();
  await withVault(agent);
  agent.kill(signal);
  expect(await agent.ended).toEqual({ status: 0, signal: null });
  expect(readdirSync(join(home, 'run'))).toEqual([]);
});

test('app.stop is answered before the end', async () => {
  const agent = await running();
  const caller = await withVault(agent);
  expect(await caller.ask('app.stop')).toEqual({});
  expect(await agent.ended).toEqual({ status: 0, signal: null });
});

test('after kill -9 the next start finds the home free, the vault locked and nothing lost', async () => {
  const first = await running();
  await withVault(first);
  first.kill('SIGKILL');
  expect(await first.ended).toMatchObject({ signal: 'SIGKILL' });
  expect(existsSync(join(home, 'run/agent.sock'))).toBe(true);
  // Somebody else may listen on that port by now: no tool may be sent there.
  writeFileSync(join(home, 'run/endpoint.json'), '{"address":"127.0.0.1","port":7717,"pid":1}');

  const second = await running(['--no-endpoint']);
  expect(second.output).toContain('locked: run "keyharbor unlock"');
  expect(existsSync(join(home, 'run/endpoint.json'))).toBe(false);
  const caller = await call(second);
  expect(await caller.ask('credentials.list')).toMatchObject({ error: { code: 'vault_locked' } });
  expect(await caller.ask('vault.unlock', { password: PASSWORD })).toMatchObject({ state: 'unlocked' });
  expect(await caller.ask('credentials.read', { ref: 'kh://openai/work' })).toMatchObject({ value: SECRET });
});

test('a second serve on one home is a conflict and does not disturb the first', async () => {
  const first = await running();
  const caller = await withVault(first);
  const second = run();
  expect(await second.ended).toEqual({ status: 1, signal: null });
  expect(second.errors).toContain('already serves this home');
  expect(await caller.ask('vault.status')).toMatchObject({ state: 'unlocked' });
  expect((await call(first)).wire.socket.destroyed).toBe(false);
});

test('several homes run side by side', async () => {
  const first = await running();
  const other = run(['--port', '0'], null, join(folder, 'other'));
  expect(await other.greeting).not.toBeNull();
  expect(other.agentFile.pid).not.toBe(first.agentFile.pid);
});

test('an on-demand agent beside another host has nothing to do', async () => {
  const first = await running();
  const second = run(['--on-demand']);
  expect(await second.ended).toEqual({ status: 0, signal: null });
  expect(await (await call(first)).ask('vault.status')).toMatchObject({ state: 'no-vault' });
});

test('an on-demand agent stays after a lock, with its endpoint off', async () => {
  const agent = await running(['--on-demand']);
  const caller = await withVault(agent);
  expect(await caller.ask('vault.lock')).toMatchObject({ state: 'locked' });
  expect(await caller.ask('vault.status')).toMatchObject({ state: 'locked', endpoint: { on: false } });
});

test('serve takes over from an on-demand agent, which locks and goes, also while a request runs', async () => {
  const silent: Server = createServer(() => undefined);
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  try {
    const agent = await running(['--on-demand']);
    const caller = await withVault(agent);
    const { port } = silent.address() as AddressInfo;
    await caller.ask('credentials.add', {
      provider: 'openai',
      label: 'slow',
      fields: { api_key: SECRET },
      baseUrl: `http://127.0.0.1:${port}/v1`,
      local: true,
    });
    const reached = new Promise<void>((resolve) => silent.once('request', () => resolve()));
    const pending = caller.ask('credentials.test', { target: { ref: 'kh://openai/slow' } });
    await reached;

    const serve = await running();
    expect(serve.output).toContain('locked');
    const answer = await pending.catch(() => null);
    expect(JSON.stringify(answer)).not.toContain(SECRET);
    expect(await agent.ended).toEqual({ status: 0, signal: null });
    const next = await call(serve);
    expect(await next.ask('vault.unlock', { password: PASSWORD })).toMatchObject({ state: 'unlocked', credentials: 2 });
  } finally {
    silent.closeAllConnections();
    silent.close();
  }
});

test('a password on standard input unlocks at the start', async () => {
  const first = await running();
  await withVault(first);
  first.kill('SIGTERM');
  await first.ended;
  const second = await running(['--port', '0', '--password-stdin'], `${PASSWORD}\n`);
  expect(second.output).toMatch(/unlocked\.\n$/);
  expect(await (await call(second)).ask('vault.status')).toMatchObject({ state: 'unlocked' });
});

test('a wrong password on standard input ends it, and the home is free again', async () => {
  const first = await running();
  await withVault(first);
  first.kill('SIGTERM');
  await first.ended;
  const wrong = run(['--port', '0', '--password-stdin'], 'not the password\n');
  expect(await wrong.ended).toEqual({ status: 1, signal: null });
  expect(wrong.errors).not.toContain('not the password');
  expect(readdirSync(join(home, 'run'))).toEqual([]);
  await running();
});

test('the endpoint keeps its port while the vault is locked and opened', async () => {
  const agent = await running();
  const before = await health(agent);
  expect(before.body).toMatchObject({ locked: true });
  const caller = await withVault(agent);
  expect(await health(agent)).toMatchObject({ port: before.port, body: { locked: false } });
  await caller.ask('vault.lock');
  expect(await health(agent)).toMatchObject({ port: before.port, body: { locked: true } });
  expect(agent.agentFile.endpointSocket).toBe(join(home, 'run/endpoint.sock'));
});

test('--no-endpoint serves the socket alone', async () => {
  const agent = await running(['--no-endpoint']);
  expect(agent.output).toContain('endpoint off');
  expect(existsSync(join(home, 'run/endpoint.json'))).toBe(false);
  expect(agent.agentFile.endpointSocket).toBeNull();
});

test('a port in use is a conflict, and nothing stays behind', async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  try {
    const agent = run(['--port', String((taken.address() as AddressInfo).port)]);
    expect(await agent.ended).toEqual({ status: 1, signal: null });
    expect(readdirSync(join(home, 'run'))).toEqual([]);
  } finally {
    taken.close();
  }
});

test('a home whose path is too long for a socket gets one elsewhere, which goes with it', async () => {
  home = join(folder, 'a'.repeat(120));
  const agent = await running();
  const { socket } = agent.agentFile;
  expect(Buffer.byteLength(socket)).toBeLessThanOrEqual(100);
  expect(lstatSync(dirname(socket)).mode & 0o777).toBe(0o700);
  expect(await (await call(agent)).ask('vault.status')).toMatchObject({ state: 'no-vault' });
  agent.kill('SIGKILL');
  await agent.ended;
  const second = await running();
  expect(existsSync(socket)).toBe(false);
  const next = second.agentFile.socket;
  second.kill('SIGTERM');
  await second.ended;
  expect(existsSync(dirname(next))).toBe(false);
});

test('a home that is a symbolic link is refused, without its path', async () => {
  symlinkSync(folder, home);
  const agent = run();
  expect(await agent.ended).toEqual({ status: 5, signal: null });
  expect(agent.errors).not.toContain(folder);
});

test.each([[['--port', 'x']], [['--password', PASSWORD]], [[PASSWORD]]])(
  'wrong usage is status 2 and repeats nothing',
  async (args) => {
    const agent = run(args);
    expect(await agent.ended).toEqual({ status: 2, signal: null });
    expect(agent.errors + agent.output).not.toContain(PASSWORD);
  },
);

test('garbage on the socket does not reach the next client', async () => {
  const agent = await running();
  const rude = new WireClient(agent.agentFile.socket);
  rude.send(Buffer.alloc(2 * 1024 * 1024, 0xff));
  expect(await rude.next()).toMatchObject({ id: null, error: { code: 'invalid_input' } });
  await rude.ended;
  expect(await (await call(agent)).ask('vault.status')).toMatchObject({ state: 'no-vault' });
});

test('neither the log nor anything it says or writes holds a secret in plain', async () => {
  const agent = await running();
  const caller = await withVault(agent);
  await caller.ask('credentials.read', { ref: 'kh://openai/work' });
  await caller.ask('vault.lock');
  await caller.ask('vault.unlock', { password: `${PASSWORD}x` });
  await caller.ask('vault.unlock', { password: PASSWORD, extra: SECRET });
  agent.kill('SIGTERM');
  await agent.ended;
  for (const secret of [PASSWORD, SECRET]) {
    expect(agent.output + agent.errors).not.toContain(secret);
    for (const entry of readdirSync(home, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const bytes = readFileSync(join(entry.parentPath, entry.name));
      expect(bytes.includes(secret), `${entry.name} holds a secret`).toBe(false);
    }
  }
});
