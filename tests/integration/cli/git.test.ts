import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { answeringServer, json } from '../../support/answering-server.ts';
import { fakeKey } from '../../support/fake-keys.ts';
import { type BasicSite, basicSite } from './basic-site.ts';
import type { Outcome } from './command.ts';
import { program } from './programs.ts';
import { type UnlockedHome, unlockedHome } from './unlocked-home.ts';

const PASSWORD = ['repo', 'pass', 'w0rd!'].join('-');
const TOKEN = fakeKey('github');
let vault: UnlockedHome;
let site: BasicSite;
let host = '';
let repositories = '';

const git = (args: readonly string[], more: NodeJS.ProcessEnv = {}, stdin = ''): Promise<Outcome> =>
  program('git', args, { ...vault.env, GIT_TERMINAL_PROMPT: '0', GIT_CONFIG_NOSYSTEM: '1', ...more }, stdin);

/** git's own front end of the protocol. */
const fill = (description: string, helper = '!keyharbor credential-helper git'): Promise<Outcome> =>
  git(['-c', `credential.helper=${helper}`, 'credential', 'fill'], { GIT_ASKPASS: 'false' }, `${description}\n\n`);

beforeAll(async () => {
  vault = await unlockedHome('git');
  repositories = join(vault.folder, 'repositories');
  mkdirSync(repositories);
  site = await basicSite({ user: 'alice', password: PASSWORD }, (request, response) => {
    try {
      response.end(readFileSync(join(repositories, new URL(request.url ?? '/', site.url).pathname)));
    } catch {
      response.writeHead(404).end();
    }
  });
  host = new URL(site.url).host;
  const words = ['add', 'http', '--auth', 'basic', '--label', 'forge', '--field', 'user=alice', '--stdin'];
  await vault.must([...words, '--base-url', site.url, '--local'], PASSWORD);
  await vault.must(['add', 'github', '--label', 'work', '--stdin'], TOKEN);
  // A repository as plain files: what git calls the dumb protocol.
  const work = join(vault.folder, 'work');
  const identity = ['-c', 'user.name=T', '-c', 'user.email=t@example.invalid', '-C', work];
  await git(['init', '-q', work]);
  writeFileSync(join(work, 'file'), 'content of the repository');
  for (const args of [
    ['add', 'file'],
    ['commit', '-qm', 'first'],
  ])
    await git([...identity, ...args]);
  const bare = join(repositories, 'repo.git');
  await git(['clone', '-q', '--bare', work, bare]);
  await git(['-C', bare, 'update-server-info']);
});
afterAll(async () => {
  await vault.close();
  await site.close();
});
beforeEach(() => rmSync(join(vault.folder, 'clone'), { recursive: true, force: true }));

test('git clones with the helper, and the password is in no file of the clone', async () => {
  const clone = join(vault.folder, 'clone');
  const helper = 'credential.helper=!keyharbor credential-helper git';
  const outcome = await git(['-c', helper, 'clone', '-q', `${site.url}/repo.git`, clone]);
  expect(outcome).toMatchObject({ code: 0, stderr: '' });
  expect(readFileSync(join(clone, 'file'), 'utf8')).toBe('content of the repository');
  expect(site.logins.at(-1)).toBe(`alice:${PASSWORD}`);
  expect(readFileSync(join(clone, '.git/config'), 'utf8')).not.toContain(PASSWORD);
});

test('git clones with GIT_ASKPASS, a program of two lines', async () => {
  const script = join(vault.folder, 'askpass');
  writeFileSync(
    script,
    '#!/bin/sh\ncase $1 in Username*) echo alice ;; *) exec keyharbor get kh://http/forge ;; esac\n',
    {
      mode: 0o700,
    },
  );
  const clone = join(vault.folder, 'clone');
  const outcome = await git(['clone', '-q', `${site.url}/repo.git`, clone], { GIT_ASKPASS: script });
  expect(outcome).toMatchObject({ code: 0, stderr: '' });
});

test('github.com gets the token of the provider, with the user name that it takes', async () => {
  const { code, stdout } = await fill('protocol=https\nhost=github.com');
  expect(code).toBe(0);
  expect(stdout.split('\n')).toEqual(expect.arrayContaining(['username=x-access-token', `password=${TOKEN}`]));
});

test('a token that was got for the call comes with its end, so that git keeps it no longer', async () => {
  const end = Math.floor(Date.now() / 1000) + 3600;
  const got = fakeKey('github');
  const { url } = await answeringServer((response) =>
    json(response, 201, { token: got, expires_at: new Date(end * 1000).toISOString() }),
  );
  const key = join(vault.folder, 'app.pem');
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  writeFileSync(key, privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const fields = ['--field', 'app_id=1', '--field', 'installation_id=2', '--field', `private_key=@${key}`];
  await vault.must(['add', 'github', '--auth', 'app', '--label', 'app', ...fields, '--base-url', url, '--local']);
  // Asked as git does: versions before 2.40 do not show the end that they are told.
  const asked = `protocol=http\nhost=${new URL(url).host}\n\n`;
  const stdout = await vault.must(['credential-helper', 'git', 'get'], asked);
  expect(stdout.split('\n')).toEqual(expect.arrayContaining([`password=${got}`, `password_expiry_utc=${end}`]));
});

test.each([
  ['an unknown host', 'protocol=https\nhost=example.com'],
  ['http where only https is meant', 'protocol=http\nhost=github.com'],
  ['a host that only ends like one', 'protocol=https\nhost=evilgithub.com'],
  ['a host that only begins like one', 'protocol=https\nhost=github.com.example.com'],
  ['another port', 'protocol=https\nhost=github.com:8443'],
  ['a user in the host', 'protocol=https\nhost=github.com@example.com'],
  ['ssh', 'protocol=ssh\nhost=github.com'],
])('%s is answered with nothing', async (_name, description) => {
  const outcome = await vault.kh(['credential-helper', 'git', 'get'], `${description}\n\n`);
  expect(outcome).toEqual({ code: 0, signal: null, stdout: '', stderr: '' });
});

test('another port on the computer of a local credential gets nothing, nor does https there', async () => {
  for (const other of [`protocol=http\nhost=127.0.0.1:1`, `protocol=https\nhost=${host}`]) {
    expect((await vault.kh(['credential-helper', 'git', 'get'], `${other}\n\n`)).stdout).toBe('');
  }
});

test('store and erase change nothing', async () => {
  const description = `protocol=https\nhost=github.com\nusername=x\npassword=y\n\n`;
  for (const operation of ['store', 'erase']) {
    const outcome = await vault.kh(['credential-helper', 'git', operation], description);
    expect(outcome).toEqual({ code: 0, signal: null, stdout: '', stderr: '' });
  }
  expect(await vault.must(['get', 'kh://github/work'])).toBe(TOKEN);
});

test('of several keys none is guessed: the one that is named, or whose label is the user name', async () => {
  const other = `${TOKEN.slice(0, -1)}0`;
  await vault.must(['add', 'github', '--label', 'home', '--stdin'], other);
  const ask = (words: readonly string[], more = '') =>
    vault.kh(['credential-helper', 'git', ...words, 'get'], `protocol=https\nhost=github.com\n${more}\n`);
  const both = await ask([]);
  expect(both).toMatchObject({ code: 1, stdout: '' });
  expect(both.stderr).toContain('kh://github/home, kh://github/work');
  expect((await ask(['--ref', 'kh://github/home'])).stdout).toContain(`password=${other}`);
  expect((await ask([], 'username=work\n')).stdout).toContain(`password=${TOKEN}`);
  expect((await ask(['--ref', 'kh://http/forge'])).stdout).toBe('');
});

test('a locked vault says so for a host of the catalogue, and nothing for any other', async () => {
  await vault.must(['lock']);
  const ask = (host: string) => vault.kh(['credential-helper', 'git', 'get'], `protocol=https\nhost=${host}\n\n`);
  const known = await ask('github.com');
  expect(known).toMatchObject({ code: 3, stdout: '' });
  expect(known.stderr).toContain('keyharbor unlock');
  expect(await ask('example.com')).toMatchObject({ code: 0, stdout: '', stderr: '' });
  await vault.unlock();
});
