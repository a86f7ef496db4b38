import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { z } from 'zod';
import { callers, median, started, type Target, wrk } from './proxy.ts';

/**
 * What recording adds to a forwarded call: the same core twice, with the recorder and without, asked in turns in one run,
 * and started anew several times, because one process differs from the next by some percent. Both from source. Needs wrk;
 * about two minutes.
 */
const STARTS = 5;
/** Of each start. */
const ROUNDS = 3;
const CALLS_A_ROUND = 1500;
/** As tools call real providers: one call, then something else. */
const PAUSED_CALLS = 150;
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
  readonly addedP50Ms: number;
  /** The same where the caller pauses between two calls. */
  readonly pausedP50Ms: number;
}

const place = z.object({ port: z.int(), token: z.string() });

async function core(name: 'on' | 'off', upstream: string): Promise<{ readonly target: Target; stop(): Promise<void> }> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'recording-servers.ts'), name, upstream], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const line = await new Promise<string>((resolve) => createInterface(child.stdout).once('line', resolve));
  const { port, token } = place.parse(JSON.parse(line));
  const headers = { authorization: `Bearer ${token}` };
  return {
    target: { name, url: `http://127.0.0.1:${port}/proxy/openai`, headers },
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
      const on = await core('on', upstream.url);
      const off = await core('off', upstream.url);
      try {
        for (const { target } of [on, off]) {
          await wrk(target, scripts); // warms up
          await callers(target, CALLS_A_ROUND);
        }
        for (let round = 0; round < ROUNDS; round += 1) {
          const recorded = await measured(on.target, scripts);
          await setTimeout(SETTLED_MS);
          rounds.push({ on: recorded, off: await measured(off.target, scripts) });
        }
      } finally {
        await Promise.all([on.stop(), off.stop()]);
      }
    }
  } finally {
    upstream.process.kill('SIGKILL');
    rmSync(scripts, { recursive: true, force: true });
  }
  const each = (value: (round: Round) => number) => median(rounds.map(value));
  return {
    onPerSecond: each(({ on }) => on.perSecond),
    offPerSecond: each(({ off }) => off.perSecond),
    costs: each(({ on, off }) => 1 - on.perSecond / off.perSecond),
    addedP50Ms: each(({ on, off }) => on.p50Ms - off.p50Ms),
    pausedP50Ms: each(({ on, off }) => on.pausedMs - off.pausedMs),
  };
}

interface Measured {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly pausedMs: number;
}
type Round = Readonly<Record<'on' | 'off', Measured>>;

async function measured(target: Target, scripts: string): Promise<Measured> {
  return {
    perSecond: await wrk(target, scripts),
    p50Ms: await callers(target, CALLS_A_ROUND),
    pausedMs: await callers(target, PAUSED_CALLS, PAUSE_MS),
  };
}

export function formatRecording(figures: RecordingFigures): string {
  const { onPerSecond, offPerSecond, costs, addedP50Ms, pausedP50Ms } = figures;
  return [
    'Recording, the same proxy with it and without',
    `  with it ${onPerSecond.toFixed(0)} requests/s, without ${offPerSecond.toFixed(0)}`,
    `  costs ${(costs * 100).toFixed(1)} % of the requests/s   (goal: at most ${GOAL_SHARE * 100} %)`,
    `  adds ${addedP50Ms.toFixed(3)} ms to the median of one caller   (goal: at most ${GOAL_P50_MS} ms)`,
    `  adds ${pausedP50Ms.toFixed(3)} ms where the caller pauses ${PAUSE_MS} ms between two calls`,
  ].join('\n');
}
