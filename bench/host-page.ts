import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** The built browser host over a home, and its page as a function that evaluates in it. */
const PAUSE_MS = 20;
const PATIENCE_MS = 20_000;

/** @returns what the expression, or its promise, comes to; null when the document went away meanwhile. */
export type Page = (expression: string) => Promise<unknown>;

/** @param act - given the page, and when the process was started (UTC milliseconds). The host ends after it. */
export async function withHost<T>(home: string, act: (page: Page, startedAtMs: number) => Promise<T>): Promise<T> {
  const root = join(import.meta.dirname, '..');
  const temp = mkdtempSync(join(tmpdir(), 'kh-bench-host-'));
  const env = {
    ...process.env,
    KEYHARBOR_HOME: home,
    TMPDIR: temp,
    KEYHARBOR_BROWSER: join(root, 'tests/e2e/chromium-with-port'),
  };
  const startedAtMs = performance.timeOrigin + performance.now();
  const host = spawn(process.execPath, [join(root, 'out/main/browser.js')], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => host.once('exit', resolve));
  try {
    for await (const _line of createInterface(host.stdout)) break; // the window is there
    return await act(await pageOf(temp), startedAtMs);
  } finally {
    host.kill('SIGTERM');
    await ended;
    rmSync(temp, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** The page of the browser whose profile lies under `folder`, as a function that evaluates in it. */
export async function pageOf(folder: string): Promise<Page> {
  const port = await until(() => portUnder(folder));
  const address = await until(async () => {
    const targets = (await (await fetch(`http://127.0.0.1:${port}/json/list`)).json()) as readonly {
      type: string;
      webSocketDebuggerUrl: string;
    }[];
    return targets.find(({ type }) => type === 'page')?.webSocketDebuggerUrl ?? null;
  });
  return (expression) => until(() => evaluate(address, expression));
}

/** null when the document went away meanwhile, as the first empty one does. */
async function evaluate(address: string, expression: string): Promise<unknown> {
  const socket = new WebSocket(address);
  await new Promise((resolve) => socket.addEventListener('open', resolve, { once: true }));
  const answer = new Promise<string>((resolve) => {
    socket.addEventListener('message', ({ data }) => resolve(String(data)), { once: true });
    socket.addEventListener('close', () => resolve('{}'), { once: true });
  });
  const params = { expression, awaitPromise: true, returnByValue: true };
  socket.send(JSON.stringify({ id: 1, method: 'Runtime.evaluate', params }));
  const { result } = JSON.parse(await answer) as { result?: { result: { value?: unknown } } };
  socket.close();
  return result?.result.value ?? null;
}

function portUnder(folder: string): string | null {
  for (const name of readdirSync(folder)) {
    const file = join(folder, name, 'DevToolsActivePort');
    const port = existsSync(file) ? /^(\d+)\n/.exec(readFileSync(file, 'utf8'))?.[1] : undefined;
    if (port !== undefined) return port;
  }
  return null;
}

async function until<T>(ask: () => T | null | Promise<T | null>): Promise<T> {
  for (let waitedMs = 0; waitedMs < PATIENCE_MS; waitedMs += PAUSE_MS) {
    const found = await ask();
    if (found !== null) return found;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  throw new Error('the browser did not come');
}
