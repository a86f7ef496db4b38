import { spawnSync } from 'node:child_process';
import {
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { AgentClient } from '../../../cli/agent-client.ts';
import { agentEnvironment, startAgent } from '../../../cli/start-agent.ts';
import { eventually } from '../../support/eventually.ts';

let folder = '';
const started: AgentClient[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kh-start-'));
});
afterEach(() => {
  for (const client of started.splice(0)) {
    if (client.pid !== null) process.kill(client.pid);
    client.close();
  }
  rmSync(folder, { recursive: true, force: true });
});

/** An agent of a few lines that listens and tells about itself, after what `before` does. */
function program(before: string, name = 'agent.mjs'): string {
  const file = join(folder, name);
  writeFileSync(
    file,
    `import { mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
${before}
mkdirSync(process.env.KEYHARBOR_HOME + '/run', { recursive: true });
createServer((socket) => {
  const line = (message) => socket.write(JSON.stringify(message) + '\\n');
  socket.on('data', (chunk) => {
    for (const text of String(chunk).trim().split('\\n')) {
      const { id } = JSON.parse(text);
      if (id === undefined) line({ hello: { contract: 1, version: '1', pid: process.pid } });
      else line({ id, result: { cwd: process.cwd(), env: process.env, argv: process.argv.slice(2) } });
    }
  });
}).listen(process.env.KEYHARBOR_HOME + '/run/agent.sock');
`,
  );
  return file;
}

interface Told {
  readonly cwd: string;
  readonly env: Record<string, string>;
  readonly argv: readonly string[];
}

async function start(file: string, env: NodeJS.ProcessEnv): Promise<{ client: AgentClient; told: Told; pid: number }> {
  const client = await startAgent(file, folder, env);
  started.push(client);
  const told = (await client.call('app.doctor', {})) as unknown as Told;
  return { client, told, pid: client.pid ?? 0 };
}

const path = { PATH: process.env['PATH'] };

test('a caller hands on where things are, and none of its own variables', () => {
  const env = agentEnvironment(
    { HOME: '/h', LC_ALL: 'C', XDG_RUNTIME_DIR: '/r', OPENAI_API_KEY: 'k', NODE_OPTIONS: '--x' },
    '/kh',
  );
  expect(env).toEqual({ HOME: '/h', LC_ALL: 'C', XDG_RUNTIME_DIR: '/r', KEYHARBOR_HOME: '/kh' });
});

test('the agent runs in / with the minimal environment and is told that it was started on demand', async () => {
  const { told } = await start(program(''), { ...path, AWS_SECRET_ACCESS_KEY: 'x' });
  expect(told.cwd).toBe('/');
  expect(told.argv).toEqual(['--on-demand']);
  expect(told.env).not.toHaveProperty('AWS_SECRET_ACCESS_KEY');
  expect(told.env['KEYHARBOR_HOME']).toBe(folder);
});

test.runIf(process.platform === 'linux')('it leads its own session and holds none of the caller’s files', async () => {
  const mine = join(folder, 'mine');
  const opened = openSync(mine, 'w');
  const { pid } = await start(program(''), path);
  closeSync(opened);
  const [, , , , , session] = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '0 0 ')
    .split(' ');
  expect(Number(session)).toBe(pid);
  const files = readdirSync(`/proc/${pid}/fd`).map((name) => readlinkSync(`/proc/${pid}/fd/${name}`));
  expect(files).not.toContain(mine);
  expect(files.slice(0, 2)).toEqual(['/dev/null', '/dev/null']);
});

test('an agent that dies at once is reported with what it said', async () => {
  const file = program(`process.stderr.write('keyharbor: The home is not safe.\\n'); process.exit(5);`);
  await expect(startAgent(file, folder, path)).rejects.toMatchObject({
    code: 'security_violation',
    message: expect.stringContaining('The home is not safe.') as string,
  });
});

test('an agent that gives way to another one leads to that one', async () => {
  const { client, pid } = await start(program(''), path);
  client.close();
  const second = await startAgent(program('process.exit(0);'), folder, path);
  started.push(second);
  await second.call('app.doctor', {});
  expect(second.pid).toBe(pid);
  started.shift();
});

test('an agent that another one overtook is ended, so that it does not come up later', async () => {
  await start(program(''), path);
  const slow = program('await new Promise((late) => setTimeout(late, 60_000));', 'slow.mjs');
  started.push(await startAgent(slow, folder, path));
  await eventually(() => expect(spawnSync('pgrep', ['-f', slow]).status).toBe(1));
  started.pop()?.close();
});

test('a program that is missing is said, not waited for', async () => {
  await expect(startAgent(join(folder, 'none.js'), folder, path)).rejects.toMatchObject({ code: 'internal' });
});
