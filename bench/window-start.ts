import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findBrowser } from '../electron/hosts/browser/find-browser.ts';
import { type Page, pageOf, withHost } from './host-page.ts';

/**
 * From the start of the browser host's process to the moment its unlock screen is painted, over a vault that exists and
 * a machine that did it before (warm), beside the bare browser's first paint of an empty app window with a profile just
 * as new. Both take turns. The times are the browser's own (time origin + paint), so looking at them costs nothing;
 * the port that they are read through is not the product's. About 15 s; needs a display.
 */
const ROUNDS = 7;
const WARM_UP = 1;
const PASSWORD = ['correct', 'horse', 'battery', 'staple', '42'].join(' ');

export interface WindowStart {
  readonly windowMs: number;
  readonly bareMs: number;
  /** Median over the rounds. */
  readonly ratio: number;
}

export async function measureWindowStart(): Promise<WindowStart> {
  const home = mkdtempSync(join(tmpdir(), 'kh-bench-window-'));
  const found = findBrowser(process.env, process.platform);
  if (found === null) throw new Error('no browser here');
  try {
    await startHost(home, (page) =>
      page(`keyharbor['vault.create']({ password: ${JSON.stringify(PASSWORD)} }).then(() => true)`),
    );
    const rounds: { readonly windowMs: number; readonly bareMs: number }[] = [];
    for (let round = -WARM_UP; round < ROUNDS; round += 1) {
      const bareMs = await startBare(found.executable);
      const windowMs = await startHost(home, unlockPaintedAt);
      if (round >= 0) rounds.push({ windowMs, bareMs });
    }
    return {
      windowMs: median(rounds.map((one) => one.windowMs)),
      bareMs: median(rounds.map((one) => one.bareMs)),
      ratio: median(rounds.map((one) => one.windowMs / one.bareMs)),
    };
  } finally {
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** UTC milliseconds at which the largest thing on the unlock screen was painted. */
async function unlockPaintedAt(page: Page): Promise<unknown> {
  return await page(`new Promise((resolve) => {
    const look = (list) => {
      if (document.activeElement?.matches('input[type=password]') !== true) return setTimeout(look, 5, list);
      resolve(performance.timeOrigin + list.getEntries().at(-1).startTime);
    };
    new PerformanceObserver(look).observe({ type: 'largest-contentful-paint', buffered: true });
  })`);
}

/** @returns milliseconds between the start of the process and the time that `look` found. */
async function startHost(home: string, look: (page: Page) => Promise<unknown>): Promise<number> {
  return withHost(home, async (page, startedAtMs) => Number(await look(page)) - startedAtMs);
}

async function startBare(executable: string): Promise<number> {
  const temp = mkdtempSync(join(tmpdir(), 'kh-bench-bare-'));
  const flags = ['--no-first-run', '--no-default-browser-check', '--password-store=basic', '--remote-debugging-port=0'];
  const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const url = 'data:text/html,<title>Bare</title><p>Here';
  const startedAt = performance.timeOrigin + performance.now();
  const bare = spawn(executable, [...flags, ...asRoot, `--user-data-dir=${join(temp, 'profile')}`, `--app=${url}`], {
    stdio: 'ignore',
  });
  const ended = new Promise((resolve) => bare.once('exit', resolve));
  try {
    const page = await pageOf(temp);
    const paintedAt = await page(`new Promise((resolve) =>
      new PerformanceObserver((list) => resolve(performance.timeOrigin + list.getEntries()[0].startTime))
        .observe({ type: 'paint', buffered: true }))`);
    return Number(paintedAt) - startedAt;
  } finally {
    bare.kill('SIGTERM');
    await ended;
    rmSync(temp, { recursive: true, force: true, maxRetries: 5 });
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

export function formatWindowStart({ windowMs, bareMs, ratio }: WindowStart): string {
  return [
    'start to usable window, browser host, warm',
    `  unlock screen       ${windowMs.toFixed(0).padStart(6)} ms  ${ratio.toFixed(2).padStart(6)} x bare browser`,
    `  bare browser        ${bareMs.toFixed(0).padStart(6)} ms  (first paint of an empty app window)`,
  ].join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(formatWindowStart(await measureWindowStart()));
