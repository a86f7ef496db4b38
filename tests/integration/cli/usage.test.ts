import { readFileSync, rmSync, symlinkSync } from 'node:fs';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { kh } from './command.ts';

const folder = mkdtempSync(join(tmpdir(), 'kh-usage-'));
const home = join(folder, 'home');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };

test.each([
  [['lst'], 'Did you mean list?'],
  [['xyzzy'], '--help'],
  [['help', 'lst'], 'Did you mean list?'],
  [['list', '--sate', 'active'], 'Did you mean --state?'],
  [['get'], 'keyharbor get [options] <ref>'],
  [['get', 'kh://openai/work', 'extra'], 'keyharbor get [options] <ref>'],
  [['get', 'openai/work'], 'kh://openai/work'],
  [['get', 'kh://openai/work?version=0'], 'kh://'],
  [['show', 'kh://Open AI/work'], 'kh://'],
  [['list', '--state', 'gone'], 'active, suspended'],
  [['init', '--kdf', 'md5'], 'argon2id, pbkdf2'],
  [['completion', 'tcsh'], 'bash, zsh, fish, powershell'],
  [['test'], '--all'],
  [['test', 'kh://openai/work', '--all'], '--all'],
  [['run'], 'keyharbor run'],
  [['run', '--env', 'A=plain', '--', 'true'], 'kh://'],
  [['run', '--env', 'A B=kh://openai/work', '--', 'true'], '--env'],
  [['run', '--env-file', '/nowhere/.env', '--', 'true'], 'path'],
  [['run', '--proxy', '--', 'true'], 'keyharbor run'],
  [['endpoint', 'onn'], 'Did you mean on?'],
  [['endpoint', 'on', '--port', '99999'], '0 takes any free port'],
  [['client', 'add', 'demo'], '--grant'],
  [['client', 'add', 'demo', '--grant', 'everything'], 'keys:list'],
  [['client', 'add', 'demo', '--grant', 'keys:list', '--expires', '2y'], '30d'],
  [['add', 'openai', '--label', 'Not A Label'], '--name'],
  [['add', 'openai', '--expires', '31.12.2027'], '2027-01-31'],
  [['edit', 'kh://openai/work'], 'keyharbor edit'],
])('%j is a usage error with advice', async (words, advice) => {
  const { code, stdout, stderr } = await kh(words, { home });
  expect(stderr).toContain(advice);
  expect(stderr).toMatch(/^keyharbor: .+\n {2}hint: .+\n$/);
  expect(stdout).toBe('');
  expect(code).toBe(2);
});

test.each([
  [['--password=hunter2-hunter2']],
  [['hunter2-Hunter2']],
  [['get', 'hunter2']],
  [['get', 'kh://a/b', 'hunter2']],
  [['add', 'openai', '--field', 'hunter2']],
  [['client', 'add', 'x', '--grant', 'hunter2']],
  [['init', '--kdf', 'hunter2']],
  [['run', '--env', 'hunter2', '--', 'true']],
])('what was typed in the wrong place is not repeated: %j', async (words) => {
  const { code, stdout, stderr } = await kh(words, { home });
  expect(code).toBe(2);
  expect(stdout + stderr).not.toMatch(/hunter2/i);
});

test('with --json an error is JSON on stderr', async () => {
  const { code, stderr } = await kh(['list', '--json', '--state', 'gone'], { home });
  expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'invalid_input' } });
  expect(code).toBe(2);
});

test('help is on stdout, for the program and for a command', async () => {
  for (const words of [[], ['help'], ['--help'], ['-h']]) {
    const { code, stdout, stderr } = await kh(words, { home });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('Exit codes:');
    for (const command of ['init', 'get', 'run', 'client', 'doctor', 'help'])
      expect(stdout).toMatch(new RegExp(`^ {2}${command} `, 'm'));
  }
  const { stdout } = await kh(['help', 'run'], { home });
  expect(stdout).toContain('--env-file');
  expect((await kh(['run', '--help'], { home })).stdout).toBe(stdout);
});

test('help fits 80 columns when nobody says how wide the terminal is', async () => {
  const { stdout } = await kh(['help'], { home });
  const tooLong = stdout.split('\n').filter((line) => line.length > 100);
  expect(tooLong).toEqual([]);
});

test('the version is the one of package.json', async () => {
  for (const words of [['version'], ['--version'], ['-V']]) {
    expect((await kh(words, { home })).stdout).toBe(`${version}\n`);
  }
  expect(JSON.parse((await kh(['version', '--json'], { home })).stdout)).toMatchObject({ version, contract: 1 });
});

test.each([
  [['status'], /no-vault/],
  [['lock'], /Nothing is running/],
  [['stop'], /Nothing is running/],
  [['doctor'], /no vault/i],
  [['completion', 'bash'], /complete -F/],
])('%j starts no agent and makes no home', async (words, said) => {
  const { stdout } = await kh(words, { home });
  expect(stdout).toMatch(said);
  expect(() => readFileSync(join(home, 'run', 'agent.json'))).toThrow();
});

test('doctor names a home that cannot even be looked at', async () => {
  // A link to itself: the system refuses to look behind it, as it does behind a folder of another user.
  const loop = `${home}-loop`;
  symlinkSync(loop, loop);
  const { code, stdout, stderr } = await kh(['doctor'], { home: join(loop, 'home') });
  rmSync(loop);
  expect(code).toBe(1);
  expect(stdout).toMatch(/\[problem\]\s+Home: .* cannot be looked at/);
  expect(stderr).toBe('');
});

test('a reader that goes away ends the output quietly', async () => {
  const { spawnSync } = await import('node:child_process');
  const { KEYHARBOR, environment } = await import('./command.ts');
  const line = `'${KEYHARBOR}' completion zsh | true; '${KEYHARBOR}' help | head -1`;
  const { stderr, status } = spawnSync('sh', ['-c', line], { env: environment(home), encoding: 'utf8' });
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
});

test('each completion script is one that its shell can read', async () => {
  const { spawnSync } = await import('node:child_process');
  const { KEYHARBOR, environment } = await import('./command.ts');
  const script = (await kh(['completion', 'bash'], { home })).stdout;
  const typed = (...words: readonly string[]): string => {
    const line = [KEYHARBOR, ...words].join(' ');
    const all = [KEYHARBOR, ...words].map((word) => `'${word}'`).join(' ');
    return `COMP_LINE='${line}' COMP_POINT=${line.length} COMP_CWORD=${words.length} COMP_WORDS=(${all}); _keyharbor; echo "\${COMPREPLY[@]}"`;
  };
  const { status, stdout } = spawnSync(
    'bash',
    ['--norc', '-c', `${script}\n${typed('li')}; ${typed('list', '--st')}`],
    {
      ...{ env: environment(home), encoding: 'utf8' },
    },
  );
  expect({ status, stdout }).toEqual({ status: 0, stdout: 'list\n--state\n' });
});
