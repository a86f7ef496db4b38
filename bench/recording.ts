import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { z } from 'zod';
import { callers, median, started, type Target, wrk } from './proxy.ts';

/**
 * What recording adds to a forwarded call: one core whose recorder is switched on and off in turns, because one process differs
 * from the next by up to a fifth, and a second from the next by a tenth where others have the machine too. What a figure is
 * good to is told with it. Started anew a few times, from source. Needs wrk; about five minutes.
 */
const STARTS = 3;
/** Of each start: with and without, in alternate order. */
const PAIRS = 15;
const CALLS_A_ROUND = 300;
/** As tools call real providers: one call, then something else. */
const PAUSED_CALLS = 40;
const PAUSE_MS = 5;
/** What recording does in a pause after many calls must not count against the other. */
const SETTLED_MS = 1500;
export const GOAL_SHARE = 0.08;
export const GOAL_P50_MS = 0.05;

export interface RecordingFigures {
  readonly onPerSecond: number;
  readonly offPerSecond: number;
  /** Of the requests a second without it. */
  readonly costs: number;
  /** Standard error of `costs`. */
  readonly costsGoodTo: number;
  readonly addedP50Ms: number;
  /** The same where the caller pauses between two calls. */
  readonly pausedP50Ms: number;
}

export type Mode = 'on' | 'off';
const place = z.object({ port: z.int(), token: z.string() });
const progress = z.object({
  /** Since its start. */
  calls: z.int(),
  /** What the thread that forwards took of the processor, in microseconds. */
  cpuUs: z.number(),
  /** By its clock. */
  atMs: z.number(),
});
export type Progress = z.infer<typeof progress>;

interface Core {
  readonly target: Target;
  /** @returns how far it was until then. */
  become(mode: Mode): Promise<Progress>;
  stop(): Promise<void>;
}

export async function core(upstream: string): Promise<Core> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'recording-servers.ts'), upstream], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface(child.stdout);
  const line = () => new Promise<string>((resolve) => lines.once('line', resolve));
  const { port, token } = place.parse(JSON.parse(await line()));
  const headers = { authorization: `Bearer ${token}` };
  return {
    target: { name: 'proxy', url: `http://127.0.0.1:${port}/proxy/openai`, headers },
    become: async (mode) => {
      const said = line();
      child.stdin.write(`${mode}\n`);
      return progress.parse(JSON.parse(await said));
    },
    stop: () =>
      new Promise((resolve) => {
        child.once('exit', () => resolve());
        child.kill('SIGTERM');
      }),
  };
}

export async function measureRecording(): Promise<RecordingFigures> {
  const upstream = await started('upstream');
  const scripts = mkdtempSync(join(tmpdir(), 'kh-bench-wrk-'));
  const rounds: Round[] = [];
  try {
    for (let start = 0; start < STARTS; start += 1) {
      const proxy = await core(upstream.url);
      const measure = (mode: Mode) => measured(proxy, mode, scripts);
      try {
        await measure('on'); // warms up
        await measure('off');
        for (let pair = 0; pair < PAIRS; pair += 1) {
          if (pair % 2 === 0) rounds.push({ on: await measure('on'), off: await measure('off') });
          else rounds.push({ off: await measure('off'), on: await measure('on') });
        }
      } finally {
        await proxy.stop();
      }
    }
  } finally {
    upstream.process.kill('SIGKILL');
    rmSync(scripts, { recursive: true, force: true });
  }
  const each = (value: (round: Round) => number) => median(rounds.map(value));
  // As logarithms: a mean of shares makes recording cheaper than it is, the more so the less even the machine is.
  const slower = rounds.map(({ on, off }) => Math.log(off.perSecond / on.perSecond));
  const kept = Math.exp(-mean(slower));
  return {
    onPerSecond: each(({ on }) => on.perSecond),
    offPerSecond: each(({ off }) => off.perSecond),
    costs: 1 - kept,
    costsGoodTo: kept * standardError(slower),
    addedP50Ms: each(({ on, off }) => on.p50Ms - off.p50Ms),
    pausedP50Ms: each(({ on, off }) => on.pausedMs - off.pausedMs),
  };
}

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Of their mean. */
export function standardError(values: readonly number[]): number {
  const middle = mean(values);
  return Math.sqrt(mean(values.map((value) => (value - middle) ** 2)) / (values.length - 1));
}

interface Measured {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly pausedMs: number;
}
type Round = Readonly<Record<Mode, Measured>>;

async function measured(proxy: Core, mode: Mode, scripts: string): Promise<Measured> {
  const { target } = proxy;
  await proxy.become(mode);
  const figures = {
    perSecond: await wrk(target, scripts),
    p50Ms: await callers(target, CALLS_A_ROUND),
    pausedMs: await callers(target, PAUSED_CALLS, PAUSE_MS),
  };
  if (mode === 'on') await setTimeout(SETTLED_MS);
  return figures;
}

export function formatRecording(figures: RecordingFigures): string {
  const { onPerSecond, offPerSecond, costs, costsGoodTo, addedP50Ms, pausedP50Ms } = figures;
  return [
    'Recording, the same proxy with it and without',
    `  with it ${onPerSecond.toFixed(0)} requests/s, without ${offPerSecond.toFixed(0)}`,
    `  costs ${percent(costs)} of the requests/s, good to ${percent(costsGoodTo)}   (goal: at most ${GOAL_SHARE * 100} %)`,
    `  adds ${addedP50Ms.toFixed(3)} ms to the median of one caller   (goal: at most ${GOAL_P50_MS} ms)`,
    `  adds ${pausedP50Ms.toFixed(3)} ms where the caller pauses ${PAUSE_MS} ms between two calls`,
  ].join('\n');
}

export const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
