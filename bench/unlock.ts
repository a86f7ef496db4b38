import { fileURLToPath } from 'node:url';
import { RunningAgent } from './running-agent.ts';

/**
 * Unlocking a vault of 1,000 credentials, split into the key derivation and the rest. Asked to unlock once more while it
 * is unlocked, the agent derives the key, verifies the password and does nothing else: that is the derivation, measured
 * in the same process and in turns with the unlocks. The rest is opening and checking the databases. About 15 s.
 */
const CREDENTIALS = 1000;
const ROUNDS = 9;
export const GOAL_MS = 50;
const PASSWORD = ['correct', 'horse', 'battery', 'staple', '42'].join(' ');

export interface UnlockFigures {
  readonly wholeMs: number;
  readonly kdfMs: number;
  readonly restMs: number;
}

export async function measureUnlock(): Promise<UnlockFigures> {
  const agent = await RunningAgent.start();
  try {
    for (let n = 0; n < CREDENTIALS; n += 1) {
      const api_key = ['sk', 'proj', String(n).padStart(48, 'k')].join('-');
      await agent.ask('credentials.add', { provider: 'openai', label: `bench-${n}`, fields: { api_key } });
    }
    const wholes: number[] = [];
    const kdfs: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      await agent.ask('vault.lock', {});
      wholes.push(await timed(() => agent.ask('vault.unlock', { password: PASSWORD })));
      kdfs.push(await timed(() => agent.ask('vault.unlock', { password: PASSWORD })));
    }
    const rests = wholes.map((whole, round) => whole - (kdfs[round] ?? Number.NaN));
    return { wholeMs: median(wholes), kdfMs: median(kdfs), restMs: median(rests) };
  } finally {
    await agent.stop();
  }
}

async function timed(act: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  await act();
  return performance.now() - startedMs;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

export function formatUnlock({ wholeMs, kdfMs, restMs }: UnlockFigures): string {
  return [
    `unlock with ${CREDENTIALS} credentials`,
    `  whole               ${wholeMs.toFixed(0).padStart(8)} ms  ${(wholeMs / kdfMs).toFixed(2).padStart(6)} x the key derivation alone (${kdfMs.toFixed(0)} ms)`,
    `  the rest            ${restMs.toFixed(0).padStart(8)} ms  (goal: at most ${GOAL_MS} ms)`,
  ].join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(formatUnlock(await measureUnlock()));
