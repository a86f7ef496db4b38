import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RunningAgent } from './running-agent.ts';

/**
 * Unlocking a vault of 1,000 credentials, split into the key derivation and the rest: opening and checking header and
 * databases, and whatever the composed core does then. The derivation varies by more than all of the rest, so the rest
 * is measured alone, over a core in this process whose derivation costs next to nothing (the tests' constant, which no
 * build has); beside it, in turns, an unlock asked of it while it is unlocked, which derives and verifies only. The
 * whole, with true parameters, is an agent's. About 15 s.
 */
const CREDENTIALS = 1000;
const ROUNDS = 15;
export const GOAL_MS = 50;
const PASSWORD = ['correct', 'horse', 'battery', 'staple', '42'].join(' ');

export interface UnlockFigures {
  /** A whole unlock with the parameters that this machine was given. */
  readonly wholeMs: number;
  /** Everything but the derivation. */
  readonly restMs: number;
}

export async function measureUnlock(): Promise<UnlockFigures> {
  const wholeMs = await measureWhole();
  Object.assign(globalThis, { __KEYHARBOR_CHEAP_KDF__: true });
  const { createApp } = await import('../electron/core/app.ts');
  const { systemClock } = await import('../electron/core/clock.ts');
  const { createLog } = await import('../electron/core/logs/log.ts');
  const { prepareHome, resolvePaths } = await import('../electron/core/paths.ts');
  const home = mkdtempSync(join(tmpdir(), 'kh-bench-'));
  const paths = resolvePaths({ KEYHARBOR_HOME: home });
  prepareHome(paths);
  const none = { name: null, reason: 'a bench has none' } as const;
  const absent = () => Promise.resolve();
  const app = createApp({
    paths,
    clock: systemClock,
    shell: {
      ...{ kind: 'headless', missing: [], clipboard: null, notify: () => undefined, openLink: absent },
      ...{
        approvals: null,
        confirm: () => Promise.resolve(false),
        systemIdleMs: () => null,
        onSystemEvent: () => () => undefined,
      },
    },
    keychain: {
      ...{ probe: () => Promise.resolve(none), read: () => Promise.resolve(null), write: absent, remove: absent },
    },
    log: createLog(null),
    version: 'bench',
    resourcesDir: join(import.meta.dirname, '..', 'resources'),
    idle: { source: 'requests', defaultMs: 3_600_000 },
    host: { stop: () => undefined, handOver: () => undefined, focus: () => false },
  });
  try {
    const { vault, credentials } = app;
    await vault.create({ password: PASSWORD, kdf: 'argon2id' }, 'cli');
    for (let n = 0; n < CREDENTIALS; n += 1) {
      const api_key = ['sk', 'proj', String(n).padStart(48, 'k')].join('-');
      const texts = { name: '', project: '', note: '' };
      credentials.add(
        {
          provider: 'openai',
          label: `bench-${n}`,
          scope: 'user',
          fields: { api_key },
          tags: [],
          local: false,
          ...texts,
        },
        'cli',
      );
    }
    const rests: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      vault.lock('asked');
      const unlockMs = await timed(() => vault.unlock(PASSWORD, 'cli'));
      rests.push(unlockMs - (await timed(() => vault.unlock(PASSWORD, 'cli'))));
    }
    return { wholeMs, restMs: median(rests) };
  } finally {
    await app.close('quit');
    rmSync(home, { recursive: true, force: true });
  }
}

async function measureWhole(): Promise<number> {
  const agent = await RunningAgent.start();
  try {
    const wholes: number[] = [];
    for (let round = 0; round < 5; round += 1) {
      await agent.ask('vault.lock', {});
      wholes.push(await timed(() => agent.ask('vault.unlock', { password: PASSWORD })));
    }
    return median(wholes);
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

export function formatUnlock({ wholeMs, restMs }: UnlockFigures): string {
  const row = (name: string, ms: number): string => `  ${name.padEnd(28)}${ms.toFixed(1).padStart(8)} ms`;
  return [
    `unlock with ${CREDENTIALS} credentials`,
    row('whole', wholeMs),
    `${row('all but the key derivation', restMs)}   (goal: at most ${GOAL_MS} ms; ${((restMs / wholeMs) * 100).toFixed(1)} % of the whole)`,
  ].join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(formatUnlock(await measureUnlock()));
