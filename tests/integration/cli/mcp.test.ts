import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { fakeKey } from '../../support/fake-keys.ts';
import { KEYHARBOR, outcomeOf, start } from './command.ts';
import { type UnlockedHome, unlockedHome } from './unlocked-home.ts';

const KEY = fakeKey('openai');
const AWS_ID = ['AKIA', 'FAKE'.repeat(4)].join('');
const AWS_SECRET = 's/ecret+'.repeat(5);
const NOTE_LIKE = 'Name of the key';
let vault: UnlockedHome;
let client: Client | null = null;
/** Every line that a client was sent. */
let answers = '';

beforeAll(async () => {
  vault = await unlockedHome('mcp');
  await vault.must(['add', 'openai', '--label', 'work', '--name', NOTE_LIKE, '--stdin'], KEY);
  const fields = ['--field', `access_key_id=${AWS_ID}`, '--field', 'region=eu-central-1'];
  await vault.must(['add', 'aws', '--label', 'main', ...fields, '--stdin'], AWS_SECRET);
});
afterAll(() => vault.close());
afterEach(async () => {
  await client?.close();
  client = null;
  // No answer of any tool, well or ill, holds a value or a good part of one.
  for (const secret of [KEY, AWS_SECRET, AWS_ID]) {
    for (let at = 0; at + 8 <= secret.length; at++) {
      const part = secret.slice(at, at + 8);
      if (!/^(sk-|proj|AKIA)/.test(part)) expect(answers).not.toContain(part);
    }
  }
  answers = '';
});

async function connect(): Promise<Client> {
  const env = Object.fromEntries(Object.entries(vault.env).map(([name, value]) => [name, value ?? '']));
  const transport = new StdioClientTransport({ command: KEYHARBOR, args: ['mcp'], env });
  client = new Client({ name: 'test', version: '1.0.0' });
  await client.connect(transport);
  const { onmessage } = transport;
  transport.onmessage = (message, ...more) => {
    answers += JSON.stringify(message);
    onmessage?.(message, ...more);
  };
  return client;
}

interface Said {
  readonly isError?: boolean;
  readonly text: string;
  readonly data: unknown;
}

async function call(mcp: Client, name: string, input: Record<string, unknown> = {}): Promise<Said> {
  const { isError, content, structuredContent } = await mcp.callTool({ name, arguments: input });
  const [first] = content as { readonly text: string }[];
  return { text: first?.text ?? '', data: structuredContent, ...(isError === true ? { isError } : {}) };
}

test('it says which tools there are, and that none shows a key', async () => {
  const mcp = await connect();
  const { tools } = await mcp.listTools();
  expect(tools.map(({ name }) => name)).toEqual([
    'list_credentials',
    'status',
    'usage',
    'quotas',
    'request_access',
    'request_missing_key',
  ]);
  expect(mcp.getServerVersion()).toMatchObject({ name: 'keyharbor' });
  expect(mcp.getInstructions()).toContain('never show one');
});

test('credentials are listed by name and state', async () => {
  const mcp = await connect();
  const all = await call(mcp, 'list_credentials');
  expect(all.text.split('\n').sort()).toEqual(['kh://aws/main (active)', `kh://openai/work (active) ${NOTE_LIKE}`]);
  const one = await call(mcp, 'list_credentials', { provider: 'openai' });
  expect(one.data).toMatchObject({ credentials: [{ ref: 'kh://openai/work', state: 'active' }] });
});

test('status and usage', async () => {
  const mcp = await connect();
  expect((await call(mcp, 'status')).data).toMatchObject({ state: 'unlocked', credentials: 2, endpoint: null });
  expect((await call(mcp, 'usage', { by: 'model' })).data).toMatchObject({ by: 'model', rows: [] });
  expect((await call(mcp, 'quotas')).data).toEqual({ quotas: [] });
});

test('a missing key is asked of the owner as a command, and one that is there is pointed to', async () => {
  const mcp = await connect();
  const missing = await call(mcp, 'request_missing_key', { provider: 'groq', label: 'ci' });
  expect(missing.data).toMatchObject({ exists: false, command: 'keyharbor add groq --label ci' });
  expect((await call(mcp, 'request_missing_key', { provider: 'openai', label: 'work' })).data).toMatchObject({
    exists: true,
  });
  const unknown = await call(mcp, 'request_missing_key', { provider: 'opennai' });
  expect(unknown).toMatchObject({ isError: true });
  expect(unknown.text).toContain('openai');
});

test('what does not fit the input is an error of the tool, not of the server', async () => {
  const mcp = await connect();
  for (const [name, input] of [
    ['list_credentials', { provider: 'NOT A PROVIDER' }],
    ['request_access', { refs: [] }],
    ['request_access', { refs: ['openai/work'] }],
    ['get_secret', {}],
  ] as const) {
    const said = await call(mcp, name, input);
    expect(said.isError).toBe(true);
  }
  expect((await call(mcp, 'status')).text).toContain('unlocked');
});

test('access is asked of the owner, who answers in a terminal; the grant can be seen, narrowed and taken back', async () => {
  const desk = start(['approve', '--follow', '--json'], { home: vault.home });
  const listens = new Promise<void>((resolve) => desk.stderr?.once('data', () => resolve()));
  const over = outcomeOf(desk);
  const lines = deskLines(desk.stdout);
  const mcp = await connect();
  await listens;
  const refused = call(mcp, 'request_access', { refs: ['kh://aws/main'] });
  const first = await lines.next();
  expect(await answer(first.id, 'deny')).toBe('Refused.\n');
  expect((await refused).data).toMatchObject({ granted: false });

  const asked = call(mcp, 'request_access', { refs: ['kh://openai/work'], form: 'environment', reason: 'to test' });
  const second = await lines.next();
  expect(second).toMatchObject({ reason: 'to test', wants: [{ ref: 'kh://openai/work', form: 'environment' }] });
  expect(second.caller.processes[0]?.pid).toBeGreaterThan(1);
  expect((await vault.kh(['approve', second.id, '--answer', 'sometimes'])).code).toBe(2);
  expect(await answer(second.id, 'until-lock')).toBe('Allowed until the vault locks.\n');
  expect((await asked).data).toMatchObject({ granted: true });

  const [grant] = JSON.parse(await vault.must(['grant', 'list', '--json'])) as { id: string; form: string }[];
  expect(grant).toMatchObject({ form: 'environment' });
  const id = grant?.id ?? '';
  expect(await vault.must(['grant', 'narrow', id, '--form', 'proxy'])).toContain('proxy');
  expect((await vault.kh(['grant', 'narrow', id, '--form', 'value'])).code).not.toBe(0);
  await vault.must(['grant', 'revoke', id]);
  expect(JSON.parse(await vault.must(['grant', 'list', '--json']))).toEqual([]);
  desk.kill('SIGINT');
  await over;
});

/** A yes that comes before a question can have been read is refused: then it is said again. */
async function answer(id: string, word: string): Promise<string> {
  let outcome = await vault.kh(['approve', id, '--answer', word]);
  while (outcome.code === 5) outcome = await vault.kh(['approve', id, '--answer', word]);
  return outcome.stdout;
}

interface Asked {
  readonly id: string;
  readonly reason: string;
  readonly caller: { readonly processes: readonly { readonly pid: number }[] };
}

/** One request a line, in order. */
function deskLines(stream: NodeJS.ReadableStream | null): { readonly next: () => Promise<Asked> } {
  const lines: Asked[] = [];
  let wake: () => void = () => undefined;
  let rest = '';
  stream?.on('data', (chunk: Buffer) => {
    const parts = (rest + chunk.toString()).split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts.map((line) => JSON.parse(line) as Asked));
    wake();
  });
  return {
    next: async () => {
      for (;;) {
        const line = lines.shift();
        if (line !== undefined) return line;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}

test('a client that goes away ends it; a locked vault is told to the tool', async () => {
  await vault.must(['lock']);
  const mcp = await connect();
  const locked = await call(mcp, 'list_credentials');
  expect(locked).toMatchObject({ isError: true });
  expect(locked.text).toMatch(/locked.*keyharbor unlock.*\(vault_locked\)/);
  const child = start(['mcp'], { home: vault.home });
  const over = outcomeOf(child);
  child.stdin?.end();
  expect(await over).toMatchObject({ code: 0, stdout: '', stderr: '' });
  await vault.unlock();
});
