import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { agentFile, CONTRACT_VERSION, wireResponse } from '../shared/wire.ts';

/**
 * Resident memory of the headless agent, idle and unlocked with 1,000 credentials after one look at all of them, beside
 * a bare Node that only waits. The vault is filled by an earlier agent, as a long-lived one never adds them all at once.
 * Linux: read from /proc. Uses the built agent where there is one.
 */
const CREDENTIALS = 1000;
const SETTLE_MS = 3000;
const MIB = 1024 * 1024;
const PASSWORD = ['correct', 'horse', 'battery', 'staple', '42'].join(' ');

export interface AgentMemory {
  readonly agentBytes: number;
  readonly bareBytes: number;
  readonly ratio: number;
}

export async function measureAgentMemory(): Promise<AgentMemory> {
  const home = mkdtempSync(join(tmpdir(), 'kh-bench-'));
  const env = { HOME: home, PATH: process.env['PATH'], KEYHARBOR_HOME: home };
  const bare = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1 << 30)'], { env, stdio: 'ignore' });
  try {
    await withAgent(env, [], () => fill(home));
    return await withAgent(env, ['--password-stdin'], async (pid) => {
      await converse(home, (ask) => ask('credentials.list', {}));
      await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
      const [agentBytes, bareBytes] = [residentBytes(pid), residentBytes(bare.pid)];
      return { agentBytes, bareBytes, ratio: agentBytes / bareBytes };
    });
  } finally {
    bare.kill('SIGKILL');
    rmSync(home, { recursive: true, force: true });
  }
}

async function withAgent<T>(
  env: NodeJS.ProcessEnv,
  args: readonly string[],
  act: (pid: number | undefined) => Promise<T>,
): Promise<T> {
  const root = join(import.meta.dirname, '..');
  const built = join(root, 'out/main/headless.js');
  const program = existsSync(built) ? built : join(root, 'electron/hosts/headless/main.ts');
  const agent = spawn(process.execPath, [program, '--no-endpoint', ...args], {
    env,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => agent.once('exit', resolve));
  try {
    agent.stdin.end(`${PASSWORD}\n`);
    for await (const _greeting of createInterface(agent.stdout)) break;
    return await act(agent.pid);
  } finally {
    agent.kill('SIGTERM');
    await ended;
  }
}

type Ask = (method: string, params: unknown) => Promise<void>;

/** Makes a vault and adds the credentials over the socket, as the command line would. */
async function fill(home: string): Promise<void> {
  await converse(home, async (ask) => {
    await ask('vault.create', { password: PASSWORD });
    for (let i = 0; i < CREDENTIALS; i++) {
      const key = ['sk', 'proj', String(i).padStart(48, 'k')].join('-');
      await ask('credentials.add', { provider: 'openai', label: `bench-${i}`, fields: { api_key: key } });
    }
  });
}

async function converse(home: string, act: (ask: Ask) => Promise<void>): Promise<void> {
  const { socket: path } = agentFile.parse(JSON.parse(readFileSync(join(home, 'run/agent.json'), 'utf8')));
  const socket = connect(path);
  const lines = createInterface(socket)[Symbol.asyncIterator]();
  socket.write(`${JSON.stringify({ hello: { contract: CONTRACT_VERSION, client: 'bench' } })}\n`);
  await lines.next();
  let id = 0;
  await act(async (method, params) => {
    socket.write(`${JSON.stringify({ id: ++id, method, params })}\n`);
    const answer = wireResponse.parse(JSON.parse(z.string().parse((await lines.next()).value)));
    if ('error' in answer) throw new Error(`${method}: ${answer.error.code}`);
  });
  socket.destroy();
}

function residentBytes(pid: number | undefined): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  if (kib === undefined) throw new Error('no resident size in /proc');
  return Number(kib) * 1024;
}

export function formatAgentMemory({ agentBytes, bareBytes, ratio }: AgentMemory): string {
  const mib = (bytes: number): string => `${(bytes / MIB).toFixed(1)} MiB`;
  return [
    `resident memory, ${CREDENTIALS} credentials, idle`,
    `  ${'the headless agent'.padEnd(28)}${mib(agentBytes).padStart(12)}`,
    `  ${'bare node'.padEnd(28)}${mib(bareBytes).padStart(12)}   ratio ${ratio.toFixed(2)}`,
  ].join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(formatAgentMemory(await measureAgentMemory()));
