import { Agent } from 'node:http';
import { rmSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { BODY, post, started, type Target } from './proxy.ts';
import { RunningAgent } from './running-agent.ts';

/**
 * How many calls, whose answer a client had whole, are in no record after the process was killed: where calls come as tools
 * make them, and where they are a flood. The built agent is killed as soon as the last answer is here.
 */
const ROUNDS = 5;
const KINDS = [
  { name: 'one caller, 5 ms between calls', callers: 1, pauseMs: 5, calls: 100 },
  { name: 'one caller without a pause', callers: 1, pauseMs: 0, calls: 500 },
  { name: '80 calls at once', callers: 80, pauseMs: 0, calls: 80 },
  { name: '16 callers without a pause', callers: 16, pauseMs: 0, calls: 2000 },
  { name: '16 callers, many batches', callers: 16, pauseMs: 0, calls: 40_000 },
] as const;

export interface KilledFigures {
  readonly name: string;
  readonly answered: number;
  /** In each round. */
  readonly lost: readonly number[];
}

export async function measureKilled(): Promise<readonly KilledFigures[]> {
  const upstream = await started('upstream');
  try {
    const figures: KilledFigures[] = [];
    for (const kind of KINDS) {
      const lost: number[] = [];
      for (let round = 0; round < ROUNDS; round += 1) lost.push(await killed(`${upstream.url}/v1`, kind));
      figures.push({ name: kind.name, answered: kind.calls, lost });
    }
    return figures;
  } finally {
    upstream.process.kill('SIGKILL');
  }
}

async function killed(baseUrl: string, { callers, pauseMs, calls }: (typeof KINDS)[number]): Promise<number> {
  const first = await RunningAgent.start();
  const key = ['sk', 'proj', 'k'.repeat(48)].join('-');
  await first.ask('credentials.add', { provider: 'openai', fields: { api_key: key }, baseUrl, local: true });
  const { token } = await first.ask('clients.create', { name: 'bench', grants: ['proxy:openai'], ratePerSecond: null });
  const { port } = await first.ask('endpoint.on', { port: 0 });
  const headers = { authorization: `Bearer ${token}` };
  const target: Target = { name: 'proxy', url: `http://127.0.0.1:${port}/proxy/openai`, headers };
  const agent = new Agent({ keepAlive: true, maxSockets: callers });
  let answered = 0;
  let end: Promise<void> | null = null;
  const call = async (): Promise<void> => {
    while (end === null) {
      try {
        await post(agent, target, '/chat/completions', BODY);
      } catch {
        return; // it was killed meanwhile
      }
      answered += 1;
      if (answered >= calls) end ??= first.kill();
      else if (pauseMs > 0) await setTimeout(pauseMs);
    }
  };
  await Promise.all(Array.from({ length: callers }, call));
  await (end as Promise<void> | null);
  agent.destroy();
  const second = await RunningAgent.start([], first.home);
  const { rows } = await second.ask('usage.report', { by: 'provider' });
  await second.stop();
  rmSync(first.home, { recursive: true, force: true });
  return Math.max(0, answered - (rows[0]?.requests ?? 0));
}

export function formatKilled(figures: readonly KilledFigures[]): string {
  return [
    'Calls that were answered, and are in no record after kill -9 (each round)',
    ...figures.map(({ name, answered, lost }) => `  ${name.padEnd(34)}${lost.join(', ')} of ${answered}`),
  ].join('\n');
}
