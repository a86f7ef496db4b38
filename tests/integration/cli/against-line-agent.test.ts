import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test } from 'vitest';
import type { ProviderInfo } from '../../../shared/provider/info.ts';
import { type LineAgent, startLineAgent, WireError } from '../../unit/cli/line-agent.ts';
import { kh, onTerminal, outcomeOf, start } from './command.ts';

// What the command line does with an agent's answers and with terminals and signals; a vault has no part in it.
const SECRET = ['sk', 'line', 'agent', 'secret', 'value'].join('-');
let agent: LineAgent;
const folder = mkdtempSync(join(tmpdir(), 'kh-line-'));
afterEach(async () => agent.close());
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const field = { name: 'api_key', label: 'API key', secret: true, required: true, multiline: false };
const openai: ProviderInfo = {
  id: 'openai',
  name: 'OpenAI',
  category: 'llm',
  own: false,
  enabled: true,
  links: {},
  icon: { initials: 'O', hue: 1 },
  baseUrl: { default: null, changeable: true, choices: [] },
  auth: [
    {
      ...{ kind: 'api_key', label: 'API key', primary: 'api_key', fields: [field], environment: [] },
      ...{ local: false, ownAddress: false, signIn: null, check: null },
    },
  ],
};

async function serve(answers: Record<string, unknown>): Promise<string> {
  const all: Record<string, unknown> = {
    'vault.status': { state: 'unlocked', notices: [], protection: { deviceBound: false, note: 'A note.' } },
    'providers.list': [openai],
    'credentials.read': { value: SECRET, scope: 'user', version: 1 },
    'credentials.environment': [{ name: 'KEY', value: SECRET, secret: true }],
    'vault.passwordStrength': { score: 4, acceptable: true, sentence: 'Strong.', suggestion: '' },
    ...answers,
  };
  agent = await startLineAgent(({ method, params }) => {
    const answer = all[method] ?? new WireError('unsupported', `no ${method}`);
    return typeof answer === 'function' ? (answer as (given: unknown) => unknown)(params) : answer;
  });
  return agent.home;
}

test('get prints the secret and nothing else; on a terminal a new line comes after it', async () => {
  const home = await serve({});
  expect(await kh(['get', 'kh://openai/work'], { home })).toMatchObject({ code: 0, stdout: SECRET, stderr: '' });
  expect((await onTerminal(['get', 'kh://openai/work'], { home }, [])).stdout).toBe(`${SECRET}\r\n`);
  expect(JSON.parse((await kh(['get', 'kh://openai/work', '--json'], { home })).stdout)).toMatchObject({
    value: SECRET,
  });
});

test('the rule of a client that is gone is removed by its id, also where the list of rules cannot be read', async () => {
  const unreadable = new WireError('integrity_failure', 'The routing rule client:abcdefghij cannot be read.');
  const home = await serve({ 'clients.list': [], 'routing.list': unreadable, 'routing.remove': {} });
  expect(await kh(['routing', 'remove', 'client:abcdefghij'], { home })).toMatchObject({ code: 0, stderr: '' });
  expect(agent.calls).toContainEqual({ method: 'routing.remove', params: { client: 'abcdefghij' } });
  expect(await kh(['routing', 'remove', 'client:tool'], { home })).toMatchObject({
    code: 4,
    stderr: expect.stringContaining('There is no client "tool".') as string,
  });
});

test('a value that does not fit into a pipe at once arrives whole', async () => {
  const long = 'x'.repeat(65_000) + 'é';
  const home = await serve({ 'credentials.read': { value: long, scope: 'user', version: 1 } });
  expect((await kh(['get', 'kh://openai/work'], { home })).stdout).toBe(long);
});

test.each([
  ['vault_locked', 3],
  ['key_not_found', 4],
  ['forbidden', 5],
  ['invalid_key', 6],
  ['internal', 1],
])('the agent’s %s ends get with %i', async (code, exit) => {
  const home = await serve({ 'credentials.read': new WireError(code, 'No.', 'Do this.') });
  const outcome = await kh(['get', 'kh://openai/work'], { home });
  expect(outcome).toMatchObject({ code: exit, stdout: '', stderr: 'keyharbor: No.\n  hint: Do this.\n' });
});

test('run hides an injected secret in stdout and stderr, --no-mask lets it through', async () => {
  const home = await serve({});
  const words = [
    'run',
    '--env',
    'KEY=kh://openai/work',
    '--',
    'sh',
    '-c',
    'printf "a$KEY"; printf "b$KEY" >&2; exit 9',
  ];
  expect(await kh(words, { home })).toMatchObject({ code: 9, stdout: 'a********', stderr: 'b********' });
  const open = await kh(['run', '--no-mask', ...words.slice(1)], { home });
  expect(open).toMatchObject({ code: 9, stdout: `a${SECRET}`, stderr: `b${SECRET}` });
});

test('run: what is said more exactly wins, and plain values of a .env stay as they are', async () => {
  const home = await serve({
    'credentials.environment': ({ items }: { items: { name?: string; ref?: string; provider?: string }[] }) =>
      items.flatMap(({ name, ref, provider }) =>
        provider === undefined
          ? [{ name, value: `value of ${ref}`, secret: true }]
          : ['A', 'B', 'C', 'D'].map((usual) => ({ name: usual, value: `usual ${usual}`, secret: true })),
      ),
  });
  const file = join(folder, '.env');
  writeFileSync(file, `# comment\nexport B='plain value'\nC="kh://openai/file"\nD=kh://openai/file\n`);
  const words = ['run', '--no-mask', '--provider', 'openai', '--env-file', file, '--env', 'D=kh://openai/env', '--'];
  const { stdout } = await kh([...words, 'sh', '-c', 'printf "$A|$B|$C|$D"'], { home });
  expect(stdout).toBe('usual A|plain value|value of kh://openai/file|value of kh://openai/env');
});

test('run gives the child our stdin and no shell reads its words', async () => {
  const home = await serve({});
  const { stdout } = await kh(['run', '--env', 'KEY=kh://openai/work', '--', 'cat'], { home, stdin: 'from stdin' });
  expect(stdout).toBe('from stdin');
  expect((await kh(['run', '--', 'echo', '$HOME;', '*'], { home })).stdout).toBe('$HOME; *\n');
});

test('run without keys needs no agent; a command that is not there is 127, one that is no program 126', async () => {
  const home = await serve({});
  expect((await kh(['run', '--', 'no-such-command-here'], { home })).code).toBe(127);
  expect((await kh(['run', '--', '/etc/passwd'], { home })).code).toBe(126);
  expect(agent.calls).toEqual([]);
});

test.each(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const)(
  'run passes %s on and ends as the child did',
  async (signal) => {
    const home = await serve({});
    const number = { SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGTERM: 15 }[signal];
    const child = start(['run', '--env', 'KEY=kh://openai/work', '--', 'sh', '-c', 'echo ready; exec sleep 60'], {
      home,
    });
    child.stdout?.once('data', () => child.kill(signal));
    expect((await outcomeOf(child)).code).toBe(128 + number);
  },
);

test('a child that handles the signal decides the exit code', async () => {
  const home = await serve({});
  const script = `process.on('SIGTERM', () => process.exit(42)); console.log('ready'); setInterval(() => {}, 1000);`;
  const child = start(['run', '--', process.execPath, '-e', script], { home });
  child.stdout?.once('data', () => child.kill('SIGTERM'));
  expect((await outcomeOf(child)).code).toBe(42);
});

test('output that nobody reads any more ends the child as a pipe would', async () => {
  const home = await serve({});
  const child = start(['run', '--env', 'KEY=kh://openai/work', '--', 'yes'], { home });
  child.stdout?.once('data', () => child.stdout?.destroy());
  expect((await outcomeOf(child)).code).toBe(141);
});

test('add reads one value as the whole input and never shows it', async () => {
  const added: unknown[] = [];
  const home = await serve({
    'credentials.add': (given: unknown) => {
      added.push(given);
      const credential = { id: '0'.repeat(32), ref: 'kh://openai/work', masked: 'sk-…lue' };
      return { credential, warnings: [{ code: 'format', message: 'Unusual.' }] };
    },
  });
  const { code, stdout, stderr } = await kh(['add', 'openai', '--label', 'work', '--stdin'], {
    home,
    stdin: `${SECRET}\n`,
  });
  expect({ code, stdout, stderr }).toEqual({
    code: 0,
    stdout: 'Added kh://openai/work (sk-...lue).\n',
    stderr: 'keyharbor: Unusual.\n',
  });
  expect(added).toMatchObject([{ provider: 'openai', label: 'work', fields: { api_key: SECRET } }]);
});

test('a secret in argv is refused before anything is sent', async () => {
  const home = await serve({});
  const outcome = await kh(['add', 'openai', '--field', `api_key=${SECRET}`], { home });
  expect(outcome.code).toBe(2);
  expect(outcome.stderr).toContain('--stdin');
  expect(outcome.stderr + JSON.stringify(agent.received)).not.toContain(SECRET);
});

test('without a terminal nothing is asked: the error says how to give it', async () => {
  const home = await serve({ 'vault.status': { state: 'locked', notices: [], protection: {} } });
  expect(await kh(['unlock'], { home })).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('--password-stdin') as string,
  });
  expect(await kh(['add', 'openai'], { home })).toMatchObject({ code: 3 });
});

test('a terminal is asked without echo, with the terminal left as it was', async () => {
  const unlocked: unknown[] = [];
  const home = await serve({
    'vault.status': { state: 'locked', notices: [], protection: {} },
    'vault.unlock': (given: unknown) => {
      unlocked.push(given);
      return { state: 'unlocked', notices: [] };
    },
  });
  const { code, stdout } = await onTerminal(['unlock'], { home }, [
    { after: 'password: ', type: 'correxx\u007f\u007fct é\r' },
  ]);
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'Master password: \r\nUnlocked.\r\n' });
  expect(unlocked).toEqual([{ password: 'correct é' }]);
});

test.each([
  ['Ctrl-C', '\u0003', 130],
  ['Ctrl-\\', '\u001c', 131],
])('%s at a question ends it and sends nothing', async (_, key, exit) => {
  const home = await serve({ 'vault.status': { state: 'locked', notices: [], protection: {} } });
  const { code, stdout } = await onTerminal(['unlock'], { home }, [{ after: 'password: ', type: `typed${key}` }]);
  expect({ code, stdout }).toEqual({ code: exit, stdout: 'Master password: \r\n' });
  expect(agent.calls.map(({ method }) => method)).toEqual(['vault.status']);
});

test('unlock --json prints what status --json prints', async () => {
  const home = await serve({ 'vault.unlock': { state: 'unlocked', notices: [] } });
  const { stdout } = await kh(['unlock', '--password-stdin', '--json'], { home, stdin: 'correct horse' });
  expect(JSON.parse(stdout)).toEqual({ running: true, state: 'unlocked', notices: [], home, pid: process.pid });
});

test('purge refuses what is not in the bin before a password is asked for', async () => {
  const home = await serve({ 'credentials.get': { state: 'active' } });
  const { code, stdout } = await onTerminal(['purge', 'kh://openai/work'], { home }, []);
  expect(code).toBe(1);
  expect(stdout).toMatch(/First: \S*keyharbor delete kh:\/\/openai\/work/); // in a checkout with its path
  expect(stdout).not.toContain('password');
});

test('init at a terminal shows the code once and takes two groups as proof', async () => {
  const groups = ['AAAA', 'BBBB', 'CCCC'];
  let proof: unknown = null;
  let state = 'no-vault';
  const home = await serve({
    'vault.status': () => ({ state, notices: [], protection: { note: 'A note.' } }),
    'vault.create': () => {
      state = 'unlocked';
      return { recoveryCode: groups.join('-'), unlockMs: 1 };
    },
    'vault.confirmRecovery': (given: unknown) => {
      proof = given;
      return {};
    },
  });
  // Which two groups are asked is random, so all that may be asked is answered by the question itself.
  const typed = [
    { after: 'master password: ', type: 'correct horse battery\r' },
    { after: 'Once more: ', type: 'correct horse battery\r' },
    { after: 'to skip): ', type: 'first\r' },
    { after: 'to skip): ', type: 'second\r' },
  ];
  const { code, stdout } = await onTerminal(['init'], { home }, typed);
  expect(code).toBe(0);
  expect(stdout.match(/AAAA-BBBB-CCCC/g)).toHaveLength(1);
  expect(proof).toMatchObject({
    password: 'correct horse battery',
    bindDevice: true,
    proof: { groups: [{ text: 'first' }, { text: 'second' }] },
  });
});

test('init without terminal and file prints the code alone on stdout and says that it is unconfirmed', async () => {
  let state = 'no-vault';
  const home = await serve({
    'vault.status': () => ({ state, notices: [], protection: { note: 'A note.' } }),
    'vault.create': () => {
      state = 'unlocked';
      return { recoveryCode: 'AAAA-BBBB', unlockMs: 1 };
    },
  });
  const { code, stdout, stderr } = await kh(['init', '--password-stdin'], { home, stdin: 'a password\n' });
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'AAAA-BBBB\n' });
  expect(stderr).toContain('not confirmed');
  expect(agent.calls.map(({ method }) => method)).not.toContain('vault.confirmRecovery');
});

test('init with a recovery file confirms with the code and leaves stdout without it', async () => {
  let state = 'no-vault';
  const home = await serve({
    'vault.status': () => ({ state, notices: [], protection: { note: 'A note.' } }),
    'vault.create': () => {
      state = 'unlocked';
      return { recoveryCode: 'AAAA-BBBB', unlockMs: 1 };
    },
    'vault.confirmRecovery': {},
  });
  const kit = join(folder, 'kit.txt');
  const words = ['init', '--password-stdin', '--no-keychain', '--recovery-file', kit];
  const { code, stdout, stderr } = await kh(words, { home, stdin: 'a password' });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).not.toContain('AAAA');
  expect(readFileSync(kit, 'utf8')).toBe('AAAA-BBBB\n');
  expect(agent.calls.find(({ method }) => method === 'vault.confirmRecovery')?.params).toEqual({
    proof: { code: 'AAAA-BBBB' },
    password: 'a password',
    bindDevice: false,
  });
});

test('test exits 6 unless all are valid, and prints what the contract says', async () => {
  const check = (result: string) => ({
    ref: 'kh://openai/work',
    result,
    latencyMs: 12,
    detail: 'Said so.',
    hint: '',
    facts: [],
    checkedAt: '2026-11-21T10:00:00.000Z',
    cached: false,
  });
  const home = await serve({
    'credentials.test': ({ target }: { target: { id?: string } }) =>
      target.id === '2'
        ? new WireError('validation_cooldown', 'Cooling down.')
        : check(target.id === '1' ? 'invalid_key' : 'valid'),
    'credentials.get': { id: '0', provider: 'openai', authKind: 'api_key' },
    'providers.list': [],
    'credentials.list': [
      { id: '0', ref: 'kh://openai/a' },
      { id: '1', ref: 'kh://openai/b' },
      { id: '2', ref: 'kh://openai/c' },
    ],
  });
  const one = await kh(['test', 'kh://openai/work', '--json'], { home });
  expect(one.code).toBe(0);
  expect(JSON.parse(one.stdout)).toEqual({
    ref: 'kh://openai/work',
    result: 'valid',
    latencyMs: 12,
    detail: 'Said so.',
    checkedAt: '2026-11-21T10:00:00.000Z',
  });
  const all = await kh(['test', '--all', '--json'], { home });
  expect(all.code).toBe(6);
  expect((JSON.parse(all.stdout) as { result: string }[]).map(({ result }) => result)).toEqual([
    'valid',
    'invalid_key',
    'validation_cooldown',
  ]);
});

test('an empty list says on stderr what to do', async () => {
  const home = await serve({ 'credentials.list': [], 'clients.list': [] });
  expect(await kh(['list'], { home })).toMatchObject({
    code: 0,
    stdout: '',
    stderr: expect.stringContaining('keyharbor add') as string,
  });
  expect(await kh(['list', '--json'], { home })).toMatchObject({ code: 0, stdout: '[]\n', stderr: '' });
  expect(await kh(['client', 'list'], { home })).toMatchObject({ code: 0, stdout: '' });
  expect((await kh(['list', '--provider', 'openai'], { home })).code).toBe(0);
  const mistyped = await kh(['list', '--provider', 'opnai'], { home });
  expect(mistyped).toMatchObject({ code: 4, stdout: '' });
  expect(mistyped.stderr).toContain('Did you mean openai?');
});

test('rotate looks a credential up once, and says whether its value was another', async () => {
  const before = { id: '0', ref: 'kh://openai/work', provider: 'openai', authKind: 'api_key', masked: '', version: 3 };
  let version = 4;
  const home = await serve({
    'credentials.get': before,
    'credentials.edit': () => ({ credential: { ...before, version }, warnings: [] }),
  });
  const rotate = () => kh(['rotate', 'kh://openai/work', '--stdin'], { home, stdin: SECRET });
  expect(await rotate()).toMatchObject({ code: 0, stdout: 'Version 4 of kh://openai/work.\n' });
  expect(agent.calls.filter(({ method }) => method === 'credentials.get')).toHaveLength(1);
  version = 3;
  expect((await rotate()).stdout).toBe('The value is as it was, so it stays version 3 of kh://openai/work.\n');
});
