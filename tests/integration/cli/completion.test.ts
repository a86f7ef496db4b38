import { mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { fakeKey } from '../../support/fake-keys.ts';
import { kh } from './command.ts';
import { program } from './programs.ts';
import { Screen } from './screen.ts';
import { type UnlockedHome, unlockedHome } from './unlocked-home.ts';

let vault: UnlockedHome;

beforeAll(async () => {
  vault = await unlockedHome('completion');
  await vault.must(['add', 'openai', '--label', 'work', '--stdin'], fakeKey('openai'));
  await vault.must(['client', 'add', 'editor', '--grant', 'keys:list']);
});
afterAll(() => vault.close());

const complete = async (...words: readonly string[]): Promise<readonly string[]> =>
  (await vault.must(['__complete', ...words])).split('\n').filter((line) => line !== '');

test('names of the open vault are completed where they fit', async () => {
  expect(await complete('get', '')).toEqual(['kh://openai/work']);
  expect(await complete('run', '--env', 'A=kh:')).toEqual(['A=kh://openai/work']);
  expect(await complete('run', '--provider', 'opena')).toEqual(['openai']);
  expect(await complete('add', 'anth')).toEqual(['anthropic']);
  expect(await complete('client', 'revoke', 'e')).toEqual(['editor']);
  expect(await complete('client', 'add', 'x', '--grant', 'keys:list', 'proxy:')).toEqual([
    'proxy:openai',
    'proxy:openai/work',
  ]);
  expect(await complete('restore', '')).toEqual([]);
  expect(await complete('lock', '')).toEqual([]);
});

test('options before an argument do not hide its names', async () => {
  expect(await complete('get', '--json', '')).toEqual(['kh://openai/work']);
  expect(await complete('edit', '--name', 'the team', 'kh:')).toEqual(['kh://openai/work']);
  expect(await complete('run', '--env', 'A=kh://openai/work', '--provider', 'opena')).toEqual(['openai']);
});

test('options are those of the command, and values those of the option', async () => {
  expect(await complete('quota', 'list', '--')).toEqual(['--json', '--help']);
  expect(await complete('list', '--state', '')).toEqual(['active', 'suspended', 'revoked', 'binned']);
  expect(await complete('list', '--state=s')).toEqual(['--state=suspended']);
  expect(await complete('usage', '--by', 'c')).toEqual(['credential', 'client']);
  expect(await complete('init', '--kdf', '')).toEqual(['argon2id', 'pbkdf2']);
  expect(await complete('audit', '--area', 'k')).toEqual(['keys']);
  expect(await complete('usage', 'requests', '--outcome', 'ok', 'c')).toEqual(['client_error', 'cut', 'cached']);
});

test('sub-commands, help and what is not ours', async () => {
  expect(await complete('quota', 'h')).toEqual(['history']);
  expect(await complete('audit', '')).toEqual(['list', 'verify', 'export']);
  expect(await complete('help', 'quo')).toEqual(['quota']);
  expect(await complete('au')).toEqual(['audit']);
  expect(await complete('add', 'openai', '--label', '')).toEqual([]);
  expect(await complete('run', '--env', 'A=kh://openai/work', '--', 'get', '')).toEqual([]);
});

test('bash, fish and zsh themselves complete a reference', async () => {
  const bash = `source <(keyharbor completion bash)
    COMP_LINE='keyharbor get kh://op' COMP_POINT=21 COMP_CWORD=4 COMP_WORDS=(keyharbor get kh : //op)
    _keyharbor; printf '%s\\n' "\${COMPREPLY[@]}"`;
  expect((await program('bash', ['-c', bash], vault.env)).stdout).toBe('//openai/work\n');
  const options = `source <(keyharbor completion bash)
    COMP_LINE='keyharbor list --state ' COMP_POINT=23 COMP_CWORD=3 COMP_WORDS=(keyharbor list --state '')
    _keyharbor; printf '%s,' "\${COMPREPLY[@]}"`;
  expect((await program('bash', ['-c', options], vault.env)).stdout).toBe('active,suspended,revoked,binned,');
  const file = "cd /; keyharbor completion fish | source; complete -C 'keyharbor inject -i et'";
  expect((await program('fish', ['-c', file], vault.env)).stdout).toContain('etc/');
  const values =
    "keyharbor completion fish | source; complete -C 'kh list --st'; complete -C 'keyharbor usage --by mo'";
  expect((await program('fish', ['-c', values], vault.env)).stdout).toContain('model');
  const fish = "keyharbor completion fish | source; complete -C 'keyharbor get kh://op'";
  expect((await program('fish', ['-c', fish], vault.env)).stdout).toContain('kh://openai/work');
  const zsh = new Screen('zsh', ['-f', '-i'], { ...vault.env, PS1: '> ' });
  await zsh.until('> ');
  zsh.type('autoload -U compinit && compinit -u -D; source <(keyharbor completion zsh); print rea""dy\r');
  await zsh.until('ready\r');
  zsh.type('keyharbor show kh://op\t');
  await zsh.until('openai/work');
  zsh.type('\x15exit\r');
  expect(await zsh.ended).toBe(0);
});

test('where nothing runs nothing is started, and where something hangs the shell is not kept', async () => {
  const none = join(vault.folder, 'none');
  expect(await kh(['__complete', 'get', ''], { home: none })).toMatchObject({ code: 0, stdout: '', stderr: '' });
  const hung = join(vault.folder, 'hung');
  mkdirSync(join(hung, 'run'), { recursive: true });
  const server = createServer((socket) => void socket.resume());
  await new Promise<void>((resolve) => server.listen(join(hung, 'run/agent.sock'), resolve));
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
  expect(await kh(['__complete', 'get', ''], { home: hung })).toMatchObject({ code: 0, stdout: '', stderr: '' });
});

test('a locked vault has no names, and says nothing; its backups are no secret', async () => {
  const { name } = JSON.parse(await vault.must(['backup', 'make', '--json'])) as { readonly name: string };
  await vault.must(['lock']);
  expect(await complete('backup', 'restore', 'made')).toEqual([name]);
  expect(await vault.kh(['__complete', 'get', ''])).toMatchObject({ code: 0, stdout: '', stderr: '' });
  await vault.unlock();
});
