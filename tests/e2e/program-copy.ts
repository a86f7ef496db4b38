import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { writeLocalEntries } from '../support/local-entries.ts';

const ROOT = join(import.meta.dirname, '../..');

/** The built program with another catalogue: these entries alone, on a stand-in at `url`. The caller removes it. */
export function programWithLocal(ids: readonly string[], url: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'kh-program-'));
  cpSync(join(ROOT, 'out'), join(folder, 'out'), { recursive: true });
  copyFileSync(join(ROOT, 'package.json'), join(folder, 'package.json'));
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  cpSync(join(ROOT, 'resources'), join(folder, 'resources'), { recursive: true });
  rmSync(join(folder, 'resources/providers'), { recursive: true });
  writeLocalEntries(join(folder, 'resources'), ids, url);
  return folder;
}

export interface CaughtLinks {
  readonly env: NodeJS.ProcessEnv;
  /** What the host asked the desktop to open, in order. */
  all(): readonly string[];
}

/** A desktop that opens no link and notes each one instead; made inside `folder`. */
export function catchLinks(folder: string): CaughtLinks {
  const [bin, log] = [join(folder, 'bin'), join(folder, 'links')];
  mkdirSync(bin);
  writeFileSync(join(bin, 'xdg-open'), `#!/bin/sh\nprintf '%s\\n' "$1" >>'${log}'\n`);
  chmodSync(join(bin, 'xdg-open'), 0o755);
  return {
    env: { PATH: `${bin}${delimiter}${process.env.PATH ?? ''}` },
    all: () =>
      existsSync(log)
        ? readFileSync(log, 'utf8')
            .split('\n')
            .filter((line) => line !== '')
        : [],
  };
}
