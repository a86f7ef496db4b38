import type { ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from '@playwright/test';

/** How the runner gets at the window of a host that it started. */

const PAUSE_MS = 50;
const PATIENCE_MS = 20_000;

export interface Watched {
  /** What the host has written so far. */
  readonly output: () => string;
  readonly ended: Promise<number | null>;
}

export function watch(host: ChildProcess): Watched {
  let text = '';
  for (const stream of [host.stdout, host.stderr]) {
    stream?.on('data', (data: Buffer) => {
      text += data.toString('utf8');
    });
  }
  return { output: () => text, ended: new Promise((resolve) => host.once('exit', (code) => resolve(code))) };
}

/** Asks again and again, for at most 20 s; gives up at once when the host ended. */
export async function until<T>(ask: () => T | null | Promise<T | null>, { ended, output }: Watched): Promise<T> {
  let gone = false;
  void ended.then(() => {
    gone = true;
  });
  for (let waitedMs = 0; waitedMs < PATIENCE_MS && !gone; waitedMs += PAUSE_MS) {
    const found = await ask();
    if (found !== null) return found;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  throw new Error(`it did not come${gone ? ' (the host ended)' : ''}: ${output()}`);
}

/** @param temp - the temporary folder of the host. @param origin - of its window. */
export async function attach(
  temp: string,
  origin: string,
  host: Watched,
): Promise<{ readonly browser: Browser; readonly page: Page }> {
  const address = await until(() => debuggingAddress(temp), host);
  // The runner attaches only when the window is there: while the host still sets it up, both would wait for each other.
  await until(() => lists(address, origin), host);
  const browser = await chromium.connectOverCDP(address);
  // The runner may see the page before its address: it was made with another one.
  const ours = () =>
    browser
      .contexts()
      .flatMap((context) => context.pages())
      .find((page) => page.url().startsWith(origin)) ?? null;
  return { browser, page: await until(ours, host) };
}

/** Where the browser of this host listens. */
function debuggingAddress(temp: string): string | null {
  for (const name of readdirSync(temp)) {
    const file = join(temp, name, 'DevToolsActivePort');
    const port = existsSync(file) ? /^(\d+)\n/.exec(readFileSync(file, 'utf8'))?.[1] : undefined;
    if (port !== undefined) return `http://127.0.0.1:${port}`;
  }
  return null;
}

async function lists(address: string, origin: string): Promise<true | null> {
  const targets = (await (await fetch(`${address}/json/list`)).json()) as readonly { url: string }[];
  return targets.some(({ url }) => url.startsWith(origin)) || null;
}
