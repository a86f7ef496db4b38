import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BROWSER_PREFERENCES } from './browser-flags.ts';

/** A profile for one run, 0700, under the system's temporary folder: the browser keeps nothing of ours. */
export function makeProfile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'keyharbor-window-')); // mkdtemp makes it 0700
  mkdirSync(join(folder, 'Default'), { mode: 0o700 });
  writeFileSync(join(folder, 'Default', 'Preferences'), JSON.stringify(BROWSER_PREFERENCES), { mode: 0o600 });
  return folder;
}

/** The browser's last processes may still be writing when it is removed. */
export function removeProfile(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
}
