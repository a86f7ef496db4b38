import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from '@playwright/test';
import { attach, watch } from './attach.ts';

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
  const watched = watch(host);
  const { browser, page } = await attach(temp, ORIGIN, watched);
  return {
    page,
    process: host,
    browser,
    output: watched.output,
    close: async () => {
      if (host.exitCode === null && host.signalCode === null) host.kill('SIGTERM');
      const code = await watched.ended;
      rmSync(temp, { recursive: true, force: true, maxRetries: 5 });
      return code;
    },
  };
}
