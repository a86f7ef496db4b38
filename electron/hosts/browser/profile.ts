import { mkdirSync, mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { BROWSER_PREFERENCES } from './browser-flags.ts';

const PREFIX = 'keyharbor-window-';

/** A profile for one run, 0700, under the system's temporary folder: the browser keeps nothing of ours. */
export function makeProfile(): string {
  removeLeftovers();
  const folder = mkdtempSync(join(tmpdir(), PREFIX)); // mkdtemp makes it 0700
  for (const name of ['Default', 'tmp']) mkdirSync(join(folder, name), { mode: 0o700 });
  writeFileSync(join(folder, 'Default', 'Preferences'), JSON.stringify(BROWSER_PREFERENCES), { mode: 0o600 });
  return folder;
}

/** What the browser would leave beside its profile (its lock's socket, crash reports) goes into it as well. */
export function profileEnvironment(folder: string): NodeJS.ProcessEnv {
  return { TMPDIR: join(folder, 'tmp'), BREAKPAD_DUMP_LOCATION: join(folder, 'crashes') };
}

/** The browser's last processes may still be writing when it is removed. */
export function removeProfile(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
}

/** What a host that was killed could not remove. Chromium's lock in a profile is a link named HOST-PID. */
function removeLeftovers(): void {
  for (const name of readdirSync(tmpdir())) {
    if (!name.startsWith(PREFIX)) continue;
    const folder = join(tmpdir(), name);
    try {
      const [, host, pid] = /^(.*)-(\d+)$/.exec(readlinkSync(join(folder, 'SingletonLock'))) ?? [];
      if (host === hostname() && !isAlive(Number(pid))) removeProfile(folder);
    } catch {
      // Not a profile with a lock, or another user's: left alone.
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
