import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { environment, KEYHARBOR, kh, type Outcome, outcomeOf, start } from './command.ts';

const PASSWORD = 'correct horse battery staple 42';
const SECRET = ['ghp', 'x'.repeat(36)].join('_');
const root = mkdtempSync(join(tmpdir(), 'kh-agent-'));
let count = 0;
let home = '';
const homes: string[] = [];

beforeEach(() => {
  count += 1;
  home = join(root, `home-${count}`);
  homes.push(home);
});
afterEach(async () => {
  for (const each of homes.splice(0)) await kh(['stop'], { home: each });
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const run = (words: readonly string[], stdin = ''): Promise<Outcome> => kh(words, { home, stdin });

async function init(): Promise<string> {
  const kit = join(root, `kit-${count}.txt`);
  const words = ['init', '--password-stdin', '--no-keychain', '--kdf', 'pbkdf2', '--recovery-file', kit];
  expect(await run(words, PASSWORD)).toMatchObject({ code: 0, stderr: '' });
  return readFileSync(kit, 'utf8').trim();
}

const agentPid = (): number =>
  (JSON.parse(readFileSync(join(home, 'run', 'agent.json'), 'utf8')) as { pid: number }).pid;

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test('status, lock, stop and doctor start no agent beside a vault either', async () => {
  await init();
  await run(['stop']);
  for (const words of [['status'], ['lock'], ['stop'], ['doctor']]) {
    expect((await run(words)).code).toBe(0);
    expect(existsSync(join(home, 'run', 'agent.json'))).toBe(false);
  }
  expect(JSON.parse((await run(['status', '--json'])).stdout)).toMatchObject({ running: false, state: 'locked' });
});

test('status says why there can be no vault, instead of advice to make one', async () => {
  writeFileSync(home, '');
  for (const place of [home, join(home, 'below')]) {
    const { code, stdout, stderr } = await kh(['status'], { home: place });
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain('is no folder');
    expect(stderr).not.toContain('init');
  }
  expect(await kh(['status'], { home: join(root, 'not yet') })).toMatchObject({ code: 0 });
});

test('commands that come at the same time share one agent', async () => {
  await init();
  await run(['stop']);
  const outcomes = await Promise.all(Array.from({ length: 6 }, () => run(['get', 'kh://github/x'])));
  expect(outcomes.map(({ code }) => code)).toEqual([3, 3, 3, 3, 3, 3]);
  expect((await run(['status'])).stdout).toContain(`process ${agentPid()}`);
});

test('a vault that is made is not made again, and the file for its code is not touched', async () => {
  await init();
  const kit = join(root, 'second.txt');
  const again = await run(['init', '--password-stdin', '--recovery-file', kit], PASSWORD);
  expect(again).toMatchObject({ code: 1, stdout: '' });
  expect(existsSync(kit)).toBe(false);
});

test('a weak password makes no vault and leaves no recovery file', async () => {
  const kit = join(root, `weak-${count}.txt`);
  expect((await run(['init', '--password-stdin', '--recovery-file', kit], 'short')).code).toBe(2);
  expect(existsSync(kit)).toBe(false);
  expect(JSON.parse((await run(['status', '--json'])).stdout)).toMatchObject({ state: 'no-vault' });
});

test('a password that could never be typed makes no vault, and a byte order mark is no part of one', async () => {
  const lines = await run(['init', '--password-stdin'], `${PASSWORD}\nsecond line\n`);
  expect(lines).toMatchObject({ code: 2, stdout: '' });
  expect(lines.stderr).toContain('line break');
  const kit = join(root, `mark-${count}.txt`);
  await run(
    ['init', '--password-stdin', '--no-keychain', '--kdf', 'pbkdf2', '--recovery-file', kit],
    `\ufeff${PASSWORD}\r\n`,
  );
  await run(['lock']);
  expect((await run(['unlock', '--password-stdin'], PASSWORD)).code).toBe(0);
});

test('a killed agent leaves nothing in the way: the next command starts another, locked', async () => {
  await init();
  const pid = agentPid();
  process.kill(pid, 'SIGKILL');
  // Until the system has taken it down its socket still lets callers in.
  while (isAlive(pid)) await delay(5);
  expect((await run(['list'])).code).toBe(3);
  expect((await run(['unlock', '--password-stdin'], `${PASSWORD}\n`)).code).toBe(0);
  expect((await run(['list'])).code).toBe(0);
});

test.runIf(process.platform === 'linux')(
  'the agent keeps no descriptor of the shell that started it, high ones neither',
  async () => {
    await init();
    await run(['stop']);
    const held = join(root, 'held');
    const line = `exec 9>'${held}' 200>'${held}'; '${KEYHARBOR}' list; lsfd() { ls -l /proc/$1/fd; }; lsfd ${'$'}(sed 's/.*"pid": *\\([0-9]*\\).*/\\1/' '${home}/run/agent.json')`;
    const { stdout } = spawnSync('bash', ['-c', line], { env: environment(home), encoding: 'utf8' });
    expect(stdout).toContain('/dev/null');
    expect(stdout).not.toContain(held);
  },
);

test('a caller that reads to the end of the pipe does not wait for the agent', async () => {
  await init();
  await run(['stop']);
  // Both streams of the caller end with the command, or this would hang until the agent ends.
  const { stdout, stderr } = await run(['list']);
  expect({ stdout, stderr: stderr.split('\n')[0] }).toEqual({ stdout: '', stderr: 'keyharbor: The vault is locked.' });
});

test('the life of a credential, by the words of the contract', async () => {
  await init();
  const file = join(root, 'notes');
  expect(
    await run(['add', 'github', '--label', 'x', '--stdin', '--tag', 't', '--expires', '2099-01-31'], SECRET),
  ).toMatchObject({ code: 0 });
  expect((await run(['get', 'kh://github/x'])).stdout).toBe(SECRET);
  expect((await run(['show', 'kh://github/x'])).stdout).not.toContain(SECRET);
  expect((await run(['list', '--json'])).stdout).not.toContain(SECRET);
  expect(JSON.parse((await run(['list', '--json'])).stdout)).toMatchObject([
    { id: expect.any(String) as string, ref: 'kh://github/x' },
  ]);
  expect((await run(['rotate', 'kh://github/x', '--stdin'], `${SECRET}2\n`)).code).toBe(0);
  expect((await run(['get', 'kh://github/x'])).stdout).toBe(`${SECRET}2`);
  expect((await run(['get', 'kh://github/x?version=1'])).stdout).toBe(SECRET);
  expect((await run(['edit', 'kh://github/x', '--label', 'y', '--expires', 'none'])).code).toBe(0);
  expect(JSON.parse((await run(['show', 'kh://github/y', '--json'])).stdout)).toMatchObject({
    expiresAt: null,
    tags: ['t'],
  });
  expect((await run(['get', 'kh://github/x'])).code).toBe(4);
  expect((await run(['suspend', 'kh://github/y'])).code).toBe(0);
  expect((await run(['get', 'kh://github/y'])).code).toBe(4);
  expect((await run(['reinstate', 'kh://github/y'])).code).toBe(0);
  // On stdout, too, commands stand as they can be typed here: nothing of a checkout is on the PATH.
  expect((await run(['delete', 'kh://github/y'])).stdout).toContain('cli/keyharbor restore" brings it back.');
  expect((await run(['list', '--state', 'binned'])).stdout).toContain('kh://github/y');
  expect((await run(['restore', 'kh://github/y'])).code).toBe(0);
  expect((await run(['get', 'kh://github/y'])).code).toBe(0);
  expect((await run(['delete', 'kh://github/y'])).code).toBe(0);
  expect((await run(['purge', 'kh://github/y', '--password-stdin'], 'wrong password')).code).toBe(1);
  expect((await run(['purge', 'kh://github/y', '--password-stdin'], PASSWORD)).code).toBe(0);
  expect((await run(['restore', 'kh://github/y'])).code).toBe(4);
  expect(existsSync(file)).toBe(false);
});

test('passwd and recover: the new password opens, the old one and the old code do not', async () => {
  const code = await init();
  const next = 'another battery horse staple 43';
  expect((await run(['passwd', '--password-stdin'], `${PASSWORD}\n${next}\n`)).code).toBe(0);
  await run(['lock']);
  expect((await run(['unlock', '--password-stdin'], PASSWORD)).code).toBe(1);
  expect((await run(['unlock', '--password-stdin'], next)).code).toBe(0);
  const recovered = await run(['recover', '--password-stdin'], `${code}\n${PASSWORD}\n`);
  expect(recovered).toMatchObject({ code: 0, stderr: expect.stringContaining('not confirmed') as string });
  expect(recovered.stdout.trim()).not.toBe(code);
  await run(['lock']);
  expect((await run(['recover', '--password-stdin'], `${code}\n${next}\n`)).code).not.toBe(0);
  expect((await run(['unlock', '--password-stdin'], PASSWORD)).code).toBe(0);
});

test('clients: the token alone on stdout, once', async () => {
  await init();
  const { stdout } = await run(['client', 'add', 'demo', '--grant', 'keys:list', '--rate', 'none', '--test']);
  expect(stdout).toMatch(/^kh_test_[0-9A-Za-z]{10}_[0-9A-Za-z]{49}\n$/);
  const list = await run(['client', 'list', '--json']);
  expect(JSON.parse(list.stdout)).toMatchObject([{ name: 'demo', kind: 'test', ratePerSecond: null }]);
  expect(list.stdout).not.toContain(stdout.trim());
  expect((await run(['client', 'revoke', 'demo'])).code).toBe(0);
  expect((await run(['client', 'revoke', 'nobody'])).code).toBe(4);
});

test('serve runs in the foreground, takes over from an agent and ends well on SIGTERM', async () => {
  await init();
  const child = start(['serve', '--port', '0', '--password-stdin'], { home });
  child.stdin?.end(`${PASSWORD}\n`);
  const greeting = await new Promise<string>((resolve) =>
    child.stdout?.once('data', (chunk: Buffer) => resolve(chunk.toString())),
  );
  expect(greeting).toContain('unlocked');
  expect(JSON.parse((await run(['endpoint', 'status', '--json'])).stdout)).toMatchObject({ on: true });
  expect((await run(['serve'])).code).toBe(1);
  child.kill('SIGTERM');
  expect((await outcomeOf(child)).code).toBe(0);
  expect(JSON.parse((await run(['status', '--json'])).stdout)).toMatchObject({ running: false });
});

test('a home whose socket path is too long works all the same', async () => {
  home = join(root, 'long'.repeat(25));
  homes.push(home);
  await init();
  expect((await run(['list'])).code).toBe(0);
  expect((await run(['stop'])).stdout).toBe('Stopped.\n');
});

test('a home that others can write is refused with the reason and exit code 5', async () => {
  mkdirSync(home);
  chmodSync(home, 0o777);
  const { code, stderr } = await run(['list']);
  expect(code).toBe(5);
  expect(stderr).toMatch(/writable by others/);
  expect((await run(['doctor'])).code).toBe(1);
});

test('what is made in the home is for its owner alone', async () => {
  await init();
  expect(statSync(home).mode & 0o777).toBe(0o700);
  expect(statSync(join(home, 'vault.json')).mode & 0o777).toBe(0o600);
  expect(statSync(join(home, 'run', 'agent.sock')).mode & 0o777).toBe(0o600);
});
