import { spawnSync } from 'node:child_process';
import type { IPty } from '@lydell/node-pty';

/** With `encoding: null` the data is bytes, which the package's types do not say. */
export type Pty = Omit<IPty, 'onData' | 'write'> & {
  readonly onData: (listener: (bytes: Buffer) => void) => { dispose: () => void };
  readonly write: (bytes: Buffer | string) => void;
};

interface PtyOptions {
  readonly env: NodeJS.ProcessEnv;
}

export type SpawnPty = (program: string, args: readonly string[], options: PtyOptions) => Pty;

export const ptySize = (): { readonly cols: number; readonly rows: number } => ({
  cols: process.stdout.columns || process.stderr.columns || 80,
  rows: process.stdout.rows || process.stderr.rows || 24,
});

/**
 * Makes pseudo-terminals, or null where the native package is not there or does not load (it is optional). Not on
 * Windows: there a console of its own rewrites what a program prints.
 */
export async function loadPty(): Promise<SpawnPty | null> {
  if (process.platform === 'win32') return null;
  try {
    const { spawn } = await import('@lydell/node-pty');
    return (program, args, { env }) =>
      spawn(program, [...args], {
        env,
        cwd: process.cwd(),
        name: env.TERM ?? 'dumb',
        encoding: null,
        ...ptySize(),
      }) as unknown as Pty;
  } catch {
    return null;
  }
}

/** Settings of the terminal on our stdin. What stty(1) cannot do is left: it is for looks. */
export function stty(...words: readonly string[]): void {
  spawnSync('stty', words, { stdio: ['inherit', 'ignore', 'ignore'] });
}
