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
 * Resident memory of the headless agent, idle and unlocked with 1,000 credentials, beside a bare Node that only waits.
 * Linux: read from /proc. Uses the built agent where there is one.
 */
const CREDENTIALS = 1000;
const SETTLE_MS = 3000;
const MIB = 1024 * 1024;

export interface AgentMemory {
  readonly agentBytes: number;
  readonly bareBytes: number;
  readonly ratio: number;
}

export async function measureAgentMemory(): Promise<AgentMemory> {
  const home = mkdtempSync(join(tmpdir(), 'kh-bench-'));
  const root = join(import.meta.dirname, '..');
  const built = join(root, 'out/main/headless.js');
  const program = existsSync(built) ? built : join(root, 'electron/hosts/headless/main.ts');
  const env = { HOME: home, PATH: process.env['PATH'], KEYHARBOR_HOME: home };
  const agent = spawn(process.execPath, [program, '--no-endpoint'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const bare = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1 << 30)'], { env, stdio: 'ignore' });
  try {
    for await (const _greeting of createInterface(agent.stdout)) break;
    await fill(home);
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    const [agentBytes, bareBytes] = [residentBytes(agent.pid), residentBytes(bare.pid)];
    return { agentBytes, bareBytes, ratio: agentBytes / bareBytes };
  } finally {
    const ended = new Promise((resolve) => agent.once('exit', resolve));
    agent.kill('SIGTERM');
    bare.kill('SIGKILL');
    await ended;
    rmSync(home, { recursive: true, force: true });
  }
}

/** Makes a vault and adds the credentials over the socket, as the command line would. */
async function fill(home: string): Promise<void> {
  const { socket: path } = agentFile.parse(JSON.parse(readFileSync(join(home, 'run/agent.json'), 'utf8')));
  const socket = connect(path);
  const lines = createInterface(socket)[Symbol.asyncIterator]();
  socket.write(`${JSON.stringify({ hello: { contract: CONTRACT_VERSION, client: 'bench' } })}\n`);
  await lines.next();
  let id = 0;
  const ask = async (method: string, params: unknown): Promise<void> => {
    socket.write(`${JSON.stringify({ id: ++id, method, params })}\n`);
    const answer = wireResponse.parse(JSON.parse(z.string().parse((await lines.next()).value)));
    if ('error' in answer) throw new Error(`${method}: ${answer.error.code}`);
  };
  await ask('vault.create', { password: ['correct', 'horse', 'battery', 'staple', '42'].join(' ') });
  for (let i = 0; i < CREDENTIALS; i++) {
    const key = ['sk', 'proj', String(i).padStart(48, 'k')].join('-');
    await ask('credentials.add', { provider: 'openai', label: `bench-${i}`, fields: { api_key: key } });
  }
  await ask('credentials.list', {});
  socket.destroy();
}

function residentBytes(pid: number | undefined): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  if (kib === undefined) throw new Error('no resident size in /proc');
  return Number(kib) * 1024;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { agentBytes, bareBytes, ratio } = await measureAgentMemory();
  const mib = (bytes: number): string => (bytes / MIB).toFixed(1);
  console.log(`agent idle, ${CREDENTIALS} credentials  ${mib(agentBytes)} MiB resident`);
  console.log(`bare node                     ${mib(bareBytes)} MiB resident`);
  console.log(`ratio                         ${ratio.toFixed(2)}`);
}
