import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from '@playwright/test';

const ORIGIN = 'https://app.keyharbor.invalid/';
const ROOT = join(import.meta.dirname, '../..');

/** A running host with its window, seen by the test runner. */
export interface RunningHost {
  readonly page: Page;
  readonly process: ChildProcess;
  readonly browser: Browser;
  readonly output: () => string;
  /** Ends the host as a user would and resolves with its exit code. */
  close(): Promise<number | null>;
}

/** Where the browser of this host writes the port that it took. */
function profileWithPort(temp: string): string | null {
  for (const name of readdirSync(temp)) {
    const file = join(temp, name, 'DevToolsActivePort');
    if (existsSync(file) && readFileSync(file, 'utf8').includes('\n')) return file;
  }
  return null;
}

async function listsOurs(address: string): Promise<true | null> {
  const targets = (await (await fetch(`${address}/json/list`)).json()) as readonly { url: string }[];
  return targets.some(({ url }) => url.startsWith(ORIGIN)) || null;
}

/**
 * Starts out/main/browser.js over `home` and attaches to its window.
 * @param root - of the program: a folder with out/, resources/ and package.json.
 */
export async function startBrowserHost(home: string, env: NodeJS.ProcessEnv = {}, root = ROOT): Promise<RunningHost> {
  const temp = mkdtempSync(join(tmpdir(), 'kh-e2e-'));
  const host = spawn(process.execPath, [join(root, 'out/main/browser.js')], {
    cwd: root,
    env: {
      ...process.env,
      KEYHARBOR_HOME: home,
      TMPDIR: temp,
      KEYHARBOR_BROWSER: join(import.meta.dirname, 'chromium-with-port'),
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [host.stdout, host.stderr])
    stream.on('data', (data: Buffer) => (output += data.toString('utf8')));
  const ended = new Promise<number | null>((resolve) => host.once('exit', (code) => resolve(code)));
  const portFile = await until(
    () => profileWithPort(temp),
    ended,
    () => output,
  );
  const port = readFileSync(portFile, 'utf8').split('\n')[0];
  const address = `http://127.0.0.1:${port}`;
  // The runner attaches only when the window is there: while the host still sets it up, both would wait for each other.
  await until(
    () => listsOurs(address),
    ended,
    () => output,
  );
  const browser = await chromium.connectOverCDP(address);
  const page = browser
    .contexts()[0]
    ?.pages()
    .find((found) => found.url().startsWith(ORIGIN));
  if (page === undefined) throw new Error('the window is gone');
  return {
    page,
    process: host,
    browser,
    output: () => output,
    close: async () => {
      if (host.exitCode === null && host.signalCode === null) host.kill('SIGTERM');
      const code = await ended;
      rmSync(temp, { recursive: true, force: true, maxRetries: 5 });
      return code;
    },
  };
}

const PAUSE_MS = 50;
const PATIENCE_MS = 20_000;

/** Asks again and again, for at most 20 s; gives up at once when the host ended. */
async function until<T>(
  ask: () => T | null | Promise<T | null>,
  ended: Promise<unknown>,
  output: () => string,
): Promise<T> {
  let gone = false;
  void ended.then(() => (gone = true));
  for (let waitedMs = 0; waitedMs < PATIENCE_MS && !gone; waitedMs += PAUSE_MS) {
    const found = await ask();
    if (found !== null) return found;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  throw new Error(`the window did not come${gone ? ' (the host ended)' : ''}: ${output()}`);
}
