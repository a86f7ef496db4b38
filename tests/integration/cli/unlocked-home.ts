import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { environment, KEYHARBOR, kh, type Outcome } from './command.ts';

const PASSWORD = ['correct', 'horse', 'battery', 'staple', '42'].join(' ');

/** A vault of its own with an agent, for one test file. */
export interface UnlockedHome {
  readonly home: string;
  /** For files of the test; removed by `close`. */
  readonly folder: string;
  /** An environment in which other programs find `keyharbor`, its Docker name and this vault. */
  readonly env: NodeJS.ProcessEnv;
  readonly kh: (words: readonly string[], stdin?: string) => Promise<Outcome>;
  /** The same, and an error with what it said where it did not end with 0. */
  readonly must: (words: readonly string[], stdin?: string) => Promise<string>;
  readonly unlock: () => Promise<void>;
  readonly close: () => Promise<void>;
}

export async function unlockedHome(name: string): Promise<UnlockedHome> {
  const folder = mkdtempSync(join(tmpdir(), `kh-${name}-`));
  const home = join(folder, 'home');
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  for (const program of ['keyharbor', 'docker-credential-keyharbor'])
    symlinkSync(join(dirname(KEYHARBOR), program), join(bin, program));
  const env = environment(home, { PATH: `${bin}:${process.env['PATH'] ?? ''}`, HOME: folder });
  const run = (words: readonly string[], stdin = ''): Promise<Outcome> => kh(words, { home, stdin, env });
  const must = async (words: readonly string[], stdin = ''): Promise<string> => {
    const { code, stdout, stderr } = await run(words, stdin);
    if (code !== 0) throw new Error(`keyharbor ${words.join(' ')} ended with ${code}: ${stderr}`);
    return stdout;
  };
  const unlock = async (): Promise<void> => void (await must(['unlock', '--password-stdin'], PASSWORD));
  const kit = join(folder, 'kit.txt');
  await must(['init', '--password-stdin', '--no-keychain', '--kdf', 'pbkdf2', '--recovery-file', kit], PASSWORD);
  return {
    home,
    folder,
    env,
    kh: run,
    must,
    unlock,
    close: async () => {
      await run(['stop']);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
