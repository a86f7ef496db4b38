import { spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AgentClient } from '../../../cli/agent-client.ts';
import { type Outcome, outcomeOf } from './command.ts';
import { type UnlockedHome, unlockedHome } from './unlocked-home.ts';

const KEY = `sk-${'proj-'}${'a'.repeat(60)}`;
const PASSWORD = ['correct', 'horse', 'battery', 'staple', '42'].join(' ');

let vault: UnlockedHome;
beforeAll(async () => {
  vault = await unlockedHome('acts');
  await vault.must(['add', 'openai', '--label', 'work', '--stdin'], KEY);
});
afterAll(() => vault.close());

const json = async (words: readonly string[], stdin = ''): Promise<unknown> =>
  JSON.parse(await vault.must([...words, '--json'], stdin));

describe('acts tell a program what they did', () => {
  test('what is removed or taken back is named', async () => {
    await vault.must(['quota', 'set', 'All spending', '--limit', '20usd']);
    expect(await json(['quota', 'remove', 'All spending'])).toEqual({
      removed: { id: expect.any(String) as string, name: 'All spending' },
    });
    await vault.must(['prices', 'set', 'openai', 'mine', '--input', '1', '--output', '2']);
    expect(await json(['prices', 'remove', 'openai', 'mine'])).toEqual({
      removed: { provider: 'openai', per: 'tokens', model: 'mine' },
    });
    expect(await json(['prices', 'tier', 'mistral', 'batch', '0.5'])).toEqual({
      ...{ provider: 'mistral', tier: 'batch', factor: 0.5 },
    });
    expect(await json(['prices', 'tier', 'mistral', 'batch', '--remove'])).toMatchObject({ factor: null });
    await vault.must(['webhook', 'add', 'https://hooks.example.com/a', '--label', 'ops', '--events', 'all']);
    expect(await json(['webhook', 'remove', 'ops'])).toEqual({
      removed: { id: expect.any(String) as string, label: 'ops' },
    });
    const template = join(vault.folder, 'a.tmpl');
    const file = join(vault.folder, 'a.txt');
    writeFileSync(template, 'key = {{ kh://openai/work }}\n');
    expect(await json(['inject', '-i', template, '-o', file])).toEqual({ file, references: 1 });
    expect((await vault.kh(['inject', '-i', template, '--json'])).code).toBe(2);
  });

  test('a credential that is destroyed is named; so is a password that is changed, and an agent that ended', async () => {
    await vault.must(['add', 'openai', '--label', 'old', '--stdin'], KEY);
    expect(await json(['delete', 'kh://openai/old'])).toMatchObject({ state: 'binned' });
    expect(await json(['purge', 'kh://openai/old', '--password-stdin'], PASSWORD)).toEqual({
      destroyed: { id: expect.any(String) as string, ref: 'kh://openai/old' },
    });
    expect(await json(['passwd', '--password-stdin'], `${PASSWORD}\n${PASSWORD}\n`)).toEqual({ changed: true });
    expect(await json(['stop'])).toEqual({ stopped: { pid: expect.any(Number) as number } });
    expect(await json(['stop'])).toEqual({ stopped: null });
    await vault.unlock();
  });
});

test('a rule for a client names it; it is set and removed by name, and none is kept for who is not there', async () => {
  await vault.must(['client', 'add', 'my editor', '--grant', 'proxy:openai']);
  const [client] = (await json(['client', 'list'])) as readonly { readonly id: string }[];
  const id = client?.id ?? '';
  const file = join(vault.folder, 'rule.json');
  const rule = (of: string): void =>
    writeFileSync(
      file,
      JSON.stringify({ for: 'client', client: of, requestHeaders: [{ do: 'set', name: 'x-team', value: 'blue' }] }),
    );
  rule('0123456789');
  expect((await vault.kh(['routing', 'set', file])).code).toBe(4);
  rule(id);
  expect(await vault.must(['routing', 'set', file])).toContain(`client my editor (${id})`);
  expect(await vault.must(['routing', 'list'])).toContain(`client my editor (${id})`);
  expect(await json(['routing', 'remove', 'client:my editor'])).toEqual({ removed: { client: id } });
});

test.each([
  [['providers', 'nope']],
  [['show', 'kh://nope/work']],
  [['list', '--provider', 'nope']],
  [['client', 'add', 'tool', '--grant', 'keys:read:nope']],
  [['quota', 'set', 'Q', '--limit', '5', '--provider', 'nope']],
  [['quota', 'set', 'Q', '--limit', '5', '--client', 'nope']],
  [['quota', 'set', 'Q', '--limit', '5', '--credential', 'kh://openai/nope']],
  [['quota', 'apply', 'nope']],
  [['prices', 'set', 'nope', 'm', '--input', '1', '--output', '2']],
  [['prices', 'tier', 'nope', 'batch', '0.5']],
  [['prices', 'list', '--provider', 'nope']],
  [['usage', 'reconcile', 'nope']],
  [['audit', '--who', 'nope']],
  [['routing', 'remove', 'provider:nope']],
  [['routing', 'remove', 'provider:Nope Nope']],
  [['routing', 'remove', 'client:nope']],
])('a name that is not there is exit code 4 wherever it stands: %j', async (words) => {
  const { code, stdout, stderr } = await vault.kh([...words, '--json']);
  expect(code).toBe(4);
  expect(stdout).toBe('');
  const { error } = JSON.parse(stderr) as { readonly error: { readonly code: string; readonly hint: string } };
  expect(['not_found', 'key_not_found']).toContain(error.code);
  expect(error.hint).not.toBe('');
});

test.runIf(existsSync('/dev/full'))(
  'output that cannot be written is a failure, told as it was asked for',
  async () => {
    const line = (words: string): Promise<Outcome> =>
      outcomeOf(
        spawn('sh', ['-c', `keyharbor ${words} >/dev/full`], { env: vault.env, stdio: ['ignore', 'pipe', 'pipe'] }),
      );
    const plain = await line('list');
    expect([plain.code, plain.stderr]).toEqual([
      1,
      expect.stringMatching(/could not be written\.\n {2}hint: /) as string,
    ]);
    const asJson = await line('list --json');
    expect([asJson.code, JSON.parse(asJson.stderr)]).toMatchObject([1, { error: { code: 'internal' } }]);
  },
);

test('times are those of the reporting zone everywhere, and it is named; without one they are this computer’s', async () => {
  const agent = await AgentClient.open(join(vault.home, 'run', 'agent.sock'));
  await agent?.call('settings.set', { vault: { reportingZone: 'Pacific/Kiritimati' } }); // UTC+14, all the year
  agent?.close();
  const { createdAt } = (await json(['show', 'kh://openai/work'])) as { readonly createdAt: string };
  expect(createdAt).toMatch(/Z$/);
  const there = new Date(Date.parse(createdAt) + 14 * 3_600_000).toISOString().replace('T', ' ').slice(0, 16);
  for (const words of [['show', 'kh://openai/work'], ['audit'], ['inbox'], ['status'], ['client', 'list'], ['list']]) {
    const { stdout, stderr } = await vault.kh(words);
    expect(stderr, words.join(' ')).toContain('Times are those of Pacific/Kiritimati.');
    expect(stdout).not.toContain(createdAt.replace('T', ' ').slice(0, 14));
  }
  expect(await vault.must(['show', 'kh://openai/work'])).toContain(there);
  expect(await vault.must(['audit', 'list', '--from', there.slice(0, 10), '--json'])).toContain('credential.add');
  // Its day is over there before it is here.
  const { stdout } = await vault.kh(['audit', 'list', '--to', createdAt.slice(0, 10), '--json']);
  if (there.slice(0, 10) !== createdAt.slice(0, 10)) expect(stdout).not.toContain('credential.add');
  await vault.must(['edit', 'kh://openai/work', '--expires', '2030-01-31']);
  expect(await vault.must(['show', 'kh://openai/work'])).toMatch(/Expires: +2030-01-31 23:59\n/);
  await vault.must(['lock']);
  expect((await vault.kh(['backup', 'list'])).stderr).not.toContain('Kiritimati');
  await vault.unlock();
});

test('a token that stood in a URL is marked in the list, and the list says what to do', async () => {
  const token = (await vault.must(['client', 'add', 'careless', '--grant', 'keys:list'])).trim();
  const { port } = (await json(['endpoint', 'on', '--port', '0'])) as { readonly port: number };
  expect((await vault.kh(['client', 'list'])).stderr).not.toContain('EXPOSED');
  expect((await fetch(`http://127.0.0.1:${port}/v1/keys?token=${token}`)).status).toBe(400);
  const { stdout, stderr } = await vault.kh(['client', 'list']);
  expect(stdout).toMatch(/careless +active, EXPOSED/);
  expect(stderr).toContain('EXPOSED: the token stood in a URL');
  expect(stderr).toContain('keyharbor client rotate NAME');
  await vault.must(['client', 'rotate', 'careless']);
  const after = await vault.kh(['client', 'list']);
  expect(after.stdout + after.stderr).not.toContain('EXPOSED');
});

test('a rotation to the value that is there already says that nothing is new', async () => {
  await vault.must(['add', 'openai', '--label', 'turning', '--stdin'], KEY);
  const ref = 'kh://openai/turning';
  expect(await vault.must(['rotate', ref, '--stdin'], KEY)).toMatch(
    /^The value is as it was, so it stays version 1 of kh:/,
  );
  expect(await vault.must(['rotate', ref, '--stdin'], `${KEY}b`)).toMatch(/^Version 2 of kh:/);
});
